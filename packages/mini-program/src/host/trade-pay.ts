/**
 * my.tradePay, step 9 of the flow: exactly one of the three inputs, and one cashier at a time. The program learns the
 * result code and nothing else of what happens in the cashier (step 17).
 */
import { TRADE_NO_MAX_LENGTH, myErrors, tradePayResults } from '@tradepay/contract'
import { ApiFailure, type Handlers } from './types.ts'
import type { Params } from './check-params.ts'

const inputs = ['tradeNO', 'orderStr', 'paymentUrl'] as const

/** @throws ApiFailure 2 for none or several inputs, or one that is not supported; 4 while another cashier is open. */
export function createTradePay(handler: Handlers['tradePay']): (params: Params) => Promise<{ resultCode: string }> {
  let open = false
  return async (params) => {
    const given = inputs.filter((name) => typeof params[name] === 'string' && params[name] !== '')
    if (given.length !== 1) {
      const problem = given.length === 0 ? 'none was given' : `${given.join(' and ')} were given`
      throw new ApiFailure(
        myErrors.badParameter,
        `tradePay needs exactly one of tradeNO, orderStr and paymentUrl: ${problem}`,
      )
    }
    const order = orderOf(given[0]!, params)
    if (open) throw new ApiFailure(myErrors.notPermitted, 'tradePay: a cashier is open already')
    open = true
    try {
      const { resultCode } = await handler(order)
      // Unknown is not failure: a code that the table lacks is told as "may have been paid".
      return { resultCode: Object.hasOwn(tradePayResults, resultCode) ? resultCode : '6004' }
    } finally {
      open = false
    }
  }
}

/** How the program names what is to be paid. @throws ApiFailure 2 */
function orderOf(input: (typeof inputs)[number], params: Params): Parameters<Handlers['tradePay']>[0] {
  const value = String(params[input])
  switch (input) {
    case 'tradeNO':
      if (value.length > TRADE_NO_MAX_LENGTH) {
        const limit = `tradeNO is longer than ${TRADE_NO_MAX_LENGTH} characters`
        throw new ApiFailure(myErrors.badParameter, `tradePay: ${limit}`)
      }
      return { tradeNO: value }
    case 'orderStr':
      return { orderStr: value }
    case 'paymentUrl':
      throw new ApiFailure(myErrors.badParameter, 'tradePay: this wallet takes tradeNO or orderStr, not paymentUrl')
  }
}
