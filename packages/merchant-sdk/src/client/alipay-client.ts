/**
 * The client of the Alipay family (`/gateway.do`, steps 4 and 7). Every request is signed, the node of every answer verified
 * over its raw text before it is parsed. Source: alipay-openapi §1 to §8.
 */
import type { Money } from '@tradepay/money'
import { TradePayError, type Reason } from '../errors.ts'
import { parseStatement } from '../statement/parse.ts'
import type { Statement, StatementRequest } from '../statement/types.ts'
import { readOptionalGmt8, YUAN } from '../wire/alipay.ts'
import { readOptionalText, readText } from '../wire/json.ts'
import { AlipayCall } from './alipay-call.ts'
import {
  billContent,
  createContent,
  readCancelOutcome,
  readQueriedRefund,
  readQueriedTrade,
  readTokens,
  readUser,
  refundContent,
  refundQueryContent,
  tradeNumber,
} from './alipay-messages.ts'
import { askedFor, checkCreate, checkRefund, checkText, refuseArgument } from './arguments.ts'
import { download } from './download.ts'
import type { MerchantClient } from './merchant-client.ts'
import { completeOptions, type CompleteOptions, type TradePayClientOptions } from './options.ts'
import type * as Orders from './order-types.ts'
import type { CreateRefund, Refund, RefundNumber } from './refund-types.ts'
import { expectSame, understand } from './understand.ts'
import type { User, UserTokens } from './user-types.ts'
import { waitForFinal } from './wait-for-final.ts'

/**
 * The client of merchants of the Alipay family: the same calls as `TradePayClient`, and statements. It speaks of yuan only.
 *
 * @example
 * const wallet = new AlipayClient({
 *   baseUrl: 'https://wallet.example',
 *   clientId: '2021000000000001',
 *   privateKey: readFileSync('merchant-private-key.pem', 'utf8'),
 *   walletPublicKey: readFileSync('wallet-public-key.pem', 'utf8'),
 * })
 * const { tradeNo } = await wallet.createOrder({ orderNo: 'A1001', title: 'Two coffees', amount: money('CNY', 3600n) })
 */
export class AlipayClient implements MerchantClient {
  readonly #options: CompleteOptions
  readonly #call: AlipayCall

  /** @throws KeyError or TypeError when an option cannot be used; no call is made. */
  constructor(options: TradePayClientOptions) {
    this.#options = completeOptions(options)
    this.#call = new AlipayCall(this.#options)
  }

  async createOrder(order: Orders.CreateOrder): Promise<Orders.CreatedOrder> {
    checkCreate(order, { orderNo: /^[A-Za-z0-9_]{1,64}$/, description: 128 })
    const { orderNo, title, amount, notifyUrl } = order
    if (/[/=&]/.test(title)) throw refuseArgument('title', 'expected no "/", "=" or "&"', orderNo)
    checkYuan(order, orderNo)
    try {
      const content = { bizContent: createContent(order), parameters: { notify_url: notifyUrl } }
      const node = await this.#call.send('alipay.trade.create', content, { requestId: orderNo, mayRepeat: true })
      return understand(orderNo, () => {
        expectSame(node, 'out_trade_no', orderNo, 'required')
        return { tradeNo: readText(node, 'trade_no'), orderNo, status: 'ACCEPTED' }
      })
    } catch (error) {
      // An earlier call made it, and it is paid: this family refuses to say its number here (§6.1), and tells it when asked.
      if (!(error instanceof TradePayError) || !error.code.endsWith('TRADE_HAS_SUCCESS')) throw error
      const made = await this.inquireOrder({ orderNo })
      if (made.amount.currency !== amount.currency || made.amount.minor !== amount.minor) throw error
      return { tradeNo: made.tradeNo, orderNo, status: 'PAID' }
    }
  }

  inquireOrder(order: Orders.OrderNumber): Promise<Orders.InquiredOrder> {
    return this.#inquire(order)
  }

  waitForFinal(order: Orders.OrderNumber, options?: Orders.WaitOptions): Promise<Orders.FinalOrder> {
    return waitForFinal((signal) => this.#inquire(order, signal), this.#options, options)
  }

  async #inquire(order: Orders.OrderNumber, signal?: AbortSignal): Promise<Orders.InquiredOrder> {
    const { name, value, content } = tradeNumber(order)
    const rules = { requestId: value, mayRepeat: true, signal }
    const node = await this.#call.send('alipay.trade.query', { bizContent: content }, rules)
    return understand(value, () => {
      expectSame(node, name, value, 'required')
      return readQueriedTrade(node)
    })
  }

  async closeOrder(order: Orders.OrderNumber): Promise<Orders.ClosedOrder> {
    const { name, value, content } = tradeNumber(order)
    const rules = { requestId: value, mayRepeat: true }
    const node = await this.#call.send('alipay.trade.close', { bizContent: content }, rules)
    return understand(value, () => {
      expectSame(node, name, value, 'required')
      return { tradeNo: readText(node, 'trade_no'), orderNo: readText(node, 'out_trade_no') }
    })
  }

  async cancelOrder(order: Orders.OrderNumber): Promise<Orders.CancelledOrder> {
    const { name, value, content } = tradeNumber(order)
    const asked = askedFor(order)
    const rules = { requestId: value, mayRepeat: true }
    const node = await this.#call.send('alipay.trade.cancel', { bizContent: content }, rules)
    if (node['retry_flag'] === 'Y') {
      const message = 'The order is not taken back yet: cancel again with the same number.'
      throw problem(message, { code: 'CANCEL_NOT_DONE', reason: 'UNKNOWN', requestId: value })
    }
    return understand(value, () => {
      expectSame(node, name, value, 'optional')
      return {
        tradeNo: readOptionalText(node, 'trade_no', 64) ?? asked.tradeNo,
        orderNo: readOptionalText(node, 'out_trade_no', 64) ?? asked.orderNo,
        outcome: readCancelOutcome(node),
      }
    })
  }

  async refund(refund: CreateRefund): Promise<Refund> {
    checkRefund(refund)
    const { refundNo, amount } = refund
    checkYuan(refund, refundNo)
    const rules = { requestId: refundNo, mayRepeat: true }
    const node = await this.#call.send('alipay.trade.refund', { bizContent: refundContent(refund) }, rules)
    if (node['fund_change'] === 'Y') {
      return understand(refundNo, () => ({
        refundNo,
        refundId: null,
        state: 'SUCCEEDED',
        amount,
        refundedAt: readOptionalGmt8(node, 'gmt_refund_pay'),
        failReason: null,
      }))
    }
    // This call has moved nothing: an earlier one has, or the bank has not answered. Which, is asked (§6.5).
    const found = await this.#queryRefund(refund)
    if (found === null) {
      const message = 'The wallet has taken the refund and does not know it yet: repeat it with the same number.'
      throw problem(message, { code: REFUND_NOT_EXIST, reason: 'UNKNOWN', requestId: refundNo })
    }
    if (found.state === 'FAILED') {
      const message = 'The refund failed and the money is yours again. A new attempt needs a new number.'
      throw problem(message, { code: 'REFUND_FAIL', reason: 'REFUND_FAILED', requestId: refundNo })
    }
    return found
  }

  async inquireRefund(refund: RefundNumber): Promise<Refund> {
    checkRefund(refund)
    const { refundNo } = refund
    const found = await this.#queryRefund(refund)
    if (found) return found
    const message = 'Nothing was given back under this number.'
    throw problem(message, { code: REFUND_NOT_EXIST, reason: 'REFUND_NOT_FOUND', requestId: refundNo })
  }

  async #queryRefund(refund: RefundNumber): Promise<Refund | null> {
    const { refundNo } = refund
    const content = { bizContent: refundQueryContent(refund) }
    const rules = { requestId: refundNo, mayRepeat: true }
    const node = await this.#call.send('alipay.trade.fastpay.refund.query', content, rules)
    return understand(refundNo, () => {
      expectSame(node, 'out_request_no', refundNo, 'optional')
      return readQueriedRefund(node, refundNo)
    })
  }

  async exchangeAuthCode(authCode: string): Promise<UserTokens> {
    checkText('authCode', authCode, { min: 1, max: 64 }, 'oauth.token')
    return this.#token({ grant_type: 'authorization_code', code: authCode })
  }

  async refreshTokens(refreshToken: string): Promise<UserTokens> {
    checkText('refreshToken', refreshToken, { min: 1, max: 128 }, 'oauth.token')
    return this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken })
  }

  async #token(parameters: Record<string, string>): Promise<UserTokens> {
    const rules = { requestId: 'oauth.token', mayRepeat: false }
    const node = await this.#call.send('alipay.system.oauth.token', { parameters }, rules)
    return understand(rules.requestId, () => readTokens(node, this.#options.clock))
  }

  async getUser(accessToken: string): Promise<User> {
    const rules = { requestId: 'user.info.share', mayRepeat: true }
    checkText('accessToken', accessToken, { min: 1, max: 128 }, rules.requestId)
    const node = await this.#call.send('alipay.user.info.share', { parameters: { auth_token: accessToken } }, rules)
    return understand(rules.requestId, () => readUser(node))
  }

  /**
   * Downloads and reads the statement of a day or month that is over. May be repeated; the same period gives the same rows.
   *
   * The address comes in a signed answer and is good for 30 seconds; the file behind it is not signed by this protocol
   * (alipay-openapi §6.7). Its own checksums and totals are checked, so that a file cut short is refused.
   *
   * @throws TradePayError `NO_STATEMENT`: nothing moved, or the period is not over. `isUnknown` when it could not be
   *   downloaded: try again. StatementUnreadable for a file that is none
   *
   * @example
   * const { rows } = await wallet.downloadStatement({ date: '2026-03-01' })
   */
  async downloadStatement(request: StatementRequest): Promise<Statement> {
    const { date } = request
    if (!/^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$/.test(date)) {
      throw refuseArgument('date', 'expected a day yyyy-MM-dd or a month yyyy-MM', String(date))
    }
    const rules = { requestId: date, mayRepeat: true }
    const content = { bizContent: billContent(request) }
    const node = await this.#call.send('alipay.data.dataservice.bill.downloadurl.query', content, rules)
    const address = understand(date, () => readText(node, 'bill_download_url', 4096))
    const maxBytes = request.maxBytes ?? STATEMENT_MAX_BYTES
    const file = await download(this.#options, address, { ...rules, maxBytes })
    return parseStatement(file, { currency: YUAN, maxBytes: 8 * maxBytes })
  }
}

/** As downloaded. */
const STATEMENT_MAX_BYTES = 64 * 1024 * 1024

/** This package's word for a refund that the wallet answers with nothing at all (§6.6). */
const REFUND_NOT_EXIST = 'REFUND_NOT_EXIST'

/** What verified answers say without a code of the protocol. */
function problem(message: string, facts: { code: string; reason: Reason; requestId: string }): TradePayError {
  return new TradePayError(message, { ...facts, status: 200, isUnknown: facts.reason === 'UNKNOWN' })
}

/** This family has no other currency (§5). */
function checkYuan({ amount }: { amount: Money }, requestId: string): void {
  if (amount.currency !== YUAN)
    throw refuseArgument('amount', `expected ${YUAN}, the family's only currency`, requestId)
}
