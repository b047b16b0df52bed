/**
 * Order strings: what `my.tradePay({ orderStr })` hands to the wallet instead of a tradeNO. The merchant's server makes the
 * order without calling: it signs the parameters of `alipay.trade.app.pay`, with the very rules of a call at the gateway.
 *
 * Reading one changes nothing. The order is the one that `alipay.trade.create` with this out_trade_no and content would answer.
 * Source: alipay-openapi §1, §2, §6.1 and §11 (`sdkExec`); superapp-payment-api §9.
 */
import { ALIPAY_ORDER_STRING_METHOD, AlipayTradeCreate, type RecordedSignature } from '@tradepay/contract'
import type { Deps, Rooms } from '../../build-server.ts'
import type { CreateOrder, Order } from '../../order/types.ts'
import { contentChecker } from '../merchant-door/check-content.ts'
import { explainer } from '../merchant-door/explanation.ts'
import { GatewayRefusal } from './errors.ts'
import { inWordsOfTheDoor, orderCommandOf } from './order-command.ts'
import { readContent } from './read-content.ts'
import { readForm } from './read-parameters.ts'
import { verifyRequest } from './verify-request.ts'

const check = contentChecker(AlipayTradeCreate)

/** An order string that has been verified. */
export interface OrderString {
  /** What it asks for. */
  command: CreateOrder
  signature: RecordedSignature
  /**
   * Creates the order, or finds it. May be repeated. What has become of the order is told by the order.
   * @throws WalletError what `OrderService.create` throws, in this family's names; GatewayRefusal ACQ.NOW_TIME_AFTER_…
   */
  order(): Promise<{ order: Order; created: boolean }>
}

/**
 * Verifies an order string like a call at the gateway: app, keys, form of the parameters, time, signature, content.
 * @param text `name=value` joined by `&`, values URL-encoded once, in any order
 * @throws WalletError, GatewayRefusal
 */
export async function readOrderString(
  text: string,
  deps: Pick<Deps, 'clock' | 'settings'>,
  { merchants, orders }: Pick<Rooms, 'merchants' | 'orders'>,
): Promise<OrderString> {
  const { clock, settings } = deps
  const parameters = readForm(text)
  if (parameters['method'] !== ALIPAY_ORDER_STRING_METHOD) {
    throw new GatewayRefusal('isv.invalid-method', `The method of an order string is ${ALIPAY_ORDER_STRING_METHOD}.`)
  }
  const { client, signature } = await verifyRequest(parameters, merchants, {
    now: clock.now(),
    toleranceSeconds: settings.alipayTimestampToleranceSeconds,
    explain: explainer(deps),
  })
  const { content, source } = readContent(parameters)
  const request = check(content)
  const command = orderCommandOf(request, { client, parameters, source, now: clock.now() })
  return {
    command,
    signature,
    order: () =>
      orders.create(command).catch((error: unknown) => {
        throw inWordsOfTheDoor(error, request, command, clock.now())
      }),
  }
}
