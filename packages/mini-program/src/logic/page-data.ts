/**
 * The data of one page: changed at once for the program, sent to the view in one message per turn, in order, with a
 * sequence number. A callback of setData runs when the view has painted that number. Only changes cross, never the
 * whole data again.
 */
import type { Change, Json, LogicToView } from '../bridge/messages.ts'
import { isRecord, toPlain } from '../bridge/plain.ts'
import { getAtPath, parseDataPath, setAtPath } from './data-path.ts'

export interface PageData {
  /** setData. A value of undefined, or one that JSON cannot say, is not set. */
  set(values: unknown, callback?: unknown): void
  /** $spliceData: `{ 'a.b': [start, deleteCount, ...items] }`. @throws TypeError when there is no list at the path. */
  splice(values: unknown, callback?: unknown): void
  /** Sends the first data; what was set before is part of it. */
  mount(): void
  painted(seq: number): void
  close(): void
}

export interface PageDataDeps {
  /** The data as the program sees it: `this.data`, which a program may also replace. */
  read(): Record<string, unknown>
  send(message: LogicToView): void
  run(callback: () => void): void
}

export function createPageData({ read, send, run }: PageDataDeps): PageData {
  let seq = 0
  let mounted = false
  let closed = false
  let scheduled = false
  let changes: Change[] = []
  /** Callbacks by the message that carries their change; those of the next message stand at seq + 1. */
  let waiting: { seq: number; callback: () => void }[] = []

  function flush(): void {
    scheduled = false
    if (closed || !mounted) return
    if (changes.length === 0 && !waiting.some((one) => one.seq === seq + 1)) return
    const sent = changes
    changes = []
    seq += 1
    send({ kind: 'update', seq, changes: sent })
  }

  function changed(callback: unknown): void {
    if (typeof callback === 'function') waiting.push({ seq: seq + 1, callback: () => void callback() })
    if (mounted && !scheduled) {
      scheduled = true
      queueMicrotask(flush)
    }
  }

  function set(values: unknown, callback?: unknown): void {
    if (closed) return
    if (values !== undefined && values !== null && !isRecord(values)) {
      throw new TypeError('setData needs an object of values')
    }
    for (const [written, value] of Object.entries(values ?? {})) {
      const own = toPlain(value)
      if (own === undefined) continue
      const path = parseDataPath(written)
      setAtPath(read(), path, own)
      // The message has a copy of its own: a later change of the same turn must not show in it.
      if (mounted) changes.push({ path, value: copyOf(own) })
    }
    changed(callback)
  }

  function splice(values: unknown, callback?: unknown): void {
    if (closed) return
    if (!isRecord(values)) throw new TypeError('$spliceData needs an object of [start, deleteCount, ...items]')
    for (const [written, value] of Object.entries(values)) {
      const path = parseDataPath(written)
      const list = getAtPath(read(), path)
      if (!Array.isArray(list)) throw new TypeError(`$spliceData: there is no list at "${written}"`)
      if (!Array.isArray(value)) throw new TypeError(`$spliceData: "${written}" needs [start, deleteCount, ...items]`)
      const start = Number(value[0] ?? 0)
      const deleteCount = Number(value[1] ?? 0)
      const items = value.slice(2).map((item) => toPlain(item) ?? null)
      list.splice(start, deleteCount, ...items)
      if (mounted) changes.push({ path, splice: { start, deleteCount, items: copyOf(items) } })
    }
    changed(callback)
  }

  return {
    set,
    splice,
    mount() {
      if (closed || mounted) return
      mounted = true
      seq += 1
      send({ kind: 'mount', seq, data: toPlain(read()) ?? {} })
    },
    painted(upTo) {
      if (closed) return
      const ready = waiting.filter((one) => one.seq <= upTo)
      waiting = waiting.filter((one) => one.seq > upTo)
      for (const one of ready) run(one.callback)
    },
    close() {
      closed = true
      changes = []
      waiting = []
    },
  }
}

/** Plain data again, as a copy. */
function copyOf<T extends Json>(plain: T): T {
  return toPlain(plain) as T
}
