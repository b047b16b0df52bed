/**
 * One call over HTTP: exact bytes out, exact bytes in, within a time; repeated by itself where that can do no harm.
 *
 * No answer is no failure: a lost connection, the end of the time, and an answer too large to read are all "unknown",
 * because the wallet may have done what was asked.
 */
import { TradePayError } from '../errors.ts'
import type { CompleteOptions } from './options.ts'

/** An answer as it came. Hearsay until it is verified. */
export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** What is sent. Made anew for each attempt, so that each has its own time and signature. */
export interface HttpCall {
  url: URL
  method: 'POST' | 'GET'
  headers: Record<string, string>
  body?: Buffer<ArrayBuffer>
}

/** How a call may be made. */
export interface CallRules {
  /** The number that the call is about. */
  requestId: string
  /** Whether a second call with the same content does no harm. */
  mayRepeat: boolean
  /** Ends the call: it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Larger answers are not read. Default 1 MiB. */
  maxBytes?: number
}

const ANSWER_MAX_BYTES = 1024 * 1024
/** Between an attempt and the next, in milliseconds. */
const REPEAT_PAUSE_MS = 250

/**
 * Makes the call, and reads its answer.
 * @param prepare makes one attempt's request
 * @param read verifies and reads the answer; it throws TradePayError for what cannot be believed
 * @throws TradePayError NETWORK, TIMEOUT, ANSWER_NOT_UNDERSTOOD, and what `read` throws; the reason of the rules' signal
 */
export async function exchange<T>(
  options: CompleteOptions,
  rules: CallRules,
  prepare: () => Promise<HttpCall>,
  read: (answer: HttpAnswer, call: HttpCall) => Promise<T>,
): Promise<T> {
  const over = AbortSignal.timeout(options.timeoutMs)
  const signal = rules.signal ? AbortSignal.any([over, rules.signal]) : over
  for (let repeats = 0; ; repeats++) {
    try {
      const call = await prepare()
      return await read(await attempt(options, rules, call, { over, signal }), call)
    } catch (error) {
      if (!rules.mayRepeat || repeats >= options.retries || !hadNoAnswer(error)) throw error
      await options.timer.wait(REPEAT_PAUSE_MS, signal).catch(() => {
        throw rules.signal?.aborted ? rules.signal.reason : error
      })
    }
  }
}

async function attempt(
  { fetch, timeoutMs }: CompleteOptions,
  { requestId, signal: stopped, maxBytes = ANSWER_MAX_BYTES }: CallRules,
  { url, method, headers, body }: HttpCall,
  { over, signal }: { over: AbortSignal; signal: AbortSignal },
): Promise<HttpAnswer> {
  let bytes: Buffer | null
  let response: Response
  try {
    // A signed call is for this address only; wherever a redirect leads, it was not signed for.
    response = await fetch(url, { method, headers, redirect: 'manual', signal, ...(body ? { body } : {}) })
    bytes = await readBody(response, maxBytes)
  } catch (cause) {
    if (stopped?.aborted) throw stopped.reason
    const timedOut = over.aborted
    const what = timedOut ? `gave no answer within ${timeoutMs} ms` : 'could not be reached, or its answer was lost'
    throw new TradePayError(
      `The wallet ${what}. It may have done what was asked: inquire, or repeat with the same number.`,
      { code: timedOut ? 'TIMEOUT' : 'NETWORK', reason: 'UNKNOWN', requestId, isUnknown: true, cause },
    )
  }
  if (bytes === null) {
    throw new TradePayError(`The wallet's answer is larger than ${maxBytes} bytes and was not read.`, {
      code: 'ANSWER_NOT_UNDERSTOOD',
      reason: 'UNKNOWN',
      status: response.status,
      requestId,
      isUnknown: true,
    })
  }
  return { status: response.status, headers: Object.fromEntries(response.headers), body: bytes }
}

/** Null when it is too large. */
async function readBody(response: Response, maxBytes: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > maxBytes) {
      await reader.cancel()
      return null
    }
    chunks.push(value)
  }
  return Buffer.concat(chunks)
}

/** Whether the wallet itself has said nothing: the connection was lost, or what stands before it answered 5xx. */
function hadNoAnswer(error: unknown): boolean {
  if (!(error instanceof TradePayError)) return false
  return error.code === 'NETWORK' || (error.code === 'ANSWER_NOT_VERIFIED' && (error.status ?? 0) >= 500)
}
