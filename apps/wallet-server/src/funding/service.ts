/**
 * The funding room: writes down what the bank is to be asked, asks it after commit, and lets the owner settle when the answer
 * is known.
 *
 * A funding is claimed and committed before the bank is called, so a slow bank never holds a lock; how many are asked at once
 * is bounded. Two servers never settle the same one: the transaction that settles also ends the funding, under the condition
 * that nobody has ended it.
 */
import type { Deps } from '../build-server.ts'
import { bucketOfTimedId, newTimedId } from '../ids.ts'
import type { LedgerService } from '../ledger/types.ts'
import type { Wake } from '../ports.ts'
import { ASK_ONE_SECONDS_MAX, createAsker } from './ask.ts'
import { createBankAccounts } from './bank-accounts.ts'
import * as store from './store.ts'
import type { Funding, FundingAnswer, FundingOwner, FundingPurpose, FundingService } from './types.ts'

/** Most fundings this process asks the bank about at once. */
export const ASKING_MAX = 64
/** Most that have ended and are looked at again at once, because the bank said that something had changed. */
export const LOOKING_MAX = 8
/** How long a claim holds: all questions of one turn, and the rest for the database. Seconds. */
export const CLAIM_SECONDS = ASK_ONE_SECONDS_MAX + 30

/**
 * Makes the funding room. Owners register themselves with `own` when their rooms are made.
 * @param wake called when there is something to ask at once
 */
export function createFundingService(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'settings' | 'bank'>,
  ledger: Pick<LedgerService, 'accounts'>,
  wake: Wake,
): FundingService {
  const { db, clock, random, settings, bank } = deps
  const owners = new Map<FundingPurpose, FundingOwner>()
  const asking = new Set<string>()
  const looking = new Map<string, Promise<void>>()
  // Claims of one process follow each other, so that each sees what the one before has taken.
  let claiming: Promise<unknown> = Promise.resolve()

  const asker = bank && createAsker({ db, clock, settings, bank }, ownerOf)

  function ownerOf(purpose: FundingPurpose): FundingOwner {
    const owner = owners.get(purpose)
    if (!owner) throw new Error(`Nobody settles fundings of purpose ${purpose}.`)
    return owner
  }

  async function claim(limit: number): Promise<{ funding: Funding; log: FundingAnswer[] }[]> {
    const room = Math.min(limit, ASKING_MAX - asking.size)
    if (room <= 0) return []
    const now = clock.now()
    const claimed = await store.claimDueFundings(db, now, new Date(now.getTime() + CLAIM_SECONDS * 1000), {
      limit: room,
      exclude: [...asking],
    })
    if (claimed.length === 0) return []
    for (const { fundingId } of claimed) asking.add(fundingId)
    try {
      const ids = claimed.map(({ fundingId }) => fundingId)
      const logs = await store.selectAnswers(db, ids)
      return claimed.map((funding) => ({ funding, log: logs.get(funding.fundingId) ?? [] }))
    } catch (error) {
      // Nothing was asked. The claims run out by themselves.
      for (const { fundingId } of claimed) asking.delete(fundingId)
      throw error
    }
  }

  return {
    available: bank !== null,

    own(purpose, owner) {
      if (owners.has(purpose)) throw new Error(`Fundings of purpose ${purpose} are settled by somebody else already.`)
      owners.set(purpose, owner)
    },

    ...createBankAccounts(deps, ledger),

    async request(tx, { purpose, subjectId, bankAccount, amount }) {
      const now = clock.now()
      const fundingId = newTimedId(now, settings.timeZone, bankAccount.bucket, random)
      await store.insertFunding(tx, {
        fundingId,
        bucket: bankAccount.bucket,
        direction: purpose === 'PAYMENT' || purpose === 'TOP_UP' ? 'IN' : 'OUT',
        purpose,
        subjectId,
        bankAccountId: bankAccount.bankAccountId,
        bankRef: bankAccount.bankRef,
        amount,
        createdAt: now,
      })
      return fundingId
    },

    async askDue(limit = ASKING_MAX) {
      if (!asker) return 0
      const next = claiming.then(() => claim(limit))
      claiming = next.catch(() => undefined)
      const claimed = await next
      const outcomes = await Promise.allSettled(
        claimed.map(({ funding, log }) => asker.ask(funding, log).finally(() => asking.delete(funding.fundingId))),
      )
      // The others are through; what failed is due again, and whoever runs the loop is told.
      const failures = outcomes.flatMap((outcome): unknown[] => (outcome.status === 'rejected' ? [outcome.reason] : []))
      if (failures.length > 1) throw new AggregateError(failures, `${failures.length} fundings could not go on.`)
      if (failures.length === 1) throw failures[0]
      return claimed.length
    },

    nextDue: async () => (asker ? store.selectNextDueFunding(db, clock.now()) : null),

    async lookAgain(fundingId) {
      const bucket = bucketOfTimedId(fundingId)
      if (bucket === null || !asker) return
      if (await store.hastenFunding(db, { fundingId, bucket }, clock.now())) {
        wake('BANK')
        return
      }
      // It has ended, or there is none. The bank may repeat itself as often as it likes: one look at a time is enough.
      while (!looking.has(fundingId) && looking.size >= LOOKING_MAX) await Promise.race(looking.values())
      let look = looking.get(fundingId)
      if (!look) {
        look = asker.lookAtEnded({ fundingId, bucket }).finally(() => looking.delete(fundingId))
        looking.set(fundingId, look)
      }
      await look
    },

    async of(subjectId) {
      const fundings = await store.selectFundingsOf(db, subjectId)
      const logs = await store.selectAnswers(
        db,
        fundings.map(({ fundingId }) => fundingId),
      )
      return fundings.map((funding) => ({ ...funding, log: logs.get(funding.fundingId) ?? [] }))
    },
  }
}
