/**
 * The program's storage in the worker: the snapshot it was started with, so that the Sync functions can answer at once.
 * Each change is written through to the host at the end of the turn, the last value of a key only.
 */
import { STORAGE_TOTAL_MAX_BYTES, STORAGE_VALUE_MAX_BYTES, myErrors, myStorageErrors } from '@tradepay/contract'
import type { Json } from '../bridge/messages.ts'
import { toPlain, utf8Length } from '../bridge/plain.ts'
import { failure, type Failure, type HostCalls } from './host-calls.ts'

export interface Storage {
  get(key: unknown): { data: Json } | Failure
  /** The failure, or a promise of the host having taken it. */
  set(key: unknown, data: unknown): Failure | Promise<void>
  remove(key: unknown): Failure | Promise<void>
  clear(): Promise<void>
  info(): { keys: string[]; currentSize: number; limitSize: number }
}

type Write = { api: string; params: Record<string, unknown> }

export function createStorage(snapshot: Record<string, string>, host: HostCalls): Storage {
  const entries = new Map(Object.entries(snapshot))
  let bytes = 0
  for (const [key, text] of entries) bytes += utf8Length(key) + utf8Length(text)
  let writes = new Map<string, Write>()
  let flushing: Promise<void> | null = null

  function later(key: string, write: Write): Promise<void> {
    writes.set(key, write)
    flushing ??= Promise.resolve().then(async () => {
      const sent = writes
      writes = new Map()
      flushing = null
      await Promise.all([...sent.values()].map(({ api, params }) => host.call(api, params).outcome))
    })
    return flushing
  }
  const badKey = (key: unknown): Failure | null =>
    typeof key === 'string' && key !== ''
      ? null
      : failure(myErrors.badParameter, 'storage: key must be a text that is not empty')
  const sizeOf = (key: string): number => {
    const text = entries.get(key)
    return text === undefined ? 0 : utf8Length(key) + utf8Length(text)
  }

  return {
    get(key) {
      const bad = badKey(key)
      if (bad) return bad
      const text = entries.get(key as string)
      return { data: text === undefined ? null : (JSON.parse(text) as Json) }
    },
    set(key, data) {
      const bad = badKey(key)
      if (bad) return bad
      const name = key as string
      let plain: Json | undefined
      try {
        plain = toPlain(data)
      } catch (error) {
        return failure(myErrors.badParameter, `storage: ${error instanceof Error ? error.message : 'not data'}`)
      }
      if (plain === undefined) return failure(myErrors.badParameter, 'storage: data is missing')
      const text = JSON.stringify(plain)
      const size = utf8Length(text)
      if (size > STORAGE_VALUE_MAX_BYTES) {
        return failure(myStorageErrors.valueTooLarge, `storage: the value of "${name}" is larger than 200 KB`)
      }
      const next = bytes - sizeOf(name) + utf8Length(name) + size
      if (next > STORAGE_TOTAL_MAX_BYTES) {
        return failure(myStorageErrors.totalTooLarge, 'storage: the program stores more than 10 MB')
      }
      bytes = next
      entries.set(name, text)
      return later(`key:${name}`, { api: 'setStorage', params: { key: name, data: plain } })
    },
    remove(key) {
      const bad = badKey(key)
      if (bad) return bad
      const name = key as string
      bytes -= sizeOf(name)
      entries.delete(name)
      return later(`key:${name}`, { api: 'removeStorage', params: { key: name } })
    },
    clear() {
      entries.clear()
      bytes = 0
      // Writes of this turn before the clear are void; those after it stand behind it in the map.
      writes.clear()
      return later('clear', { api: 'clearStorage', params: {} })
    },
    info: () => ({
      keys: [...entries.keys()],
      currentSize: Math.ceil(bytes / 1024),
      limitSize: STORAGE_TOTAL_MAX_BYTES / 1024,
    }),
  }
}
