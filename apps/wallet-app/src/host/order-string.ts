/**
 * The order behind `my.tradePay({ orderStr })` (step 9): the wallet server verifies the string that the merchant has signed, and
 * says which order it stands for. The wallet app never reads the string.
 */
import { ApiFailure } from '@tradepay/mini-program/host'
import type { OrderStringRequest } from '@tradepay/contract'
import { ServerError } from '../server-api/server-error.ts'
import type { WalletServer } from '../server-api/wallet-server.ts'

/**
 * @returns the tradeNo to open; null when the server was not reached or its answer was lost: nothing is paid, and the same
 * string may be tried again
 * @throws ApiFailure 2 for a string that is refused, saying why; 4 when nobody is signed in
 */
export async function tradeNoOf(
  request: OrderStringRequest,
  cashier: Pick<WalletServer['cashier'], 'takeOrderString'>,
): Promise<string | null> {
  try {
    return (await cashier.takeOrderString(request)).tradeNo
  } catch (error) {
    if (!(error instanceof ServerError)) throw error
    if (error.fate !== 'REFUSED') return null
    const number = error.code === 'SESSION_REQUIRED' ? 4 : 2
    throw new ApiFailure(number, `tradePay: ${error.message} ${error.action}`)
  }
}
