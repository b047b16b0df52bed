/**
 * Signed sample notifications of both families, so that merchants can test their handlers with the very bytes a wallet would
 * send. The key is a test wallet's own; the real wallet's private key never leaves the wallet.
 *
 * Source: superapp-payment-api §3 and §7; alipay-openapi §9.
 */
import {
  alipayNotificationString,
  parsePrivateKey,
  signAlipay,
  signSuperapp,
  superappStringToSign,
} from '@tradepay/signature'
import { formatDecimal, type Money } from '@tradepay/money'
import type { RawRequest } from '../notification/types.ts'
import { formatGmt8 } from '../wire/alipay.ts'

/** What {@link signSampleNotification} is to tell of: a payment, or, with `refund`, a refund of it. */
export interface SampleNotification {
  /** Which family's. Default `superapp`. */
  api?: 'superapp' | 'alipay'
  /** Private key of the pair whose public key your handler was given as `walletPublicKey`. */
  walletPrivateKey: string
  /** Version of that key. Default 1. */
  keyVersion?: number
  /** The client that your handler was made for. */
  clientId: string
  /** Path of your notify address, such as `/notify`. */
  path: string
  /** The wallet's number of the order. */
  tradeNo: string
  /** Your number of the order. */
  orderNo: string
  /** Of the order. */
  amount: Money
  /** Of the payment. Default `PAID`; `FAILED` only in the super-app family. */
  state?: 'PAID' | 'FAILED'
  /** Makes it tell of a refund. */
  refund?: SampleRefund
  /** The number of the change in its order. Default 1 for a payment, 2 for a refund; null leaves it out. */
  sequence?: number | null
  /** When it is sent. Default now. */
  at?: Date
  /** When the money moved. Default when it is sent. */
  paidAt?: Date
}

/** The refund that a sample tells of. */
export interface SampleRefund {
  /** Your number of the refund. */
  refundNo: string
  /** Of this refund. */
  amount: Money
  /** Of the wallet. Default made from `refundNo`. */
  refundId?: string
  /** Default `SUCCEEDED`; `FAILED` only in the super-app family. */
  state?: 'SUCCEEDED' | 'FAILED'
  /** All that has gone back so far. Default the amount of this refund. Only in the Alipay family. */
  refunded?: Money
}

/** A request for a handler, with what was signed of it. */
export interface SignedSample extends RawRequest {
  /** Of the family: two lines in the super-app family, sorted fields in the Alipay family. UTF-8. */
  stringToSign: Buffer
}

/**
 * Signs a sample.
 *
 * @returns a request for your handler, and the string that was signed. Change one thing of it, a byte, a header, and see it
 *   refused.
 * @throws KeyError when the key cannot be used; TypeError for what the family cannot tell
 *
 * @example
 * const request = await signSampleNotification({ walletPrivateKey, clientId, path: '/notify', tradeNo, orderNo, amount })
 * const answer = await handler(request)
 * expect(answer.status).toBe(200)
 */
export async function signSampleNotification(sample: SampleNotification): Promise<SignedSample> {
  return sample.api === 'alipay' ? signAlipaySample(sample) : signSuperappSample(sample)
}

async function signSuperappSample(sample: SampleNotification): Promise<SignedSample> {
  const { path, clientId } = sample
  const at = sample.at ?? new Date()
  const content = sample.refund ? superappRefund(sample, sample.refund, at) : superappPayment(sample, at)
  const body = Buffer.from(JSON.stringify({ ...content, orderSequence: sequenceOf(sample) }))
  const message = { method: 'POST', uri: path, clientId, time: at.toISOString(), body }
  const key = { version: sample.keyVersion ?? 1, privateKey: parsePrivateKey(sample.walletPrivateKey) }
  const { header } = await signSuperapp(message, key)
  return {
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'client-id': clientId,
      'request-time': message.time,
      signature: header,
    },
    body,
    stringToSign: superappStringToSign(message),
  }
}

function superappPayment({ tradeNo, orderNo, amount, state, paidAt }: SampleNotification, at: Date): object {
  const paid = (state ?? 'PAID') === 'PAID'
  return {
    paymentId: tradeNo,
    paymentRequestId: orderNo,
    paymentAmount: wireAmount(amount),
    paymentTime: paid ? (paidAt ?? at).toISOString() : undefined,
    paymentStatus: paid ? 'SUCCESS' : 'FAIL',
    paymentResult: paid
      ? { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' }
      : { resultStatus: 'F', resultCode: 'PROCESS_FAIL', resultMessage: 'failed' },
    paymentFailReason: paid ? undefined : 'The payment failed.',
  }
}

function superappRefund({ tradeNo }: SampleNotification, refund: SampleRefund, at: Date): object {
  return {
    refundId: refund.refundId ?? `refund-${refund.refundNo}`,
    refundRequestId: refund.refundNo,
    paymentId: tradeNo,
    refundAmount: wireAmount(refund.amount),
    refundStatus: refund.state === 'FAILED' ? 'FAIL' : 'SUCCESS',
    refundTime: at.toISOString(),
  }
}

async function signAlipaySample(sample: SampleNotification): Promise<SignedSample> {
  const { clientId, tradeNo, orderNo, amount, refund } = sample
  if (sample.state === 'FAILED' || refund?.state === 'FAILED') {
    throw new TypeError('The Alipay family does not tell of what failed: leave "state" out.')
  }
  const at = sample.at ?? new Date()
  const sequence = sequenceOf(sample)
  const fields: Record<string, string> = {
    notify_time: formatGmt8(at),
    notify_type: 'trade_status_sync',
    notify_id: `${tradeNo}-${sequence ?? 'sample'}`,
    ...(sequence === undefined ? {} : { order_sequence: sequence }),
    app_id: clientId,
    charset: 'utf-8',
    version: '1.0',
    sign_type: 'RSA2',
    trade_no: tradeNo,
    out_trade_no: orderNo,
    trade_status: 'TRADE_SUCCESS',
    total_amount: formatDecimal(amount),
    gmt_payment: formatGmt8(sample.paidAt ?? at),
    ...(refund ? alipayRefund(amount, refund, at) : {}),
  }
  const stringToSign = alipayNotificationString(fields)
  const sign = await signAlipay(stringToSign, parsePrivateKey(sample.walletPrivateKey))
  return {
    method: 'POST',
    path: sample.path,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: Buffer.from(new URLSearchParams({ ...fields, sign }).toString()),
    stringToSign: Buffer.from(stringToSign),
  }
}

function alipayRefund(whole: Money, refund: SampleRefund, at: Date): Record<string, string> {
  const refunded = refund.refunded ?? refund.amount
  return {
    out_biz_no: refund.refundNo,
    send_back_fee: formatDecimal(refund.amount),
    refund_fee: formatDecimal(refunded),
    gmt_refund: `${formatGmt8(at)}.000`,
    trade_status: refunded.minor === whole.minor ? 'TRADE_CLOSED' : 'TRADE_SUCCESS',
  }
}

/** As text; undefined when it is left out. */
function sequenceOf({ sequence, refund }: SampleNotification): string | undefined {
  if (sequence === null) return undefined
  return String(sequence ?? (refund ? 2 : 1))
}

const wireAmount = ({ currency, minor }: Money) => ({ currency, value: minor.toString() })
