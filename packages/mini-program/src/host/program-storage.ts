/**
 * The program's storage on the wallet's side, for one user: read whole at the start, written through. The limits are
 * checked here as well, because the worker is a stranger. Saves run one after another and carry the newest state.
 */
import { STORAGE_TOTAL_MAX_BYTES, STORAGE_VALUE_MAX_BYTES, myErrors, myStorageErrors } from '@tradepay/contract'
import { utf8Length } from '../bridge/plain.ts'
import { ApiFailure, type Handlers } from './types.ts'

export interface ProgramStorage {
  /** What the worker starts with. */
  snapshot(): Record<string, string>
  /** Each resolves when the change is saved. @throws ApiFailure 2, 12, 14 */
  set(key: string, value: unknown): Promise<void>
  remove(key: string): Promise<void>
  clear(): Promise<void>
}

export async function openStorage(handlers: Handlers['storage']): Promise<ProgramStorage> {
  const entries = new Map<string, string>(Object.entries(await handlers.load()))
  let bytes = 0
  for (const [key, text] of entries) bytes += utf8Length(key) + utf8Length(text)
  let saving: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null

  function save(): Promise<void> {
    next ??= saving
      .catch(() => undefined)
      .then(() => {
        next = null
        // fromEntries defines properties, so that a key named __proto__ is a key like any other.
        saving = handlers.save(Object.fromEntries(entries))
        return saving
      })
    return next
  }
  const sizeOf = (key: string): number => {
    const text = entries.get(key)
    return text === undefined ? 0 : utf8Length(key) + utf8Length(text)
  }

  return {
    snapshot: () => Object.fromEntries(entries),
    async set(key, value) {
      if (key === '') throw new ApiFailure(myErrors.badParameter, 'setStorage: key is empty')
      if (value === undefined) throw new ApiFailure(myErrors.badParameter, 'setStorage: data is missing')
      const text = JSON.stringify(value)
      const size = utf8Length(text)
      if (size > STORAGE_VALUE_MAX_BYTES) {
        throw new ApiFailure(myStorageErrors.valueTooLarge, 'setStorage: the value is larger than 200 KB')
      }
      const total = bytes - sizeOf(key) + utf8Length(key) + size
      if (total > STORAGE_TOTAL_MAX_BYTES) {
        throw new ApiFailure(myStorageErrors.totalTooLarge, 'setStorage: the program stores more than 10 MB')
      }
      bytes = total
      entries.set(key, text)
      await save()
    },
    async remove(key) {
      if (!entries.has(key)) return
      bytes -= sizeOf(key)
      entries.delete(key)
      await save()
    },
    async clear() {
      entries.clear()
      bytes = 0
      await save()
    },
  }
}
