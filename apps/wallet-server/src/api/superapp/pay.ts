/**
 * `POST …/payments/pay` (steps 5 to 7): creates an order, or answers about the one that this number created.
 * On this wire the wallet's `paymentId` is the tradeNo. Source: superapp-payment-api §5.1 to §5.4.
 */
import {
  invalidParameter,
  SuperappOrder,
  superappCalls,
  WalletError,
  type SuperappPayAnswer,
  type SuperappPayRequestV1,
  type SuperappPayRequestV2,
} from '@tradepay/contract'
import type { Order } from '../../order/types.ts'
import { contentChecker } from '../merchant-door/check-content.ts'
import { checkNotifyUrl } from '../merchant-door/notify-url.ts'
import { formatIsoTime, parseIsoTime } from '../merchant-door/times.ts'
import { keyAmount, readAmount } from './amount.ts'
import { contentCheckers } from './check-versions.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { checkPartner } from './numbers.ts'
import { refuseOtherProducts } from './product.ts'
import { redirectForm } from './redirect-form.ts'
import { superappResult } from './results.ts'
import { inWireNames } from './wire-names.ts'

const check = contentCheckers(superappCalls.pay)
const checkOrder = contentChecker(SuperappOrder)

export const pay: Endpoint = {
  path: superappCalls.pay.path,
  async answer(content, call) {
    const request = check[call.version](content)
    checkPartner(request, call.client)
    refuseOtherProducts(request)
    const about = orderOf(request)
    const { order, created } = await createOrder(request, about, call)
    return {
      body: answerBody(order, call),
      order: {
        order,
        created,
        merchantOrder: {
          number: about?.referenceOrderId ?? request.paymentRequestId,
          createTime: about?.orderCreateTime ?? null,
        },
      },
    }
  },
}

type PayRequest = SuperappPayRequestV1 | SuperappPayRequestV2

async function createOrder(
  request: PayRequest,
  about: SuperappOrder | undefined,
  { client, rooms }: Call,
): Promise<{ order: Order; created: boolean }> {
  const amount = readAmount('paymentAmount', request.paymentAmount)
  const title =
    request.paymentOrderTitle ?? about?.orderDescription ?? (await rooms.merchants.merchant(client.merchantId)).name
  const notifyUrl = request.paymentNotifyUrl ?? null
  if (notifyUrl !== null) checkNotifyUrl('paymentNotifyUrl', notifyUrl)
  const buyerId = buyerOf(about)
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
        paymentAmount: keyAmount(amount),
        paymentOrderTitle: request.paymentOrderTitle ?? '',
        appId: appId ?? '',
        'order.buyer.referenceBuyerId': buyerId ?? '',
        paymentNotifyUrl: notifyUrl ?? '',
      },
    })
  } catch (error) {
    throw inWordsOfPay(error)
  }
}

function answerBody(order: Order, { client, deps }: Call): SuperappPayAnswer {
  const numbers = { paymentId: order.tradeNo, paymentRequestId: order.requestId }
  if (order.state === 'CLOSED') throw new WalletError('ORDER_CLOSED')
  if (order.state === 'PAID') {
    return {
      result: superappResult('SUCCESS', 'The order is paid.'),
      ...numbers,
      ...(order.paidAt ? { paymentTime: formatIsoTime(order.paidAt) } : {}),
    }
  }
  if (order.processingPaymentId !== null) {
    const message = 'The user has paid and the bank has not answered yet. Inquire; do not make a second order.'
    return { result: superappResult('PAYMENT_IN_PROCESS', message), ...numbers }
  }
  return {
    result: superappResult('ACCEPT', 'Accepted: the user confirms in the cashier.'),
    ...numbers,
    ...redirectForm(client.dialect, `${deps.settings.publicUrl}/cashier?tradeNo=${order.tradeNo}`),
  }
}

/** What the merchant tells of its order: `order`, or, as older clients send it, JSON text in `extraParams.ORDER`. */
function orderOf(request: PayRequest): SuperappOrder | undefined {
  if (request.order !== undefined) return request.order
  const text = request.extraParams?.ORDER
  if (text === undefined) return undefined
  try {
    return checkOrder(JSON.parse(text))
  } catch {
    throw invalidParameter('extraParams.ORDER', 'the JSON text of an order')
  }
}

/**
 * Who may pay: `referenceBuyerId` when it has the form of a user id of this wallet (an unknown one is then refused).
 * Anything else is the merchant's own reference, for display, and restricts nobody.
 */
function buyerOf(about: SuperappOrder | undefined): string | null {
  const reference = about?.buyer?.referenceBuyerId
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

function inWordsOfPay(error: unknown): unknown {
  if (error instanceof WalletError && error.code === 'PROGRAM_NOT_FOUND') {
    return new WalletError(error.code, { field: 'appId' }, 'appId is not a mini program of this client.')
  }
  return inWireNames(error, wireNames, 'paymentRequestId')
}
