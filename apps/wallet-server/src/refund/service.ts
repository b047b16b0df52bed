/**
 * The refund room: gives back all or part of a payment, and takes orders back whole.
 *
 * Everything a refund changes is decided under its order's lock and written in one transaction. Calls with the same number
 * wait for each other there and get the same answer. A refund to a bank account waits for the bank's answer after that.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { isStorable } from '../db/text.ts'
import { transaction } from '../db/transaction.ts'
import type { Funding, FundingService } from '../funding/types.ts'
import { bucketOfTimedId } from '../ids.ts'
import type { LedgerService } from '../ledger/types.ts'
import type { MerchantService } from '../merchant/types.ts'
import { recordClosed } from '../order/close.ts'
import { refuseUnstorable } from '../order/content.ts'
import { findLocked } from '../order/find-locked.ts'
import type { Order, OrderService } from '../order/types.ts'
import type { Wake } from '../ports.ts'
import { cancelOrder } from './cancel.ts'
import { giveBack } from './give-back.ts'
import { recordBankAnswer, recordRefund, recordRefused, recordSettled } from './record.ts'
import { settleRefund } from './settle.ts'
import {
  selectRefund,
  selectRefundOfNumber,
  selectRefundsOf,
  selectRefundsTo,
  withoutOurs,
  type RefundCursor,
  type StoredRefund,
} from './store.ts'
import type { CreateRefund, OrderNumber, Refund, RefundService } from './types.ts'

/** Most refunds on one page of a user's list. */
const PAGE_MAX = 100

/**
 * Makes the refund room, which settles the fundings of refunds.
 * @param wake called after commit: there is a notification to send, or the bank to ask
 */
export function createRefundService(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'settings' | 'recorder'>,
  rooms: { ledger: LedgerService; orders: OrderService; merchants: MerchantService; fundings: FundingService },
  wake: Wake = () => undefined,
): RefundService {
  const { db, clock, recorder } = deps
  const ended = new WeakMap<Funding, StoredRefund>()

  rooms.fundings.own('REFUND', {
    async settle(tx, funding, outcome) {
      ended.set(funding, await settleRefund(tx, deps, rooms.ledger, funding, outcome))
    },
    settled(funding) {
      const refund = ended.get(funding)
      if (refund) recordSettled(recorder, refund)
      wake('NOTIFICATIONS', 'BANK')
    },
    answered(funding, answer) {
      void tradeNoOf(funding.subjectId).then(
        (tradeNo) => recordBankAnswer(recorder, tradeNo, funding, answer),
        // The record is a service to people; the answer itself is written down with the funding.
        () => undefined,
      )
    },
  })

  async function tradeNoOf(refundId: string): Promise<string> {
    return (await find(refundId)).tradeNo
  }

  async function find(refundId: string): Promise<StoredRefund> {
    const bucket = bucketOfTimedId(refundId)
    const refund = bucket === null ? null : await selectRefund(db, refundId, bucket)
    if (!refund) throw new WalletError('REFUND_NOT_FOUND')
    return refund
  }

  async function refund(command: CreateRefund): Promise<{ refund: Refund; order: Order; created: boolean }> {
    refuseUnstorable(command)
    const client = await rooms.merchants.client(command.clientId)
    const now = clock.now()
    const given = await recordingRefusals('refund', now, (found) =>
      transaction(db, async (tx) => {
        const order = await findLocked(tx, client, command.order)
        if (!order) throw new WalletError('ORDER_NOT_FOUND')
        found(order)
        const { requestId, amount, reason, notifyUrl, content } = command
        const scope = scopeOf(command.scope, client.clientId, order.tradeNo)
        return giveBack(tx, deps, rooms, order, { scope, requestId, amount, reason, notifyUrl, content }, now)
      }),
    )
    recordRefund(recorder, given.refund, given.created, now)
    if (given.created) wake('NOTIFICATIONS', 'BANK')
    return { ...given, refund: withoutOurs(given.refund) }
  }

  async function cancel(clientId: string, number: OrderNumber): ReturnType<RefundService['cancel']> {
    refuseUnstorable(number)
    const client = await rooms.merchants.client(clientId)
    const now = clock.now()
    const { action, order, refund, isNew } = await recordingRefusals('cancel', now, (found) =>
      transaction(db, (tx) => cancelOrder(tx, deps, rooms, client, number, now, found)),
    )
    if (refund) recordRefund(recorder, refund, isNew, now)
    else if (order && isNew) recordClosed(recorder, order)
    if (refund && isNew) wake('NOTIFICATIONS', 'BANK')
    return { action, order, refund: refund && withoutOurs(refund) }
  }

  /** Runs the work, and writes a refusal on the timeline of the order that it concerned. */
  async function recordingRefusals<Result>(
    what: 'refund' | 'cancel',
    at: Date,
    work: (found: (order: Order) => void) => Promise<Result>,
  ): Promise<Result> {
    let tradeNo: string | null = null
    try {
      return await work((order) => (tradeNo = order.tradeNo))
    } catch (error) {
      if (error instanceof WalletError && tradeNo !== null) recordRefused(recorder, tradeNo, what, error.code, at)
      throw error
    }
  }

  async function inquire(
    clientId: string,
    number: { refundId: string } | { requestId: string; order?: OrderNumber },
  ): Promise<Refund> {
    if ('refundId' in number) {
      const refund = await find(number.refundId)
      if (refund.clientId !== clientId) throw new WalletError('REFUND_NOT_FOUND')
      return withoutOurs(refund)
    }
    const { bucket } = await rooms.merchants.client(clientId)
    const { requestId } = number
    const scope = number.order ? (await orderOf(clientId, number.order)).tradeNo : clientId
    const refund = isStorable(requestId) ? await selectRefundOfNumber(db, { scope, requestId, bucket }) : null
    if (!refund) throw new WalletError('REFUND_NOT_FOUND')
    return withoutOurs(refund)
  }

  async function orderOf(clientId: string, number: OrderNumber): Promise<Order> {
    try {
      return await rooms.orders.inquire(clientId, number)
    } catch (error) {
      if (error instanceof WalletError && error.code === 'ORDER_NOT_FOUND') throw new WalletError('REFUND_NOT_FOUND')
      throw error
    }
  }

  return {
    refund,
    cancel,
    inquire,

    async of(tradeNo) {
      return bucketOfTimedId(tradeNo) === null ? [] : (await selectRefundsOf(db, tradeNo)).map(withoutOurs)
    },

    async refundsTo(userId, { before, limit }) {
      const cursor = before === null ? null : readCursor(before)
      const size = Math.min(Math.max(limit, 1), PAGE_MAX)
      // One more than asked tells whether there is a next page.
      const found = await selectRefundsTo(db, userId, cursor, size + 1)
      const refunds = found.slice(0, size)
      const last = refunds.at(-1)
      return { refunds, next: found.length > size && last ? pageAfter(last) : null }
    },
  }
}

const scopeOf = (scope: CreateRefund['scope'], clientId: string, tradeNo: string): string =>
  scope === 'CLIENT' ? clientId : tradeNo

/** The `before` of the page that follows a refund. */
const pageAfter = ({ createdAt, refundId }: Pick<Refund, 'createdAt' | 'refundId'>): string =>
  `${createdAt.getTime()}-${refundId}`

/** @throws WalletError INVALID_PARAMETER for anything that is not the `next` of a page */
function readCursor(text: string): RefundCursor {
  const match = /^([0-9]{1,15})-([0-9]{28})$/.exec(text)
  if (!match) throw invalidParameter('before', 'the `next` of the page before')
  return { createdAt: new Date(Number(match[1])), refundId: match[2]! }
}
