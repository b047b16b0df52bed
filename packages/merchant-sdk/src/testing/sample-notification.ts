/**
 * Signed sample notifications, so that merchants can test their handlers with the very bytes a wallet would send.
 * The key is a test wallet's own; the real wallet's private key never leaves the wallet.
 */
import { superappStringToSign, parsePrivateKey, signSuperapp } from '@tradepay/signature'
import type { Money } from '@tradepay/money'
import type { RawRequest } from '../notification/superapp-notification.ts'

export interface SampleNotification {
  /** Private key of the pair whose public key your handler was given as `walletPublicKey`. */
  walletPrivateKey: string
  /** Version of that key. Default 1. */
  keyVersion?: number
  clientId: string
  /** Path of your notify address, such as `/notify`. */
  path: string
  tradeNo: string
  orderNo: string
  amount: Money
  /** Default `PAID`. */
  state?: 'PAID' | 'FAILED'
  /** When it is sent. Default now. */
  at?: Date
  paidAt?: Date
}

/**
 * @returns a request for your handler. Change one thing of it, a byte, a header, and see it refused.
 *
 * @example
 * const request = await signSampleNotification({ walletPrivateKey, clientId, path: '/notify', tradeNo, orderNo, amount })
 * const answer = await handler(request)
 * expect(answer.status).toBe(200)
 */
export async function signSampleNotification(
  sample: SampleNotification,
): Promise<RawRequest & { stringToSign: Buffer }> {
  const at = sample.at ?? new Date()
  const paid = (sample.state ?? 'PAID') === 'PAID'
  const body = Buffer.from(
    JSON.stringify({
      paymentId: sample.tradeNo,
      paymentRequestId: sample.orderNo,
      paymentAmount: { currency: sample.amount.currency, value: sample.amount.minor.toString() },
      paymentTime: paid ? (sample.paidAt ?? at).toISOString() : undefined,
      paymentStatus: paid ? 'SUCCESS' : 'FAIL',
      paymentResult: paid
        ? { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' }
        : { resultStatus: 'F', resultCode: 'PROCESS_FAIL', resultMessage: 'failed' },
      paymentFailReason: paid ? undefined : 'The payment failed.',
    }),
  )
  const message = { method: 'POST', uri: sample.path, clientId: sample.clientId, time: at.toISOString(), body }
  const key = { version: sample.keyVersion ?? 1, privateKey: parsePrivateKey(sample.walletPrivateKey) }
  const { header } = await signSuperapp(message, key)
  return {
    method: 'POST',
    path: sample.path,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'client-id': sample.clientId,
      'request-time': message.time,
      signature: header,
    },
    body,
    stringToSign: superappStringToSign(message),
  }
}
