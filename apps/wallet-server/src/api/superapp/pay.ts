/**
 * `POST /v1/payments/pay` (steps 5 to 7): creates an order, or answers about the one that this number created.
 * On this wire the wallet's `paymentId` is the tradeNo. Source: superapp-payment-api §5.1 to §5.4.
 */
import { invalidParameter, SuperappPayRequest, WalletError, type SuperappAmount } from '@tradepay/contract'
import { MoneyError, parseMinor, type Money } from '@tradepay/money'
import type { Order } from '../../order/types.ts'
import { contentChecker } from '../merchant-door/check-content.ts'
import { checkNotifyUrl } from '../merchant-door/notify-url.ts'
import { formatIsoTime, parseIsoTime } from '../merchant-door/times.ts'
import type { Call, Endpoint, Outcome } from './endpoint.ts'
import { superappResult } from './results.ts'

const check = contentChecker(SuperappPayRequest)

export const pay: Endpoint = {
  path: '/payments/pay',
  async answer(content, call) {
    const request = check(content)
    if (request.partnerId !== undefined && request.partnerId !== call.client.merchantId) {
      return {
        body: {
          result: superappResult(
            'PARTNER_NOT_EXIST',
            'partnerId is not the merchant of this client. Send its merchant id, or leave it out.',
          ),
        },
      }
    }
    const { order, created } = await createOrder(request, call)
    return {
      body: answerBody(order, call),
      order: {
        order,
        created,
        merchantOrder: {
          number: request.order?.referenceOrderId ?? request.paymentRequestId,
          createTime: request.order?.orderCreateTime ?? null,
        },
      },
    }
  },
}

async function createOrder(request: SuperappPayRequest, call: Call): Promise<{ order: Order; created: boolean }> {
  const { client, rooms } = call
  const amount = readAmount('paymentAmount', request.paymentAmount)
  const title =
    request.paymentOrderTitle ??
    request.order?.orderDescription ??
    (await rooms.merchants.merchant(client.merchantId)).name
  const notifyUrl = request.paymentNotifyUrl ?? null
  if (notifyUrl !== null) checkNotifyUrl('paymentNotifyUrl', notifyUrl)
  const buyerId = buyerOf(request)
  const appId = request.appId ?? null
  try {
    return await rooms.orders.create({
      clientId: client.clientId,
      requestId: request.paymentRequestId,
      family: 'SUPERAPP',
      title,
      amount,
      appId,
      buyerId,
      notifyUrl,
      expiresAt: readTime('paymentExpiryTime', request.paymentExpiryTime),
      extra: request.extendInfo === undefined ? {} : { extendInfo: request.extendInfo },
      // What the number stands for. The expiry is not part of it: an honest retry counts it from its own moment.
      content: {
        paymentAmount: `${amount.currency} ${amount.minor}`,
        paymentOrderTitle: request.paymentOrderTitle ?? '',
        appId: appId ?? '',
        'order.buyer.referenceBuyerId': buyerId ?? '',
        paymentNotifyUrl: notifyUrl ?? '',
      },
    })
  } catch (error) {
    throw inWordsOfTheDoor(error)
  }
}

function answerBody(order: Order, { deps }: Call): Outcome['body'] {
  const numbers = { paymentId: order.tradeNo, paymentRequestId: order.requestId }
  if (order.state === 'CLOSED') throw new WalletError('ORDER_CLOSED')
  if (order.state === 'PAID') {
    return {
      result: superappResult('SUCCESS', 'The order is paid.'),
      ...numbers,
      ...(order.paidAt ? { paymentTime: formatIsoTime(order.paidAt) } : {}),
    }
  }
  const cashier = `${deps.settings.publicUrl}/cashier?tradeNo=${order.tradeNo}`
  return {
    result: superappResult('ACCEPT', 'Accepted: the user confirms in the cashier.'),
    ...numbers,
    // The family spells the cashier's address in three ways; a client reads the one that it knows.
    actionForm: { actionFormType: 'REDIRECTION', redirectionUrl: cashier },
    redirectActionForm: { method: 'GET', redirectUrl: cashier, redirectionUrl: cashier },
  }
}

/** @throws WalletError CURRENCY_NOT_SUPPORTED, AMOUNT_OUT_OF_RANGE, INVALID_PARAMETER */
function readAmount(field: string, { currency, value }: SuperappAmount): Money {
  const expected = 'a positive whole number of the smallest unit as text, such as "1250"'
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw invalidParameter(`${field}.value`, expected)
  try {
    const amount = parseMinor(currency, String(value))
    if (amount.minor === 0n) throw invalidParameter(`${field}.value`, expected)
    return amount
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error
    if (error.reason === 'UNKNOWN_CURRENCY') {
      throw new WalletError('CURRENCY_NOT_SUPPORTED', { field: `${field}.currency` }, error.message)
    }
    if (error.reason === 'TOO_LARGE') {
      throw new WalletError('AMOUNT_OUT_OF_RANGE', { field: `${field}.value` }, error.message)
    }
    throw invalidParameter(`${field}.value`, expected)
  }
}

/**
 * Who may pay: `referenceBuyerId` when it has the form of a user id of this wallet (an unknown one is then refused).
 * Anything else is the merchant's own reference, for display, and restricts nobody.
 */
function buyerOf({ order }: SuperappPayRequest): string | null {
  const reference = order?.buyer?.referenceBuyerId
  return reference !== undefined && /^2088[0-9]{3}0[0-9]{8}$/.test(reference) ? reference : null
}

function readTime(field: string, text: string | undefined): Date | null {
  if (text === undefined) return null
  const time = parseIsoTime(text)
  if (!time) throw invalidParameter(field, 'ISO 8601 with offset, such as 2026-11-22T21:00:00+08:00')
  return time
}

/** Names of the domain command's fields on this wire. */
const wireNames: Record<string, string> = {
  requestId: 'paymentRequestId',
  title: 'paymentOrderTitle',
  amount: 'paymentAmount',
  buyerId: 'order.buyer.referenceBuyerId',
  notifyUrl: 'paymentNotifyUrl',
  expiresAt: 'paymentExpiryTime',
  extra: 'extendInfo',
}

function inWordsOfTheDoor(error: unknown): unknown {
  if (!(error instanceof WalletError)) return error
  const { code, details } = error
  if (code === 'INVALID_PARAMETER' && details.field !== undefined) {
    return invalidParameter(wireNames[details.field] ?? details.field, details.expected ?? 'another value')
  }
  if (code === 'ORDER_INCONSISTENT' && details.field !== undefined) {
    return new WalletError(code, details, `This paymentRequestId was already used with another ${details.field}.`)
  }
  if (code === 'PROGRAM_NOT_FOUND') {
    return new WalletError(code, { field: 'appId' }, 'appId is not a mini program of this client.')
  }
  return error
}
