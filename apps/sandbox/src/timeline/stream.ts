/**
 * The timeline as server-sent events: the whole timeline at once, and again whenever it grows. `latest` follows the
 * newest order, from one to the next.
 */
import type { ServerResponse } from 'node:http'
import type { TimelineRecorder } from './recorder.ts'
import type { TimelineStore } from './store.ts'

/** Growth within this time is sent as one. */
const GATHER_MS = 25
/** A comment this often, so that nothing on the way closes a quiet connection. */
const HEARTBEAT_MS = 15_000
/** Pages that may watch at once. */
export const WATCHERS_MAX = 100

export interface Streams {
  /** Whether one more may watch. */
  hasRoom(): boolean
  /** Takes over the response until the page leaves. */
  open(response: ServerResponse, tradeNo: string | 'latest'): void
  closeAll(): void
}

export function createStreams(store: TimelineStore, recorder: TimelineRecorder): Streams {
  const open = new Set<() => void>()

  function follow(response: ServerResponse, asked: string | 'latest'): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    response.write(':\n\n')
    let gathering: NodeJS.Timeout | null = null
    let shown: string | null = null

    const send = async (): Promise<void> => {
      gathering = null
      try {
        const tradeNo = asked === 'latest' ? await store.newest() : asked
        if (tradeNo === null || response.writableEnded) return
        shown = tradeNo
        response.write(`data: ${JSON.stringify({ tradeNo, entries: await store.read(tradeNo) })}\n\n`)
      } catch {
        // The database is away for a moment: the page connects again by itself.
        close()
      }
    }
    const stopListening = recorder.onGrowth((grown) => {
      if (asked === 'latest' ? true : grown.has(asked)) gathering ??= setTimeout(() => void send(), GATHER_MS)
    })
    const heartbeat = setInterval(() => response.write(`: ${shown ?? 'waiting'}\n\n`), HEARTBEAT_MS)
    const close = (): void => {
      stopListening()
      clearInterval(heartbeat)
      if (gathering) clearTimeout(gathering)
      open.delete(close)
      response.end()
    }
    open.add(close)
    response.on('close', close)
    response.on('error', close)
    void send()
  }

  return {
    hasRoom: () => open.size < WATCHERS_MAX,
    open: follow,
    closeAll: () => {
      for (const close of [...open]) close()
    },
  }
}
