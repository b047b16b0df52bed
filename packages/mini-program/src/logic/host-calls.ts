/**
 * Calls of my.* that the host answers, and the conventions by which every API concludes: success or fail, then complete
 * last; a promise always, which is never left unhandled when callbacks were given. Source: miniprogram format §8.
 */
import type { HostToLogic, Json, LogicToHost } from '../bridge/messages.ts'
import { isRecord, toPlain } from '../bridge/plain.ts'
import type { Reports } from './reports.ts'

/** What fail() receives and what a promise is rejected with: a plain object, because programs print it as JSON. */
export interface Failure {
  error: number
  errorMessage: string
  [extra: string]: unknown
}

export type ApiResult = Record<string, unknown>

export interface HostCalls {
  /** Sends a call. The promise is rejected with a Failure. */
  call(api: string, params: Record<string, unknown>, buffer?: ArrayBuffer): { id: number; outcome: Promise<ApiResult> }
  /** An answer of the host. */
  answer(message: Extract<HostToLogic, { kind: 'answer' }>): void
}

export function createHostCalls(send: (message: LogicToHost, transfer?: Transferable[]) => void): HostCalls {
  let last = 0
  const open = new Map<number, { resolve: (result: ApiResult) => void; reject: (failure: Failure) => void }>()
  return {
    call(api, params, buffer) {
      const id = (last += 1)
      const outcome = new Promise<ApiResult>((resolve, reject) => {
        let plain: Json
        try {
          plain = toPlain(params) ?? {}
        } catch (error) {
          reject(failure(2, `${api}: ${error instanceof Error ? error.message : 'the parameters are not data'}`))
          return
        }
        open.set(id, { resolve, reject })
        send(buffer ? { kind: 'call', id, api, params: plain, buffer } : { kind: 'call', id, api, params: plain })
      })
      return { id, outcome }
    },
    answer({ id, ok, result, buffer }) {
      const waiting = open.get(id)
      open.delete(id)
      if (!waiting) return
      const value: ApiResult = isRecord(result) ? result : {}
      if (buffer) value['data'] = buffer
      if (ok) waiting.resolve(value)
      else waiting.reject({ error: 3, errorMessage: 'unknown error', ...value })
    },
  }
}

export const failure = (error: number, errorMessage: string): Failure => ({ error, errorMessage })

/** Calls back as the program asked, and gives the promise that the API returns. */
export function conclude<T extends object>(
  api: string,
  options: Record<string, unknown>,
  outcome: Promise<T>,
  reports: Reports,
): Promise<T> {
  const names = ['success', 'fail', 'complete'] as const
  const callback = (name: (typeof names)[number], value: unknown): void => {
    const given = options[name]
    if (typeof given !== 'function') return
    try {
      given.call(options, value)
    } catch (error) {
      reports.error(error, `my.${api} ${name}`)
    }
  }
  const concluded = outcome.then(
    (result) => {
      callback('success', result)
      callback('complete', result)
      return result
    },
    (failed: unknown) => {
      callback('fail', failed)
      callback('complete', failed)
      throw failed
    },
  )
  if (names.some((name) => typeof options[name] === 'function')) concluded.catch(() => undefined)
  return concluded
}
