/**
 * What both clients promise: the calls of a merchant's server, in one language. Whatever family carries them, a verified
 * "no" is a `TradePayError` with its `reason`, and an outcome that nobody knows is one with `isUnknown`.
 */
import type {
  CancelledOrder,
  ClosedOrder,
  CreatedOrder,
  CreateOrder,
  FinalOrder,
  InquiredOrder,
  OrderNumber,
  WaitOptions,
} from './order-types.ts'
import type { CreateRefund, Refund, RefundNumber } from './refund-types.ts'
import type { User, UserTokens } from './user-types.ts'

/**
 * A merchant's calls. Implemented by {@link TradePayClient} and {@link AlipayClient}; write your server against this, and
 * the family is one line.
 *
 * Every call throws `TradePayError`. Look at `isUnknown` first: true says that the wallet may have done it.
 */
export interface MerchantClient {
  /**
   * Asks the wallet for an order to be paid. May be repeated with the same content: the same tradeNo, no second order.
   *
   * @throws TradePayError `isUnknown`: repeat later with the same number and content. `REPEAT_DIFFERS`, `ORDER_CLOSED`,
   *   `BUYER_REFUSED`, `ARGUMENT`: there is nothing to pay.
   *
   * @example
   * const { tradeNo } = await wallet.createOrder({ orderNo: 'A1001', title: 'Two coffees', amount: money('CNY', 3600n) })
   */
  createOrder(order: CreateOrder): Promise<CreatedOrder>

  /**
   * Asks for the present state of an order. May be repeated; not more often than every few seconds.
   *
   * @throws TradePayError `ORDER_NOT_FOUND` when the wallet has no such order. Right after an unknown create it may still
   *   be on its way: ask again before giving up.
   *
   * @example
   * const { state, amount } = await wallet.inquireOrder({ orderNo: 'A1001' })
   * if (state === 'PAID' && amount.minor === 3600n) ship()
   */
  inquireOrder(order: OrderNumber): Promise<InquiredOrder>

  /**
   * Inquires until the order is paid, closed or failed, with growing pauses. A question without an answer is asked again; so
   * is one for an order that the wallet does not have yet. May be repeated.
   *
   * @returns at `until`, what was last known, with `isFinal: false`; never "failed" for what nobody knows. The question that
   *   is under way then may take up to `timeoutMs` longer.
   * @throws TradePayError when the wallet refuses the question itself, such as `CALLER_REFUSED`; the reason of `signal`
   *
   * @example
   * const { isFinal, order } = await wallet.waitForFinal({ tradeNo }, { until: new Date(Date.now() + 120_000) })
   * if (isFinal && order.state === 'PAID') ship()
   */
  waitForFinal(order: OrderNumber, options?: WaitOptions): Promise<FinalOrder>

  /**
   * Closes an unpaid order, for good. May be repeated.
   *
   * The super-app family has no such call, only the one that cancels (superapp-payment-api §5.6). There the order is
   * inquired first and cancelled only while it is unpaid; a user who pays in that moment gets the money back.
   *
   * @throws TradePayError `ORDER_STATE` when it is paid: nothing was changed, refund it instead. `ORDER_NOT_FOUND`
   */
  closeOrder(order: OrderNumber): Promise<ClosedOrder>

  /**
   * Takes an order back whatever has become of it: unpaid it is closed, paid all of it goes back, and the number of an order
   * that never came is spent. For outcomes that nobody knows; an ordinary return is a refund. May be repeated.
   *
   * @throws TradePayError `isUnknown`, also while the payer's bank has not answered: cancel again with the same number.
   *   `ORDER_STATE`: a part of it is refunded; refund the rest. `REFUND_TOO_LATE`, `BALANCE_NOT_ENOUGH`. `ORDER_NOT_FOUND`
   *   in the super-app family, for a tradeNo that the wallet has not given.
   */
  cancelOrder(order: OrderNumber): Promise<CancelledOrder>

  /**
   * Gives back all or a part of what was paid. May be repeated with the same content: the same refund, no more money.
   *
   * @returns `SUCCEEDED`, or `PROCESSING` while the payer's bank has not answered: then inquire
   * @throws TradePayError `isUnknown`: repeat with the same number and content, or inquire. `REFUND_TOO_MUCH`,
   *   `REFUND_TOO_LATE`, `BALANCE_NOT_ENOUGH`, `ORDER_STATE` (not paid), `REPEAT_DIFFERS`, `REFUND_FAILED`
   *
   * @example
   * await wallet.refund({ tradeNo, refundNo: 'R1001', amount: money('CNY', 1600n), reason: 'One coffee was cold' })
   */
  refund(refund: CreateRefund): Promise<Refund>

  /**
   * Asks for the present state of a refund. May be repeated; not more often than every few seconds.
   *
   * @throws TradePayError `REFUND_NOT_FOUND`: nothing was given back under this number. Right after an unknown refund it may
   *   still be on its way.
   */
  inquireRefund(refund: RefundNumber): Promise<Refund>

  /**
   * Turns the code of `my.getAuthCode` into tokens and the user's id. **Not to be repeated**: a code is good once; where the
   * answer is lost, let the mini program ask for another one.
   *
   * @param authCode as `my.getAuthCode` gave it, at most 64 characters
   * @throws TradePayError `CODE_REFUSED`; `isUnknown`: the code may be spent
   */
  exchangeAuthCode(authCode: string): Promise<UserTokens>

  /**
   * Turns a refresh token into new tokens. **Not to be repeated**: a refresh token is good once.
   *
   * @throws TradePayError `TOKEN_REFUSED`; `isUnknown`: the token may be spent
   */
  refreshTokens(refreshToken: string): Promise<UserTokens>

  /**
   * What the scopes of an access token show of its user. May be repeated.
   *
   * @throws TradePayError `TOKEN_REFUSED`
   */
  getUser(accessToken: string): Promise<User>
}
