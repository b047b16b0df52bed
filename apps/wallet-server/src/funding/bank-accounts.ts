/**
 * Linked bank accounts: which of a bank's accounts belong to a user or merchant. The row lies in the owner's bucket, which
 * the id carries. A removed link stays readable, because money may still be on its way back to it.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import type { Currency } from '@tradepay/money'
import type { Deps } from '../build-server.ts'
import { isStorable } from '../db/text.ts'
import type { Queryable } from '../db/transaction.ts'
import { bucketOfPartyId, bucketOfTimedId, newTimedId } from '../ids.ts'
import { merchantAccount, userAccount, type LedgerService } from '../ledger/types.ts'
import type { BankAccount, FundingService } from './types.ts'

/** As contract/bank-api.ts limits the reference. */
const BANK_REF_MAX_LENGTH = 64
const LABEL_MAX_LENGTH = 128

interface BankAccountRow {
  bank_account_id: string
  bucket: number
  owner_id: string
  bank_ref: string
  label: string
  currency: Currency
}

const columns = 'bank_account_id, bucket, owner_id, bank_ref, label, currency'

/** The part of the funding room that keeps bank accounts. */
export type BankAccounts = Pick<
  FundingService,
  'link' | 'unlink' | 'bankAccounts' | 'bankAccount' | 'bankAccountsByIds'
>

/** Makes it. Whether there is a bank at all is known by `deps.bank`. */
export function createBankAccounts(
  { db, clock, random, settings, bank }: Pick<Deps, 'db' | 'clock' | 'random' | 'settings' | 'bank'>,
  ledger: Pick<LedgerService, 'accounts'>,
): BankAccounts {
  return {
    async link({ ownerId, bankRef, label, currency }) {
      const bucket = bucketOfPartyId(ownerId)
      if (bucket === null) throw invalidParameter('ownerId', 'the id of a user or merchant')
      if (!isReadable(bankRef, BANK_REF_MAX_LENGTH)) {
        throw invalidParameter('bankRef', `1 to ${BANK_REF_MAX_LENGTH} characters`)
      }
      if (!isReadable(label, LABEL_MAX_LENGTH)) throw invalidParameter('label', `1 to ${LABEL_MAX_LENGTH} characters`)
      const own = await ledger.accounts([userAccount(ownerId, currency), merchantAccount(ownerId, currency)])
      if (own.length === 0) throw new WalletError('CURRENCY_NOT_SUPPORTED')

      const now = clock.now()
      const bankAccountId = newTimedId(now, settings.timeZone, bucket, random)
      // The gap between the two statements is closed by trying again: a link that hindered ours may be removed in it.
      for (let tries = 1; tries <= LINK_TRIES; tries++) {
        const account = { bankAccountId, bucket, ownerId, bankRef, label, currency }
        if (await insertBankAccount(db, account, now)) return account
        const [first] = (await selectLinked(db, ownerId, bucket)).filter((linked) => linked.bankRef === bankRef)
        if (!first) continue
        if (first.currency === currency) return first
        throw invalidParameter('currency', `${first.currency}, in which this bank account is linked already`)
      }
      throw new WalletError('OUTCOME_UNKNOWN')
    },

    async unlink(ownerId, bankAccountId) {
      const bucket = bucketOfTimedId(bankAccountId)
      if (bucket === null || !isStorable(ownerId)) return
      await db.query({
        name: 'bank-account-remove',
        text: `update bank_accounts set removed_at = $4
          where bank_account_id = $1 and bucket = $2 and owner_id = $3 and removed_at is null`,
        values: [bankAccountId, bucket, ownerId, clock.now()],
      })
    },

    async bankAccounts(ownerId, currency) {
      const bucket = bucketOfPartyId(ownerId)
      if (bucket === null) return []
      const linked = await selectLinked(db, ownerId, bucket)
      return currency === undefined ? linked : linked.filter((account) => account.currency === currency)
    },

    async bankAccount(ownerId, bankAccountId) {
      if (!bank) throw new WalletError('BANK_NOT_AVAILABLE')
      const bucket = bucketOfTimedId(bankAccountId)
      if (bucket === null || !isStorable(ownerId)) throw new WalletError('BANK_ACCOUNT_NOT_FOUND')
      const { rows } = await db.query<BankAccountRow>({
        name: 'bank-account-find',
        text: `select ${columns} from bank_accounts
          where bank_account_id = $1 and bucket = $2 and owner_id = $3 and removed_at is null`,
        values: [bankAccountId, bucket, ownerId],
      })
      if (!rows[0]) throw new WalletError('BANK_ACCOUNT_NOT_FOUND')
      return toBankAccount(rows[0])
    },

    async bankAccountsByIds(ids, tx = db) {
      const { rows } = await tx.query<BankAccountRow>({
        name: 'bank-accounts-by-ids',
        text: `select ${columns} from bank_accounts where bank_account_id = any ($1) order by bank_account_id`,
        values: [[...new Set(ids)].filter((id) => bucketOfTimedId(id) !== null)],
      })
      return rows.map(toBankAccount)
    },
  }
}

/** How often linking is tried when links of the same account come and go at the same moment. */
const LINK_TRIES = 3

/** Adds a link; false when the owner has linked this bank account already. */
async function insertBankAccount(db: Queryable, account: BankAccount, now: Date): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'bank-account-insert',
    text: `insert into bank_accounts (bank_account_id, bucket, owner_id, bank_ref, label, currency, created_at)
      values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (owner_id, bank_ref, bucket) where removed_at is null do nothing`,
    values: [
      account.bankAccountId,
      account.bucket,
      account.ownerId,
      account.bankRef,
      account.label,
      account.currency,
      now,
    ],
  })
  return rowCount === 1
}

async function selectLinked(db: Queryable, ownerId: string, bucket: number): Promise<BankAccount[]> {
  const { rows } = await db.query<BankAccountRow>({
    name: 'bank-accounts-linked',
    text: `select ${columns} from bank_accounts
      where owner_id = $1 and bucket = $2 and removed_at is null order by created_at, bank_account_id`,
    values: [ownerId, bucket],
  })
  return rows.map(toBankAccount)
}

function toBankAccount(row: BankAccountRow): BankAccount {
  return {
    bankAccountId: row.bank_account_id,
    bucket: row.bucket,
    ownerId: row.owner_id,
    bankRef: row.bank_ref,
    label: row.label,
    currency: row.currency,
  }
}

const isReadable = (text: string, maxLength: number): boolean =>
  text.trim().length > 0 && text.length <= maxLength && isStorable(text)
