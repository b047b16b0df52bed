/**
 * Hears from a wallet of the super-app family what became of an order (step 18), and answers in the protocol's words, signed.
 *
 * The signature is verified over the raw bytes, and the time checked, before anything is parsed; there is no way to get
 * the content without the check. The wallet sends until it is acknowledged, so the same notification may come many
 * times. Source: superapp-payment-api §3 and §7.
 */
import { parsePrivateKey, signSuperapp } from '@tradepay/signature'
import { DEFAULT_TOLERANCE_SECONDS, systemClock, type Clock } from '../clock.ts'
import { findFlaw } from '../verify-message.ts'
import { parseWalletKeys, type WalletPublicKey } from '../wallet-keys.ts'
import { NotUnderstood, parseObject } from '../wire/json.ts'
import { tell, type Listener } from './listeners.ts'
import { readSuperappNotification } from './read-superapp.ts'
import { NotificationRefused, type NotificationHandler, type RawAnswer, type Refusal } from './types.ts'

/** Options of {@link notificationHandler}. */
export interface NotificationOptions {
  /** The id that the wallet gave your app; a notification for another one is refused. */
  clientId: string
  /** Signs the acknowledgement. PKCS#8 or PKCS#1 PEM. */
  privateKey: string
  /** Version of your key at the wallet. Default 1. */
  keyVersion?: number
  /** The wallet's public key, or one for each key version. */
  walletPublicKey: WalletPublicKey
  /** How far `Request-Time` may be from now, both ways, in seconds. Default 300. */
  toleranceSeconds?: number
  /** In place of the system's clock. */
  clock?: Clock
  /**
   * The path of the address that the wallet was given, when a proxy in front of this server changes it: the wallet signs
   * the path it calls. By default the path as it arrives.
   */
  publicPath?: string
  /** Told why a notification was not acknowledged, for your log. By default nothing. */
  onRefused?(refusal: Refusal): void
}

/**
 * Makes a handler of the super-app family's notifications; `nodeHandler`, `expressHandler`, `fastifyPlugin`, `honoHandler`
 * and `fetchHandler` connect it to a server. The wallet is told `S`, signed, when the listener returns.
 *
 * @param listener what to do with a paid order; or an object with `onPaid`, `onFailed` and `onRefund`, such as an inbox
 * @throws KeyError or TypeError when an option cannot be used. The handler itself never rejects.
 *
 * @example
 * const onNotification = notificationHandler({ clientId, privateKey, walletPublicKey }, async ({ orderNo, amount }) => {
 *   const order = await findOrder(orderNo)
 *   if (!order || order.amount !== amount.minor) throw new NotificationRefused('No such order of this amount.')
 *   await markPaid(order)
 * })
 * http.createServer(nodeHandler(onNotification)).listen(8080)
 */
export function notificationHandler(options: NotificationOptions, listener: Listener): NotificationHandler {
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
      await tell(listener, readSuperappNotification(parseObject(body)))
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

const jsonHeaders = { 'Content-Type': 'application/json; charset=UTF-8' }

function renderResult({ status, code, message }: WireResult): Buffer {
  return Buffer.from(
    JSON.stringify({ result: { resultCode: code, resultStatus: status, resultMessage: message.slice(0, 256) } }),
  )
}
