/**
 * The client of the super-app family (steps 4 and 7). Every request is signed, every answer verified over its raw bytes
 * before it is parsed. Source: superapp-payment-api §5 and §8.
 */
import { readOptionalText, readOptionalTime, readText } from '../wire/json.ts'
import { TradePayError, type Reason } from '../errors.ts'
import { askedFor, checkCreate, checkRefund, checkText } from './arguments.ts'
import type { MerchantClient } from './merchant-client.ts'
import { completeOptions, type CompleteOptions, type TradePayClientOptions } from './options.ts'
import type * as Orders from './order-types.ts'
import type { CreateRefund, Refund, RefundNumber } from './refund-types.ts'
import { SuperappCall } from './superapp-call.ts'
import {
  payContent,
  readInquiredOrder,
  readInquiredRefund,
  readTokens,
  readUser,
  refundContent,
  superappCallPaths as paths,
  wireNumber,
} from './superapp-messages.ts'
import { expectSame, understand } from './understand.ts'
import type { User, UserTokens } from './user-types.ts'
import { waitForFinal } from './wait-for-final.ts'

/**
 * The client of merchants of the super-app family.
 *
 * This family has no call that gives a statement (superapp-payment-api §5): ask the wallet for its statement file and read
 * it with `parseStatement`, or take an `AlipayClient` with the same options, which sees the same orders.
 *
 * @example
 * const wallet = new TradePayClient({
 *   baseUrl: 'https://wallet.example',
 *   clientId: '2021000000000001',
 *   privateKey: readFileSync('merchant-private-key.pem', 'utf8'),
 *   walletPublicKey: readFileSync('wallet-public-key.pem', 'utf8'),
 * })
 * const { tradeNo } = await wallet.createOrder({ orderNo: 'A1001', title: 'Two coffees', amount: money('CNY', 3600n) })
 */
export class TradePayClient implements MerchantClient {
  readonly #options: CompleteOptions
  readonly #call: SuperappCall

  /** @throws KeyError or TypeError when an option cannot be used; no call is made. */
  constructor(options: TradePayClientOptions) {
    this.#options = completeOptions(options)
    this.#call = new SuperappCall(this.#options)
  }

  async createOrder(order: Orders.CreateOrder): Promise<Orders.CreatedOrder> {
    checkCreate(order, { orderNo: /^[A-Za-z0-9_-]{1,64}$/, description: 256 })
    const { orderNo } = order
    const { result, content } = await this.#call.send(paths.pay, payContent(order), {
      requestId: orderNo,
      mayRepeat: true,
    })
    return understand(orderNo, () => {
      expectSame(content, 'paymentRequestId', orderNo, 'optional')
      return { tradeNo: readText(content, 'paymentId'), orderNo, status: result.status === 'S' ? 'PAID' : 'ACCEPTED' }
    })
  }

  inquireOrder(order: Orders.OrderNumber): Promise<Orders.InquiredOrder> {
    return this.#inquire(order)
  }

  waitForFinal(order: Orders.OrderNumber, options?: Orders.WaitOptions): Promise<Orders.FinalOrder> {
    return waitForFinal((signal) => this.#inquire(order, signal), this.#options, options)
  }

  async #inquire(order: Orders.OrderNumber, signal?: AbortSignal): Promise<Orders.InquiredOrder> {
    const { name, value } = wireNumber(order)
    const rules = { requestId: value, mayRepeat: true, signal }
    const { content } = await this.#call.send(paths.inquiryPayment, { [name]: value }, rules)
    return understand(value, () => {
      expectSame(content, name, value, 'required')
      return readInquiredOrder(content)
    })
  }

  async closeOrder(order: Orders.OrderNumber): Promise<Orders.ClosedOrder> {
    const { tradeNo, orderNo, state } = await this.inquireOrder(order)
    if (state === 'PAID') {
      throw new TradePayError('The order is paid and cannot be closed: refund it.', {
        code: 'ORDER_STATUS_INVALID',
        reason: 'ORDER_STATE',
        requestId: orderNo,
        isUnknown: false,
      })
    }
    if (state === 'PROCESSING') await this.cancelOrder({ tradeNo })
    return { tradeNo, orderNo }
  }

  async cancelOrder(order: Orders.OrderNumber): Promise<Orders.CancelledOrder> {
    const { name, value } = wireNumber(order)
    const asked = askedFor(order)
    try {
      const rules = { requestId: value, mayRepeat: true }
      const { content } = await this.#call.send(paths.cancelPayment, { [name]: value }, rules)
      return understand(value, () => {
        expectSame(content, name, value, 'optional')
        const tradeNo = readOptionalText(content, 'paymentId', 64)
        if (tradeNo === null) return { ...asked, outcome: 'NEVER_CAME' }
        return { tradeNo, orderNo: readOptionalText(content, 'paymentRequestId', 64) ?? asked.orderNo, outcome: null }
      })
    } catch (error) {
      // It had ended unpaid before: what was asked for is so.
      if (error instanceof TradePayError && error.reason === 'ORDER_CLOSED') return { ...asked, outcome: 'CLOSED' }
      throw error
    }
  }

  async refund(refund: CreateRefund): Promise<Refund> {
    checkRefund(refund)
    const { refundNo, amount } = refund
    const rules = { requestId: refundNo, mayRepeat: true, alsoAccept: 'REFUND_IN_PROCESS' }
    const sent = this.#call.send(paths.refund, refundContent(refund), rules)
    const { result, content } = await withReason(sent, 'PROCESS_FAIL', 'REFUND_FAILED')
    return understand(refundNo, () => {
      const about = { refundNo, refundId: readOptionalText(content, 'refundId', 64), amount, failReason: null }
      if (result.status !== 'S') return { ...about, state: 'PROCESSING', refundedAt: null }
      return { ...about, state: 'SUCCEEDED', refundedAt: readOptionalTime(content, 'refundTime') }
    })
  }

  async inquireRefund(refund: RefundNumber): Promise<Refund> {
    checkRefund(refund)
    const { refundNo } = refund
    const rules = { requestId: refundNo, mayRepeat: true }
    const sent = this.#call.send(paths.inquiryRefund, { refundRequestId: refundNo }, rules)
    const { content } = await withReason(sent, 'ORDER_NOT_EXIST', 'REFUND_NOT_FOUND')
    return understand(refundNo, () => {
      expectSame(content, 'refundRequestId', refundNo, 'required')
      return readInquiredRefund(content)
    })
  }

  async exchangeAuthCode(authCode: string): Promise<UserTokens> {
    checkText('authCode', authCode, { min: 1, max: 64 }, 'applyToken')
    return this.#applyToken({ grantType: 'AUTHORIZATION_CODE', authCode })
  }

  async refreshTokens(refreshToken: string): Promise<UserTokens> {
    checkText('refreshToken', refreshToken, { min: 1, max: 128 }, 'applyToken')
    return this.#applyToken({ grantType: 'REFRESH_TOKEN', refreshToken })
  }

  async #applyToken(request: object): Promise<UserTokens> {
    const rules = { requestId: 'applyToken', mayRepeat: false }
    const { content } = await this.#call.send(paths.applyToken, request, rules)
    return understand(rules.requestId, () => readTokens(content))
  }

  async getUser(accessToken: string): Promise<User> {
    const rules = { requestId: 'inquiryUserInfo', mayRepeat: true }
    checkText('accessToken', accessToken, { min: 1, max: 128 }, rules.requestId)
    const { content } = await this.#call.send(paths.inquiryUserInfo, { accessToken }, rules)
    return understand(rules.requestId, () => readUser(content))
  }
}

/** A code that means something of its own in this call. */
function withReason<T>(sent: Promise<T>, code: string, reason: Reason): Promise<T> {
  return sent.catch((error: unknown) => {
    if (!(error instanceof TradePayError) || error.code !== code) throw error
    const { message, status, requestId, isUnknown } = error
    throw new TradePayError(message, { code, reason, status, requestId, isUnknown })
  })
}
