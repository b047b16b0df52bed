/**
 * The payment room (steps 14 to 16): turns a confirmation into money moved, once.
 *
 * Everything happens in one transaction or nothing does: the two linked transfers, the payment, the order PAID, and the
 * notification that will tell the merchant. Confirmations that arrive together are paid together.
 */
import { invalidParameter, refusals, WalletError, type RefusalCode } from '@tradepay/contract'
import { formatDecimal } from '@tradepay/money'
import type { Deps } from '../build-server.ts'
import { AGAIN, createBatcher } from '../db/batcher.ts'
import { bucketOfPartyId, bucketOfTimedId, newTimedId } from '../ids.ts'
import { pay, selectPaidBy, type PaymentCursor, type PayRow } from './store.ts'
import { pageAfter, type ConfirmPayment, type Payment, type PaymentService } from './types.ts'

/** Most payments on one page of a user's list. */
const PAGE_MAX = 100

interface Item extends ConfirmPayment {
  orderBucket: number
  payerBucket: number
}

/** What became of one confirmation, once its transaction has committed. */
interface Outcome extends PayRow {
  at: Date
}

/**
 * Makes the payment room.
 * @param afterPaid called after money has moved and committed: there is a notification to send. It must not throw.
 */
export function createPaymentService(
  { db, clock, random, settings, recorder }: Pick<Deps, 'db' | 'clock' | 'random' | 'settings' | 'recorder'>,
  afterPaid: () => void = () => undefined,
): PaymentService {
  const batcher = createBatcher<Item, Outcome>(async (items) => {
    const now = clock.now()
    const newId = (bucket: number): string => newTimedId(now, settings.timeZone, bucket, random)
    const rows = await pay(
      db,
      items.map((item) => ({
        ...item,
        paymentId: newId(item.orderBucket),
        notificationId: newId(item.orderBucket),
      })),
      now,
    )
    if (rows.some((row) => row.outcome === 'PAID')) afterPaid()
    return rows.map((row) => (row.outcome === 'AGAIN' ? AGAIN : { ...row, at: now }))
  })

  async function confirm(command: ConfirmPayment): Promise<Payment> {
    try {
      const { tradeNo, payerId } = command
      const orderBucket = bucketOfTimedId(tradeNo)
      if (orderBucket === null) throw new WalletError('ORDER_NOT_FOUND')
      const payerBucket = bucketOfPartyId(payerId)
      if (payerBucket === null) throw new WalletError('USER_NOT_FOUND')

      const outcome = await batcher.submit({ ...command, orderBucket, payerBucket })
      const payment = toPayment(command, outcome)
      record(command, { at: outcome.at, payment, merchantId: outcome.merchant_id })
      return payment
    } catch (error) {
      if (error instanceof WalletError) record(command, { at: clock.now(), refusal: error.code })
      throw error
    }
  }

  /** Step 15 of the timeline: which accounts the money went through, or why it did not move. */
  function record(
    { tradeNo, payerId, amount }: ConfirmPayment,
    what: { at: Date } & ({ payment: Payment; merchantId: string | null } | { refusal: RefusalCode }),
  ): void {
    const sum = `${formatDecimal(amount)} ${amount.currency}`
    if ('refusal' in what) {
      const note = `No money moved: ${refusals[what.refusal].message}`
      const unknown = 'It is not known whether the money moved: the database did not answer.'
      recorder.record(tradeNo, {
        step: 15,
        at: what.at.toISOString(),
        ok: false,
        note: what.refusal === 'OUTCOME_UNKNOWN' ? unknown : note,
        facts: { outcome: what.refusal, payerId, amount: sum },
      })
      return
    }
    const { payment, merchantId } = what
    recorder.record(tradeNo, {
      step: 15,
      at: what.at.toISOString(),
      ok: true,
      note: payment.first
        ? `${sum} from user ${payerId} to merchant ${merchantId}`
        : 'Already paid by this user; no money moved again',
      facts: {
        outcome: payment.first ? 'PAID' : 'REPEATED',
        paymentId: payment.paymentId,
        payerId,
        merchantId: merchantId ?? '',
        amount: sum,
      },
    })
  }

  return {
    confirm,
    async paidBy(userId, { before, limit }) {
      const cursor = before === null ? null : readCursor(before)
      const size = Math.min(Math.max(limit, 1), PAGE_MAX)
      // One more than asked tells whether there is a next page.
      const found = await selectPaidBy(db, userId, cursor, size + 1)
      const payments = found.slice(0, size)
      const last = payments.at(-1)
      return { payments, next: found.length > size && last ? pageAfter(last) : null }
    },
  }
}

/** @throws WalletError the refusal that the database answered */
function toPayment({ tradeNo, amount }: ConfirmPayment, { outcome, payment_id, paid_at }: Outcome): Payment {
  if (outcome !== 'PAID' && outcome !== 'REPEATED') {
    if (outcome in refusals) throw new WalletError(outcome as RefusalCode)
    throw new Error(`The database answered "${outcome}", which is not an outcome of a payment.`)
  }
  if (payment_id === null || paid_at === null) throw new Error(`Order ${tradeNo} is paid but has no payment.`)
  return { paymentId: payment_id, tradeNo, amount, paidAt: paid_at, first: outcome === 'PAID' }
}

/** @throws WalletError INVALID_PARAMETER for anything that is not the `next` of a page */
function readCursor(text: string): PaymentCursor {
  const match = /^([0-9]{1,15})-([0-9]{28})$/.exec(text)
  const paidAt = new Date(Number(match?.[1]))
  if (!match || Number.isNaN(paidAt.getTime())) throw invalidParameter('before', 'the `next` of the page before')
  return { paidAt, paymentId: match[2]! }
}
