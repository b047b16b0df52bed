/**
 * The notification of the Alipay family (step 18), of payments and refunds: a form that is signed, and the seven bytes that
 * acknowledge it.
 *
 * `notify_id` is the same for each resend; time and signature are new. Values are never empty: clients disagree about
 * whether empty ones are signed. Source: alipay-openapi §9.
 *
 * Two things are this wallet's own: `order_sequence`, by which a merchant tells the older of two (a client verifies whatever
 * fields it receives), and the headers of Standard Webhooks.
 */
import { ALIPAY_ACKNOWLEDGEMENT } from '@tradepay/contract'
import type { AlipayTradeStatus } from '@tradepay/contract'
import { formatDecimal } from '@tradepay/money'
import { alipayNotificationString, signAlipay } from '@tradepay/signature'
import type { Deps } from '../../build-server.ts'
import type { MerchantService } from '../../merchant/types.ts'
import type { Notification, NotificationFamily } from '../../notification/types.ts'
import type { OutgoingAnswer } from '../../ports.ts'
import { readOrderEvent, type OrderRefundEvent } from '../merchant-door/order-event.ts'
import { standardWebhooks } from '../merchant-door/standard-webhooks.ts'
import { formatGmt8, formatGmt8Milliseconds } from '../merchant-door/times.ts'
import { walletSigningKey } from '../merchant-door/wallet-key.ts'

/** The acknowledgement is not signed in this family, so no merchant's key is needed to judge it. */
export function alipayNotifications(
  { settings }: Pick<Deps, 'settings'>,
  _merchants?: Pick<MerchantService, 'client'>,
): NotificationFamily {
  const key = walletSigningKey(settings)
  const webhooks = standardWebhooks(settings)
  return {
    async render(notification, now) {
      const parameters = content(notification, now)
      const stringToSign = alipayNotificationString(parameters)
      const sign = await signAlipay(stringToSign, key.privateKey)
      const body = Buffer.from(new URLSearchParams({ ...parameters, sign }).toString())
      const { clientId, notificationId: id } = notification
      return {
        method: 'POST',
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
          ...webhooks.headers({ clientId, id, body }, now),
        },
        body,
        signature: {
          stringToSign,
          signature: sign,
          algorithm: 'RSA2',
          keyVersion: key.version,
          signedBy: 'WALLET',
          verified: null,
        },
      }
    },

    async judge({ status, body }: OutgoingAnswer) {
      if (status !== 200) return { accepted: false, reason: `the status is ${status} instead of 200` }
      const text = body.toString()
      if (text === ALIPAY_ACKNOWLEDGEMENT) return { accepted: true }
      const got = text.length > 40 ? `${text.slice(0, 40)}…` : text
      return {
        accepted: false,
        reason: `the body is ${JSON.stringify(got)} instead of exactly "${ALIPAY_ACKNOWLEDGEMENT}"`,
      }
    },
  }
}

function content(notification: Notification, now: Date): Record<string, string> {
  const event = readOrderEvent(notification.event)
  const amount = formatDecimal(event.amount)
  const paid: AlipayTradeStatus = 'TRADE_SUCCESS'
  const parameters: Record<string, string> = {
    notify_time: formatGmt8(now),
    notify_type: 'trade_status_sync',
    notify_id: notification.notificationId,
    order_sequence: String(notification.sequence),
    app_id: event.clientId,
    auth_app_id: event.clientId,
    charset: 'utf-8',
    version: '1.0',
    sign_type: 'RSA2',
    trade_no: event.tradeNo,
    out_trade_no: event.requestId,
    buyer_id: event.payerId,
    seller_id: event.merchantId,
    trade_status: paid,
    total_amount: amount,
    receipt_amount: amount,
    invoice_amount: amount,
    buyer_pay_amount: amount,
    point_amount: '0.00',
    subject: event.title,
    body: textOf(event.extra['body']),
    gmt_create: formatGmt8(event.createdAt),
    gmt_payment: formatGmt8(event.paidAt),
    fund_bill_list: JSON.stringify([{ amount, fundChannel: 'ALIPAYACCOUNT' }]),
    passback_params: textOf(event.extra['passbackParams']),
    ...(event.type === 'ORDER_PAID' ? {} : refundParameters(event)),
  }
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''))
}

/** What a refund adds: the trade as it is now, all that has gone back so far, and the merchant's number of this refund. */
function refundParameters({ amount, refunded, refund }: OrderRefundEvent): Record<string, string> {
  const wholly = refunded.minor === amount.minor
  const status: AlipayTradeStatus = wholly ? 'TRADE_CLOSED' : 'TRADE_SUCCESS'
  return {
    trade_status: status,
    out_biz_no: refund.requestId,
    refund_fee: formatDecimal(refunded),
    send_back_fee: formatDecimal(refund.amount),
    gmt_refund: formatGmt8Milliseconds(refund.finishedAt),
    ...(wholly ? { gmt_close: formatGmt8(refund.finishedAt) } : {}),
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
