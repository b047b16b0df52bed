/**
 * my.request (and my.httpRequest) on the program's side, step 2 of the flow: binary data beside the call, and a task
 * that is a promise with `abort()`.
 */
import { myRequestErrors, type MyApi } from '@tradepay/contract'
import { conclude, failure, type ApiResult, type Failure, type HostCalls } from './host-calls.ts'
import type { Reports } from './reports.ts'

export type RequestTask = Promise<ApiResult> & { abort(): void }

/** Starts a request. After `abort()` it fails with error 9, and an answer that still comes is dropped. */
export function requestTask(
  api: MyApi,
  options: Record<string, unknown>,
  host: HostCalls,
  reports: Reports,
): RequestTask {
  const params: Record<string, unknown> = {}
  for (const name of Object.keys(api.params)) if (options[name] !== undefined) params[name] = options[name]
  const buffer = bytesOf(params['data'])
  if (buffer) delete params['data']

  let refuse: (failed: Failure) => void = () => undefined
  const aborted = new Promise<never>((_resolve, reject) => (refuse = reject))
  const outcome = Promise.race([host.call(api.name, params, buffer).outcome, aborted])
  return Object.assign(conclude(api.name, options, outcome, reports), {
    abort: () => refuse(failure(myRequestErrors.aborted, `${api.name}: aborted`)),
  })
}

/** A copy of binary data; undefined for anything else. */
function bytesOf(data: unknown): ArrayBuffer | undefined {
  if (data instanceof ArrayBuffer) return data.slice(0)
  if (!ArrayBuffer.isView(data)) return undefined
  const copy = new Uint8Array(data.byteLength)
  copy.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return copy.buffer
}
