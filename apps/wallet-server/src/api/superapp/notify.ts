/**
 * The notifications of the super-app family (step 18), of payments and refunds: what the wallet tells the merchant, and when
 * that counts as heard.
 *
 * Each attempt says the same; its time and signature are new. Only HTTP 200 with `result.resultStatus` S acknowledges;
 * a signed acknowledgement must verify, an unsigned one is taken. Source: superapp-payment-api §3 and §7.
 *
 * Two things are this wallet's own and stand where the family ignores them: `orderSequence`, by which a merchant tells the
 * older of two, and the headers of Standard Webhooks.
 */
import type { Deps } from '../../build-server.ts'
import {
  defaultSuperappDialect,
  WalletError,
  type SuperappDialect,
  type SuperappNotifyPayment,
  type SuperappNotifyRefund,
} from '@tradepay/contract'
import {
  decodeSignature,
  parseSignatureHeader,
  SignatureHeaderError,
  signSuperapp,
  verifySuperapp,
} from '@tradepay/signature'
import type { MerchantService } from '../../merchant/types.ts'
import type { Notification, NotificationFamily, RenderedNotification } from '../../notification/types.ts'
import type { OutgoingAnswer } from '../../ports.ts'
import { readOrderEvent, type OrderPaidEvent, type OrderRefundEvent } from '../merchant-door/order-event.ts'
import { standardWebhooks } from '../merchant-door/standard-webhooks.ts'
import { formatIsoTime } from '../merchant-door/times.ts'
import { walletSigningKey } from '../merchant-door/wallet-key.ts'
import { sentAmount } from './amount.ts'
import { superappResult } from './results.ts'

export function superappNotifications(
  { settings }: Pick<Deps, 'settings'>,
  merchants: Pick<MerchantService, 'client'>,
): NotificationFamily {
  const key = walletSigningKey(settings)
  const webhooks = standardWebhooks(settings)

  /** A client that may not call any more is still told what became of its orders. */
  async function dialectOf(clientId: string): Promise<SuperappDialect> {
    try {
      return (await merchants.client(clientId)).dialect
    } catch (error) {
      if (error instanceof WalletError) return defaultSuperappDialect
      throw error
    }
  }

  async function render(notification: Notification, now: Date): Promise<RenderedNotification> {
    const body = Buffer.from(JSON.stringify(content(notification)))
    const { clientId } = notification
    const dialect = await dialectOf(clientId)
    const time = formatIsoTime(now)
    const { header, stringToSign, signature } = await signSuperapp(
      { method: 'POST', uri: new URL(notification.url).pathname, clientId, time, body },
      key,
      { algorithm: dialect.algorithm, encoding: dialect.signatureEncoding },
    )
    return {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json; charset=UTF-8',
        'Client-Id': clientId,
        'Request-Time': time,
        Signature: header,
        ...webhooks.headers({ clientId, id: notification.notificationId, body }, now),
      },
      body,
      signature: {
        stringToSign: stringToSign.toString(),
        signature: signature.toString('base64'),
        algorithm: dialect.algorithm,
        keyVersion: key.version,
        signedBy: 'WALLET',
        verified: null,
      },
    }
  }

  async function judge(
    answer: OutgoingAnswer,
    notification: Notification,
  ): Promise<{ accepted: true } | { accepted: false; reason: string }> {
    const reason = (await signatureTrouble(answer, notification)) ?? resultTrouble(answer)
    return reason === null ? { accepted: true } : { accepted: false, reason }
  }

  /** What is wrong with the signature of an acknowledgement; null when it holds, or when there is none. */
  async function signatureTrouble(answer: OutgoingAnswer, { clientId, url }: Notification): Promise<string | null> {
    const text = headerOf(answer, 'signature')
    if (text === undefined) return null
    const time = headerOf(answer, 'response-time')
    if (time === undefined) return 'the answer is signed but has no header Response-Time'
    try {
      const header = parseSignatureHeader(text)
      const { keys } = await merchants.client(clientId)
      const known = header.keyVersion === null ? keys[0] : keys.find(({ version }) => version === header.keyVersion)
      if (!known)
        return `the answer is signed with key version ${header.keyVersion ?? '(none)'}, which is not registered`
      const { pathname, search } = new URL(url)
      const message = { method: 'POST', uri: pathname + search, clientId, time, body: answer.body }
      const signature = decodeSignature(header.signature)
      const verified = signature && (await verifySuperapp(message, signature, known.publicKey))
      return verified ? null : 'the answer is signed, but its signature does not match'
    } catch (error) {
      if (error instanceof SignatureHeaderError || error instanceof WalletError) {
        return `the signature of the answer could not be checked: ${error.message}`
      }
      throw error
    }
  }

  return { render, judge }
}

function content(notification: Notification): SuperappNotifyPayment | SuperappNotifyRefund {
  const event = readOrderEvent(notification.event)
  const orderSequence = String(notification.sequence)
  return { ...(event.type === 'ORDER_PAID' ? paid(event) : refunded(event)), orderSequence }
}

function paid(event: OrderPaidEvent): SuperappNotifyPayment {
  const extendInfo = event.extra['extendInfo']
  return {
    partnerId: event.merchantId,
    paymentId: event.tradeNo,
    paymentRequestId: event.requestId,
    paymentAmount: sentAmount(event.amount),
    paymentStatus: 'SUCCESS',
    paymentResult: superappResult('SUCCESS', 'The order is paid.'),
    paymentTime: formatIsoTime(event.paidAt),
    paymentCreateTime: formatIsoTime(event.createdAt),
    ...(typeof extendInfo === 'string' ? { extendInfo } : {}),
  }
}

/** The shape of the family's second version, with the reason that its first one carries. Source: §7 "Refund notification". */
function refunded({ type, tradeNo, refund }: OrderRefundEvent): SuperappNotifyRefund {
  return {
    refundId: refund.refundId,
    refundRequestId: refund.requestId,
    paymentId: tradeNo,
    refundAmount: sentAmount(refund.amount),
    refundStatus: type === 'ORDER_REFUNDED' ? 'SUCCESS' : 'FAIL',
    refundTime: formatIsoTime(refund.finishedAt),
    ...(refund.reason === null ? {} : { refundReason: refund.reason }),
  }
}

/** Why the answer is no acknowledgement, or null. */
function resultTrouble({ status, body }: OutgoingAnswer): string | null {
  if (status !== 200) return `the status is ${status} instead of 200`
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString())
  } catch {
    return 'the status is 200 but the body is not JSON'
  }
  const result = (parsed as { result?: { resultStatus?: unknown } } | null)?.result
  if (result?.resultStatus === 'S') return null
  const got = typeof result?.resultStatus === 'string' ? `"${result.resultStatus.slice(0, 20)}"` : 'missing'
  return `the status is 200 but result.resultStatus is ${got} instead of "S"`
}

function headerOf({ headers }: OutgoingAnswer, name: string): string | undefined {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1]
}
