/**
 * Every call of a program passes here: its envelope, its name, how often, whether the program may, and its parameters
 * are checked against the one table of my.* APIs before anything runs. A refused call is answered and changes nothing;
 * a program that floods is stopped.
 */
import { myApis, myErrors, type MyApi, type MyFeature } from '@tradepay/contract'
import type { Json, LogicToHost } from '../bridge/messages.ts'
import { isRecord, toPlain } from '../bridge/plain.ts'
import { checkParams, type Params } from './check-params.ts'
import { createBucket, type Bucket } from './rate.ts'
import { ApiFailure } from './types.ts'

export interface CallContext {
  id: number
  /** Binary data in place of params.data. */
  buffer: ArrayBuffer | undefined
}
export interface CallResult {
  result: Record<string, unknown>
  buffer?: ArrayBuffer
}
export type ApiHandler = (params: Params, call: CallContext) => Promise<CallResult> | CallResult

export interface DispatchDeps {
  handlers: ReadonlyMap<string, ApiHandler>
  features: readonly MyFeature[]
  answer(id: number, ok: boolean, result: Json, buffer?: ArrayBuffer): void
  called(api: string, id: number): void
  answered(api: string, id: number, ok: boolean): void
  console(level: 'log' | 'info' | 'warn' | 'error', text: string): void
  problem(message: string, stack: string, fatal: boolean): void
  started(): void
  /** The program sends more than a program can mean. */
  flooded(): void
  now(): number
}

/** Messages of any kind, and how many may be over that before the program is stopped. */
const ANY_RATE = { burst: 1_000, perSecond: 300 }
const PATIENCE = { burst: 5_000, perSecond: 50 }
/** Most bytes of binary data of one call, and longest text of a console line or an error. */
const BUFFER_MAX = 2 * 1024 * 1024
const TEXT_MAX = 4_000
const levels = ['log', 'info', 'warn', 'error'] as const

/** The function that takes each message of the logic. It believes nothing of a message but what it has checked. */
export function createDispatch(deps: DispatchDeps): (message: LogicToHost) => void {
  const any = createBucket(ANY_RATE)
  const patience = createBucket(PATIENCE)
  const buckets = new Map<string, Bucket>()

  function bucketOf(api: MyApi): Bucket {
    const name = api.aliasOf ?? api.name
    const bucket = buckets.get(name) ?? createBucket(api.rate)
    buckets.set(name, bucket)
    return bucket
  }

  /** The API of a call that may run now. @throws ApiFailure */
  function admit(name: string, withinRate: boolean): { api: MyApi; handler: ApiHandler } {
    const api = myApis.get(name)
    const handler = api && deps.handlers.get(api.name)
    if (!api || !handler || api.answeredBy === 'logic') {
      throw new ApiFailure(myErrors.unavailable, `my.${name} is not available in this wallet`)
    }
    if (api.feature !== null && !deps.features.includes(api.feature)) {
      throw new ApiFailure(myErrors.notPermitted, `${name}: this mini program may not use ${api.feature}`)
    }
    if (!withinRate || !bucketOf(api).take(deps.now())) {
      throw new ApiFailure(myErrors.notPermitted, `${name}: too many calls; wait a moment and try again`)
    }
    return { api, handler }
  }

  async function run(
    id: number,
    name: string,
    params: unknown,
    buffer: ArrayBuffer | undefined,
    withinRate: boolean,
  ): Promise<void> {
    try {
      const { api, handler } = admit(name, withinRate)
      const checked = checkParams(api, params)
      if (buffer && buffer.byteLength > BUFFER_MAX) {
        throw new ApiFailure(myErrors.badParameter, `${name}: data is larger than ${BUFFER_MAX} bytes`)
      }
      deps.called(name, id)
      let done: CallResult
      try {
        done = await handler(checked, { id, buffer })
      } catch (error) {
        deps.answered(name, id, false)
        throw error
      }
      deps.answered(name, id, true)
      deps.answer(id, true, toPlain(done.result) ?? {}, done.buffer)
    } catch (error) {
      deps.answer(id, false, failureOf(name, error))
    }
  }

  return (message: unknown) => {
    const now = deps.now()
    const withinRate = any.take(now)
    if (!withinRate && !patience.take(now)) {
      deps.flooded()
      return
    }
    if (!isRecord(message)) return
    switch (message['kind']) {
      case 'call': {
        const { id, api, params, buffer } = message
        if (typeof id !== 'number' || !Number.isSafeInteger(id)) return
        const name = typeof api === 'string' ? api.slice(0, 64) : String(typeof api)
        void run(id, name, params, buffer instanceof ArrayBuffer ? buffer : undefined, withinRate)
        break
      }
      case 'console': {
        const level = levels.find((one) => one === message['level'])
        if (withinRate && level && typeof message['text'] === 'string')
          deps.console(level, message['text'].slice(0, TEXT_MAX))
        break
      }
      case 'error': {
        const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, TEXT_MAX) : '')
        if (withinRate || message['fatal'] === true)
          deps.problem(text(message['message']), text(message['stack']), message['fatal'] === true)
        break
      }
      case 'started':
        deps.started()
        break
    }
  }
}

/** What fail() gets. What a handler threw besides ApiFailure is the wallet's own matter and is not told. */
function failureOf(name: string, error: unknown): Json {
  if (!(error instanceof ApiFailure)) return { error: myErrors.unknown, errorMessage: `${name}: unknown error` }
  const extra = toPlain(error.extra)
  return {
    ...(isRecord(extra) ? (extra as { [key: string]: Json }) : {}),
    error: error.error,
    errorMessage: error.errorMessage,
  }
}
