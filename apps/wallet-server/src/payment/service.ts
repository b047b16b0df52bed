/**
 * The payment room (steps 14 to 16): turns a confirmation into money moved, once.
 *
 * Confirmations from the balance that arrive together are paid together, each with an outcome of its own. A payment by bank
 * is reserved at once and settled when the bank has answered. The network is never called here.
 */
import { invalidParameter, WalletError, type RefusalCode } from '@tradepay/contract'
import { isCurrency } from '@tradepay/money'
import type { Deps } from '../build-server.ts'
import { createBatcher } from '../db/batcher.ts'
import { transaction } from '../db/transaction.ts'
import type { Funding, FundingAnswer, FundingService } from '../funding/types.ts'
import { bucketOfPartyId, bucketOfTimedId, newTimedId } from '../ids.ts'
import { userAccount, type LedgerService } from '../ledger/types.ts'
import type { Wake } from '../ports.ts'
import { selectOrder } from '../order/store.ts'
import type { Order } from '../order/types.ts'
import type { UserService } from '../user/types.ts'
import type { RoutedAttempt, Verdict } from './judge.ts'
import { readAllowances, upsertLimits } from './limits.ts'
import { recordBankAnswer, recordPaid, recordProcessing, recordRefusal, recordSettlement } from './record.ts'
import { reserve } from './reserve.ts'
import { settlePayment, settleReturn, type Settlement } from './settle.ts'
import { selectPayment, selectPaymentOfOrder, selectPaymentsBy, type PaymentCursor } from './store.ts'
import { pageAfter, type ConfirmPayment, type Payment, type PaymentService } from './types.ts'

/** Most payments on one page of a user's list. */
const PAGE_MAX = 100

/**
 * Makes the payment room.
 * @param wake called after commit when there is a notification to send or the bank to ask
 */
export function createPaymentService(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'settings' | 'recorder'>,
  rooms: { ledger: LedgerService; fundings: FundingService; users: UserService },
  wake: Wake = () => undefined,
): PaymentService {
  const { db, clock, random, settings, recorder } = deps
  const { fundings } = rooms

  type Route = Omit<RoutedAttempt, 'paymentId' | 'channel'>

  const batcher = createBatcher<Route, Verdict & { at: Date }>(
    async (routes) => {
      const now = clock.now()
      const attempts = routes.map((route) => ({
        ...route,
        channel: 'BALANCE' as const,
        bankAccountId: null,
        paymentId: newTimedId(now, settings.timeZone, route.orderBucket, random),
      }))
      const { verdicts, answers } = await transaction(
        db,
        async (tx) => {
          const { verdicts, writes } = await reserve(tx, attempts, deps, now)
          return { verdicts, answers: await tx.commitWith(writes) }
        },
        { locksFirst: true },
      )
      if (answers.some(({ rows }) => dueOf(rows) > 0)) wake('NOTIFICATIONS')
      return verdicts.map((verdict) => ({ ...verdict, at: now }))
    },
    // A user's payments are decided in the order in which they were confirmed.
    { keyOf: ({ payerId }) => payerId },
  )

  /** @throws WalletError ORDER_NOT_FOUND, USER_NOT_FOUND for numbers that are not of ours */
  function route({ tradeNo, payerId, amount }: ConfirmPayment): Route {
    const orderBucket = bucketOfTimedId(tradeNo)
    if (orderBucket === null) throw new WalletError('ORDER_NOT_FOUND')
    const payerBucket = bucketOfPartyId(payerId)
    if (payerBucket === null) throw new WalletError('USER_NOT_FOUND')
    return { tradeNo, payerId, amount, orderBucket, payerBucket }
  }

  async function fromBalance(command: ConfirmPayment): Promise<Payment> {
    const verdict = await batcher.submit(route(command))
    if (verdict.outcome === 'REFUSED') throw new WalletError(verdict.code)
    return paidNow(command, verdict.order, verdict.outcome === 'GRANTED', verdict.at)
  }

  function paidNow(command: ConfirmPayment, order: Order, first: boolean, at: Date): Payment {
    const { paymentId, paidAt, merchantId, fee } = order
    if (paymentId === null || paidAt === null) throw new Error(`Order ${order.tradeNo} is paid but has no payment.`)
    recordPaid(recorder, command, { paymentId, merchantId, fee, first }, at)
    return { paymentId, tradeNo: order.tradeNo, amount: order.amount, state: 'SUCCEEDED', paidAt, first }
  }

  async function fromBank(command: ConfirmPayment, bankAccountId: string): Promise<Payment> {
    const routed = route(command)
    const { tradeNo, payerId, amount } = command
    const bankAccount = await fundings.bankAccount(payerId, bankAccountId)
    if (bankAccount.currency !== amount.currency) throw new WalletError('CURRENCY_NOT_SUPPORTED')
    const now = clock.now()
    const paymentId = newTimedId(now, settings.timeZone, routed.orderBucket, random)
    const attempt = { ...routed, channel: 'BANK' as const, bankAccountId, paymentId }

    const { verdict, mine } = await transaction(db, async (tx) => {
      const { verdicts, writes } = await reserve(tx, [attempt], deps, now)
      const verdict = verdicts[0]!
      await Promise.all(writes.map((write) => tx.query(write)))
      if (verdict.outcome === 'GRANTED') {
        await fundings.request(tx, { purpose: 'PAYMENT', subjectId: paymentId, bankAccount, amount })
      }
      const waits = verdict.outcome === 'REFUSED' && verdict.code === 'PAYMENT_PROCESSING'
      return { verdict, mine: waits ? await processingBy(tx, routed) : null }
    })
    if (mine !== null) {
      recordProcessing(recorder, command, mine, false, now)
      return { paymentId: mine, tradeNo, amount, state: 'PROCESSING', paidAt: null, first: false }
    }
    if (verdict.outcome === 'REFUSED') throw new WalletError(verdict.code)
    if (verdict.outcome === 'REPEATED') return paidNow(command, verdict.order, false, now)
    wake('BANK')
    recordProcessing(recorder, command, paymentId, true, now)
    return { paymentId, tradeNo, amount, state: 'PROCESSING', paidAt: null, first: true }
  }

  /** The payment that the order waits for, when it is this user's; else null. */
  async function processingBy(
    tx: Parameters<typeof selectOrder>[0],
    { tradeNo, orderBucket, payerId }: Route,
  ): Promise<string | null> {
    const order = await selectOrder(tx, tradeNo, orderBucket)
    const paymentId = order?.processingPaymentId ?? null
    if (paymentId === null) return null
    const payment = await selectPayment(tx, paymentId, orderBucket)
    return payment?.payerId === payerId ? paymentId : null
  }

  // What is settled in a transaction is recorded after its commit; of one that was rolled back nothing is kept.
  const settlements = new WeakMap<Funding, Settlement>()
  const settled = (funding: Funding): void => {
    const settlement = settlements.get(funding)
    if (settlement) recordSettlement(recorder, settlement, clock.now())
    wake('NOTIFICATIONS', 'BANK')
  }
  const answered = ({ subjectId }: Funding, answer: FundingAnswer): void => {
    const bucket = bucketOfTimedId(subjectId)
    if (bucket === null) return
    // The record is a courtesy: it neither holds the money up nor fails it.
    selectPayment(db, subjectId, bucket).then(
      (payment) => payment && recordBankAnswer(recorder, payment.tradeNo, answer),
      () => undefined,
    )
  }
  fundings.own('PAYMENT', {
    answered,
    async settle(tx, funding, outcome) {
      settlements.set(funding, await settlePayment(tx, funding, outcome, deps, fundings))
    },
    settled,
  })
  fundings.own('RETURN', {
    answered,
    async settle(tx, funding, outcome) {
      settlements.set(funding, await settleReturn(tx, funding, outcome, deps))
    },
    settled,
  })

  return {
    async confirm(command) {
      try {
        const source = command.source ?? { channel: 'BALANCE' }
        return await (source.channel === 'BALANCE' ? fromBalance(command) : fromBank(command, source.bankAccountId))
      } catch (error) {
        if (error instanceof WalletError) recordRefusal(recorder, command, error.code as RefusalCode, clock.now())
        throw error
      }
    },

    async ofOrder(userId, tradeNo) {
      const bucket = bucketOfTimedId(tradeNo)
      return bucket === null ? null : selectPaymentOfOrder(db, userId, { tradeNo, bucket })
    },

    async paidBy(userId, { before, limit }) {
      const cursor = before === null ? null : readCursor(before)
      const size = Math.min(Math.max(limit, 1), PAGE_MAX)
      // One more than asked tells whether there is a next page.
      const found = await selectPaymentsBy(db, userId, cursor, size + 1)
      const payments = found.slice(0, size)
      const last = payments.at(-1)
      return { payments, next: found.length > size && last ? pageAfter(last) : null }
    },

    async setLimits(userId, currency, limits) {
      for (const [field, limit] of Object.entries(limits)) {
        if (limit !== null && limit < 0n) throw invalidParameter(field, 'a whole number from 0, or null')
      }
      const { bucket } = await rooms.users.get(userId)
      if (!isCurrency(currency) || !(await rooms.ledger.account(userAccount(userId, currency)))) {
        throw new WalletError('CURRENCY_NOT_SUPPORTED')
      }
      await upsertLimits(db, { userId, bucket, currency }, limits)
    },

    async limits(userId, currency) {
      const { bucket } = await rooms.users.get(userId)
      const allowances = await readAllowances(db, [{ userId, bucket, currency }], deps, clock.now())
      return allowances.get(userAccount(userId, currency)) ?? { perPayment: null, perDay: null, spentToday: 0n }
    },
  }
}

/** How many notifications a statement has made that are to be sent. */
const dueOf = ([row]: { due?: number }[]): number => row?.due ?? 0

/** @throws WalletError INVALID_PARAMETER for anything that is not the `next` of a page */
function readCursor(text: string): PaymentCursor {
  const match = /^([0-9]{1,15})-([0-9]{28})$/.exec(text)
  if (!match) throw invalidParameter('before', 'the `next` of the page before')
  return { createdAt: new Date(Number(match[1])), paymentId: match[2]! }
}
