/**
 * Hears from a wallet of the Alipay family what became of an order (step 18): a signed form, acknowledged by the seven bytes
 * `success`. Source: alipay-openapi §9.
 *
 * The signature is verified over the fields as they arrived, decoded once, before any of them is believed. A notification
 * keeps its `notify_id` however often it is sent; the family has no window of time for one, so that a copy that somebody
 * kept verifies for ever: let the listener do everything once only, or put an inbox before it.
 */
import { verifyAlipayNotification, type AlipayParameters } from '@tradepay/signature'
import type { ALIPAY_ACKNOWLEDGEMENT } from '@tradepay/contract'
import { parseWalletKeys, type WalletPublicKey } from '../wallet-keys.ts'
import { NotUnderstood } from '../wire/json.ts'
import { tell, type Listener } from './listeners.ts'
import { readAlipayNotification } from './read-alipay.ts'
import { NotificationRefused, type NotificationHandler, type RawAnswer, type Refusal } from './types.ts'

/** Options of {@link alipayNotificationHandler}. */
export interface AlipayNotificationOptions {
  /** The `app_id` of your app; a notification for another one is refused. */
  clientId: string
  /** The wallet's public key, or several: the family names no version, and any of them may have signed. */
  walletPublicKey: WalletPublicKey
  /** Told why a notification was not acknowledged, for your log. By default nothing. */
  onRefused?(refusal: Refusal): void
}

const acknowledgement: typeof ALIPAY_ACKNOWLEDGEMENT = 'success'

/**
 * Makes a handler of the Alipay family's notifications; the adapters connect it to a server. The wallet is told `success`
 * when the listener returns, and `fail`, which makes it send again, otherwise.
 *
 * @param listener what to do with a paid order; or an object with `onPaid` and `onRefund`, such as an inbox
 * @throws KeyError or TypeError when an option cannot be used. The handler itself never rejects.
 *
 * @example
 * const onNotification = alipayNotificationHandler({ clientId, walletPublicKey }, inbox)
 * app.post('/notify', expressHandler(onNotification))
 */
export function alipayNotificationHandler(options: AlipayNotificationOptions, listener: Listener): NotificationHandler {
  const keys = parseWalletKeys(options.walletPublicKey).candidates(null)

  function refuse(status: number, refusal: Refusal): RawAnswer {
    options.onRefused?.(refusal)
    return plain(status, 'fail')
  }

  return async function handle(request) {
    if (request.method !== 'POST') {
      return refuse(405, { code: 'METHOD_NOT_SUPPORTED', message: 'Notifications are sent with POST.' })
    }
    const fields = readForm(request.body)
    if (!(await isGenuine(fields, keys))) {
      return refuse(401, { code: 'INVALID_SIGNATURE', message: 'The signature does not match the fields received.' })
    }
    if (fields['app_id'] !== options.clientId) {
      return refuse(401, { code: 'INVALID_CLIENT', message: 'The notification is for another app_id.' })
    }
    try {
      await tell(listener, readAlipayNotification(fields))
      return plain(200, acknowledgement)
    } catch (error) {
      return refuse(500, refusalOf(error))
    }
  }
}

type WalletKey = Parameters<typeof verifyAlipayNotification>[1]

/** The family names no key version: any of the wallet's keys may have signed. */
async function isGenuine(fields: AlipayParameters, keys: readonly WalletKey[]): Promise<boolean> {
  for (const key of keys) if ((await verifyAlipayNotification(fields, key)) !== null) return true
  return false
}

/** The fields of a form. Bytes that are no UTF-8 become other text, over which no signature holds. */
function readForm(body: Uint8Array): AlipayParameters {
  return Object.fromEntries(new URLSearchParams(Buffer.from(body).toString()))
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof NotificationRefused) return { code: error.code, message: error.message, error }
  if (error instanceof NotUnderstood) return { code: 'PARAM_ILLEGAL', message: error.message, error }
  return { code: 'UNKNOWN_EXCEPTION', message: 'The listener could not take the notification in.', error }
}

function plain(status: number, text: string): RawAnswer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: Buffer.from(text) }
}
