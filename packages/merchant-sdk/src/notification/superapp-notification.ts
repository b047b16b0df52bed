/**
 * Hears from the wallet that an order was paid (step 18), and answers in the protocol's words, signed.
 *
 * The signature is verified over the raw bytes, and the time checked, before anything is parsed; there is no way to get
 * the content without the check. The wallet sends until it is acknowledged, so the same notification may come many
 * times. Source: superapp-payment-api §3 and §7.
 */
import { parsePrivateKey, signSuperapp } from '@tradepay/signature'
import type { Money } from '@tradepay/money'
import { DEFAULT_TOLERANCE_SECONDS, systemClock, type Clock } from '../clock.ts'
import { findFlaw, type RawHeaders } from '../verify-message.ts'
import { parseWalletKeys, type WalletPublicKey } from '../wallet-keys.ts'
import {
  NotUnderstood,
  parseObject,
  readAmount,
  readOptionalText,
  readOptionalTime,
  readResult,
  readText,
} from '../wire.ts'
import type { JsonObject } from '../wire.ts'

/** A verified notification. */
export interface PaymentNotification {
  tradeNo: string
  /** Your own number, as given to `create`. */
  orderNo: string
  /** Compare it with your own order before you believe that this order was paid. */
  amount: Money
  /** `PAID`, or `FAILED`: the payment failed for good. */
  state: 'PAID' | 'FAILED'
  paidAt: Date | null
  /** Only for `FAILED`, when the wallet says why. */
  reason: string | null
}

export interface NotificationOptions {
  clientId: string
  /** Signs the acknowledgement. PKCS#8 or PKCS#1 PEM. */
  privateKey: string
  /** Version of your key at the wallet. Default 1. */
  keyVersion?: number
  walletPublicKey: WalletPublicKey
  /** How far `Request-Time` may be from now, both ways, in seconds. Default 300. */
  toleranceSeconds?: number
  clock?: Clock
  /**
   * The path of the address that the wallet was given, when a proxy in front of this server changes it: the wallet signs
   * the path it calls. By default the path as it arrives.
   */
  publicPath?: string
  /** Called for a payment that failed for good. By default such a notification is acknowledged and nothing else happens. */
  onFailed?(notification: PaymentNotification): unknown
  /** Told why a notification was not acknowledged, for your log. By default nothing. */
  onRefused?(refusal: { code: string; message: string; error?: unknown }): void
}

/** A request as it arrived. `body` is its bytes, before any parser. */
export interface RawRequest {
  method: string
  /** Path with query, as it arrived. */
  path: string
  headers: RawHeaders
  body: Uint8Array
}

/** What to answer, as it is: sending other bytes breaks the signature. */
export interface RawAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

export type NotificationHandler = (request: RawRequest) => Promise<RawAnswer>

/**
 * Throw it in your callback to say "this is not an order of mine as you describe it": another amount, an unknown number.
 * It is answered with `F`. Any other error is answered with `U`, so that the wallet sends again.
 */
export class NotificationRefused extends Error {
  override name = 'NotificationRefused'
  constructor(
    message: string,
    /** `ORDER_NOT_EXIST`, `REPEAT_REQ_INCONSISTENT`, or another code of the protocol. */
    readonly code: string = 'PROCESS_FAIL',
  ) {
    super(message)
  }
}

/**
 * Makes a handler from bytes to bytes; `nodeHandler`, `expressHandler` and `fastifyPlugin` connect it to a server. The
 * wallet is told `S` when the callback returns, so do everything that must not be lost before that, and do it once only,
 * however often it is called: return normally for a repeat.
 *
 * @example
 * const onNotification = notificationHandler({ clientId, privateKey, walletPublicKey }, async ({ orderNo, amount }) => {
 *   const order = await findOrder(orderNo)
 *   if (!order || order.amount !== amount.minor) throw new NotificationRefused('No such order of this amount.')
 *   await markPaid(order)
 * })
 * http.createServer(nodeHandler(onNotification)).listen(8080)
 *
 * @throws KeyError or TypeError when an option cannot be used. The handler itself never rejects.
 */
export function notificationHandler(
  options: NotificationOptions,
  onPaid: (notification: PaymentNotification) => unknown,
): NotificationHandler {
  const clock = options.clock ?? systemClock
  const toleranceSeconds = options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS
  const walletKeys = parseWalletKeys(options.walletPublicKey)
  const key = { version: options.keyVersion ?? 1, privateKey: parsePrivateKey(options.privateKey) }

  /** Only who has proven to be the wallet gets a signed answer. */
  async function sign(uri: string, result: WireResult): Promise<RawAnswer> {
    const body = renderResult(result)
    const time = clock.now().toISOString()
    const signed = await signSuperapp({ method: 'POST', uri, clientId: options.clientId, time, body }, key)
    return {
      status: 200,
      headers: { ...jsonHeaders, 'Client-Id': options.clientId, 'Response-Time': time, Signature: signed.header },
      body,
    }
  }

  function refuse(status: number, code: string, message: string): RawAnswer {
    options.onRefused?.({ code, message })
    return { status, headers: { ...jsonHeaders }, body: renderResult({ status: 'F', code, message }) }
  }

  return async function handle(request) {
    if (request.method !== 'POST') return refuse(405, 'METHOD_NOT_SUPPORTED', 'Notifications are sent with POST.')

    const body = Buffer.from(request.body)
    const uri = options.publicPath ?? request.path
    const flaw = await findFlaw(
      { method: 'POST', uri, headers: request.headers, body },
      { clientId: options.clientId, timeHeader: 'Request-Time', keys: walletKeys, now: clock.now(), toleranceSeconds },
    )
    if (flaw) return refuse(flaw.code === 'PARAM_ILLEGAL' ? 400 : 401, flaw.code, flaw.message)

    const path = uri.split('?', 1)[0]!
    try {
      const notification = readNotification(parseObject(body))
      await (notification.state === 'PAID' ? onPaid(notification) : options.onFailed?.(notification))
      return await sign(path, { status: 'S', code: 'SUCCESS', message: 'success' })
    } catch (error) {
      const result = resultOf(error)
      options.onRefused?.({ code: result.code, message: result.message, error })
      return sign(path, result)
    }
  }
}

interface WireResult {
  status: 'S' | 'F' | 'U'
  code: string
  message: string
}

function resultOf(error: unknown): WireResult {
  if (error instanceof NotificationRefused) return { status: 'F', code: error.code, message: error.message }
  if (error instanceof NotUnderstood) return { status: 'F', code: 'PARAM_ILLEGAL', message: error.message }
  // What went wrong inside is nobody's business outside; the wallet only needs to know that it should send again.
  return {
    status: 'U',
    code: 'UNKNOWN_EXCEPTION',
    message: 'The notification could not be handled now. Send it again.',
  }
}

/**
 * Dialects say the outcome as `paymentStatus`, as `paymentResult`, or both. Where both stand they must agree: a message
 * that contradicts itself is believed in neither way.
 */
function readNotification(content: JsonObject): PaymentNotification {
  const states = new Set<'PAID' | 'FAILED'>()
  const status = readOptionalText(content, 'paymentStatus', 64)
  if (status !== null) states.add(finalState(status, { SUCCESS: 'PAID', FAIL: 'FAILED' }, 'paymentStatus'))
  if (content['paymentResult'] !== undefined && content['paymentResult'] !== null) {
    states.add(finalState(readResult(content, 'paymentResult').status, { S: 'PAID', F: 'FAILED' }, 'paymentResult'))
  }
  const [state, contradiction] = states
  if (state === undefined) throw new NotUnderstood('There is neither "paymentStatus" nor "paymentResult".')
  if (contradiction !== undefined) throw new NotUnderstood('"paymentStatus" and "paymentResult" contradict each other.')
  return {
    tradeNo: readText(content, 'paymentId'),
    orderNo: readText(content, 'paymentRequestId'),
    amount: readAmount(content, 'paymentAmount'),
    state,
    paidAt: state === 'PAID' ? readOptionalTime(content, 'paymentTime') : null,
    reason: state === 'FAILED' ? readOptionalText(content, 'paymentFailReason') : null,
  }
}

function finalState(word: string, meanings: Record<string, 'PAID' | 'FAILED'>, name: string): 'PAID' | 'FAILED' {
  const state = Object.hasOwn(meanings, word) ? meanings[word] : undefined
  if (state === undefined) throw new NotUnderstood(`"${name}" is none of ${Object.keys(meanings).join(', ')}.`)
  return state
}

const jsonHeaders = { 'Content-Type': 'application/json; charset=UTF-8' }

function renderResult({ status, code, message }: WireResult): Buffer {
  return Buffer.from(
    JSON.stringify({ result: { resultCode: code, resultStatus: status, resultMessage: message.slice(0, 256) } }),
  )
}
