/** The ledger room alone, on a real database, with builders of accounts and transfers for its tests. */
import { money, type Currency } from '@tradepay/money'
import { createLedgerService } from '../src/ledger/service.ts'
import {
  bankClearingAccount,
  cashAccount,
  inTransitAccount,
  merchantAccount,
  userAccount,
  type LedgerService,
  type PostedTransfer,
  type PostOutcome,
  type Transfer,
} from '../src/ledger/types.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { ManualClock } from './support/fakes.ts'

export interface LedgerWorld {
  database: TestDatabase
  clock: ManualClock
  ledger: LedgerService
  /** A user's account in bucket 7 (or another one), with money that the wallet gave. */
  aUserAccount(balance?: bigint, bucket?: number, currency?: Currency): Promise<string>
  aMerchantAccount(balance?: bigint): Promise<string>
  available(id: string): Promise<bigint>
  pending(id: string): Promise<bigint>
  close(): Promise<void>
}

/** @param options.connections of the pool; default 10 */
export async function createLedgerWorld(options: { connections?: number } = {}): Promise<LedgerWorld> {
  const database = await createTestDatabase(options)
  const clock = new ManualClock()
  const ledger = createLedgerService({ db: database.pool, clock })
  let count = 0
  async function anAccount(id: string, kind: 'USER_BALANCE' | 'MERCHANT_PAYABLE', balance: bigint, bucket: number) {
    const currency = id.slice(-3)
    await ledger.open({ id, bucket, kind, currency })
    if (balance > 0n) {
      const given = between(cashAccount(bucket, currency), id, balance, {
        causeId: `given-${id}`,
        step: 'GIVE',
        bucket,
      })
      await ledger.post([{ ...given, amount: money(currency, balance) }])
    }
    return id
  }
  const number = (bucket: number): string =>
    `2088${String(bucket).padStart(3, '0')}0${String(++count).padStart(8, '0')}`
  return {
    database,
    clock,
    ledger,
    aUserAccount: (balance = 0n, bucket = 7, currency = 'CNY') =>
      anAccount(userAccount(number(bucket), currency), 'USER_BALANCE', balance, bucket),
    aMerchantAccount: (balance = 0n) => anAccount(merchantAccount(number(7), 'CNY'), 'MERCHANT_PAYABLE', balance, 7),
    available: async (id) => (await ledger.account(id))!.available,
    pending: async (id) => (await ledger.account(id))!.pending,
    close: () => database.close(),
  }
}

export const inTransit = inTransitAccount(7, 'CNY')
export const cash = cashAccount(7, 'CNY')
export const bank = bankClearingAccount(7, 'CNY')

let causes = 0
/** A transfer in bucket 7, of a cause of its own unless one is named. */
export const between = (from: string, to: string, minor: bigint, more: Partial<Transfer> = {}): Transfer => ({
  causeId: more.causeId ?? `cause-${++causes}`,
  step: 'MOVE',
  bucket: 7,
  debitAccount: from,
  creditAccount: to,
  amount: { currency: 'CNY', minor },
  ...more,
})

/** A transfer that reserves. */
export const reserving = (from: string, to: string, minor: bigint, more: Partial<Transfer> = {}): Transfer =>
  between(from, to, minor, { kind: 'PENDING', ...more })

/** The answer to a pending transfer, by default under a step of its own name. */
export const answering = (
  pending: Transfer,
  kind: 'POST' | 'VOID' | 'EXPIRE',
  more: Partial<Transfer> = {},
): Transfer => {
  const { causeId, step, bucket, debitAccount, creditAccount, amount } = pending
  return {
    causeId,
    step: `${step}_${kind}`,
    bucket,
    debitAccount,
    creditAccount,
    amount,
    kind,
    resolves: step,
    ...more,
  }
}

/** POSTED, EXISTS, or the reason. */
export const textOf = (outcome: PostOutcome): string =>
  outcome.outcome === 'REFUSED' ? outcome.reason : outcome.outcome

/** What a transfer is when it is read again. */
export const asPosted = (transfer: Transfer, postedAt: Date): PostedTransfer => ({
  kind: 'POSTED',
  ...transfer,
  postedAt,
})

/** The stored sums of an account. Null for an account that is not there. */
export async function sumsOf(
  { database }: LedgerWorld,
  id: string,
): Promise<{ creditsPosted: bigint; creditsPending: bigint; debitsPosted: bigint; debitsPending: bigint } | null> {
  const { rows } = await database.pool.query<{
    creditsPosted: bigint
    creditsPending: bigint
    debitsPosted: bigint
    debitsPending: bigint
  }>(
    `select credits_posted as "creditsPosted", credits_pending as "creditsPending", debits_posted as "debitsPosted",
      debits_pending as "debitsPending" from accounts where id = $1`,
    [id],
  )
  return rows[0] ?? null
}
