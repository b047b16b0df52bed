/**
 * Requests of a program on their way: ten at once, the next ones wait, and past two hundred waiting they are refused.
 * A relay that does not answer in time is given up.
 */
import { myRequestErrors } from '@tradepay/contract'
import { ApiFailure, type Handlers, type RequestResult } from './types.ts'
import type { RelayRequest } from './request.ts'

const AT_ONCE = 10
const WAITING_MOST = 200
/** The relay keeps the program's own time; this much later the host gives up on the relay itself. Milliseconds. */
const GRACE = 5_000

export type SendRequest = (request: RelayRequest) => Promise<RequestResult>

/** @throws ApiFailure what the handler threw; 12 for anything else; 13 after the time; 20 when too many wait. */
export function createRequestQueue(handler: Handlers['request']): SendRequest {
  let running = 0
  const waiting: (() => void)[] = []

  async function send(request: RelayRequest): Promise<RequestResult> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new ApiFailure(myRequestErrors.timedOut, 'request: timed out')),
        request.timeoutMs + GRACE,
      )
    })
    try {
      return await Promise.race([handler(request), tooLate])
    } catch (error) {
      if (error instanceof ApiFailure) throw error
      throw new ApiFailure(myRequestErrors.network, 'request: network error')
    } finally {
      clearTimeout(timer)
    }
  }

  return async (request) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING_MOST) throw new ApiFailure(myRequestErrors.stopped, 'request: too many requests')
      await new Promise<void>((start) => waiting.push(start))
    } else {
      running += 1
    }
    try {
      return await send(request)
    } finally {
      // The place passes on to the next one directly, so that `running` counts places and not moments.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
