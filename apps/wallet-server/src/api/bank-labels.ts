/**
 * What people call the place that money came from or went to: `BALANCE`, or the label of the bank account, also of one that
 * is no longer linked.
 */
import type { FundingService } from '../funding/types.ts'

/** Looks the labels of all the bank accounts up at once. @returns how to name each; null is the balance */
export async function labelsOf(
  fundings: Pick<FundingService, 'bankAccountsByIds'>,
  bankAccountIds: readonly (string | null)[],
): Promise<(bankAccountId: string | null) => string> {
  const ids = [...new Set(bankAccountIds.filter((id) => id !== null))]
  const accounts = ids.length === 0 ? [] : await fundings.bankAccountsByIds(ids)
  const labels = new Map(accounts.map(({ bankAccountId, label }) => [bankAccountId, label]))
  return (bankAccountId) => (bankAccountId === null ? 'BALANCE' : (labels.get(bankAccountId) ?? bankAccountId))
}
