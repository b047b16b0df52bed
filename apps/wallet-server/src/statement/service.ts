/**
 * The statement room: what moved a merchant's money on one day, in the wallet's time zone. `read.ts` says how.
 */
import { WalletError } from '@tradepay/contract'
import { isCurrency } from '@tradepay/money'
import type { Deps } from '../build-server.ts'
import { merchantAccount, type LedgerService } from '../ledger/types.ts'
import type { MerchantService } from '../merchant/types.ts'
import { readStatement } from './read.ts'
import type { StatementService } from './types.ts'

/** Makes the statement room. */
export function createStatementService(
  { db, clock, settings }: Pick<Deps, 'db' | 'clock' | 'settings'>,
  { ledger, merchants }: { ledger: Pick<LedgerService, 'account'>; merchants: Pick<MerchantService, 'merchant'> },
): StatementService {
  return {
    async statement(merchantId, day, currency) {
      await merchants.merchant(merchantId)
      const account = isCurrency(currency) ? await ledger.account(merchantAccount(merchantId, currency)) : null
      if (account === null) throw new WalletError('CURRENCY_NOT_SUPPORTED')
      return readStatement(db, { merchantId, day, currency, timeZone: settings.timeZone }, clock.now())
    },
  }
}
