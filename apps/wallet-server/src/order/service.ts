/**
 * The order room (steps 5 and 6): creates orders, finds them, and closes them for their merchant or when their time is over.
 *
 * A request number has one effect for ever. Repeating it with the same content answers the same order, whatever has
 * become of it, the merchant, or the buyer since; with other content it is refused by the name of the field.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { createBatcher } from '../db/batcher.ts'
import { isStorable } from '../db/text.ts'
import { transaction } from '../db/transaction.ts'
import { bucketOfTimedId, newTimedId } from '../ids.ts'
import type { Merchant, MerchantService } from '../merchant/types.ts'
import type { ProgramService } from '../program/types.ts'
import type { UserService } from '../user/types.ts'
import { closeOrders, recordClosed } from './close.ts'
import { differingField, refuseUnstorable } from './content.ts'
import { createOrders, type Created } from './create.ts'
import { feeOf } from './fee.ts'
import { findLocked } from './find-locked.ts'
import { asSeenAt, nextState } from './state.ts'
import { lockExpiredOrders, selectNextExpiry, selectOrder, selectOrdersOfRequests } from './store.ts'
import type { CreateOrder, Order, OrderNumber, OrderService } from './types.ts'

/** Most orders closed in one transaction: it holds their locks for a few milliseconds. */
const CLOSE_AT_ONCE = 500

interface Item {
  command: CreateOrder
  merchant: Merchant
}

/** Makes the order room. */
export function createOrderService(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'settings' | 'recorder'>,
  rooms: { merchants: MerchantService; programs: ProgramService; users: UserService },
): OrderService {
  const { db, clock, random, settings, recorder } = deps
  const batcher = createBatcher<Item, Created>((items) => {
    const now = clock.now()
    return createOrders(
      db,
      items.map((item) => ({ order: newOrder(item, now), content: item.command.content })),
      now,
    )
  })

  function newOrder({ command, merchant }: Item, now: Date): Order {
    const { bucket, merchantId } = merchant
    return {
      tradeNo: newTimedId(now, settings.timeZone, bucket, random),
      bucket,
      merchantId,
      clientId: command.clientId,
      requestId: command.requestId,
      family: command.family,
      appId: command.appId,
      buyerId: command.buyerId,
      title: command.title,
      amount: command.amount,
      notifyUrl: command.notifyUrl,
      extra: command.extra,
      state: 'CREATED',
      closeReason: null,
      sequence: 1,
      createdAt: now,
      // Between judging and writing the asked time may have come; the order is then born at its very end.
      expiresAt: later(command.expiresAt ?? secondsAfter(now, settings.orderExpirySeconds), now),
      paidAt: null,
      closedAt: null,
      payerId: null,
      paymentId: null,
      processingPaymentId: null,
      fee: feeOf(command.amount.minor, merchant.feeBasisPoints),
      refunded: 0n,
      feeRefunded: 0n,
    }
  }

  async function create(command: CreateOrder): Promise<{ order: Order; created: boolean }> {
    refuseUnstorable(command)
    const { clientId, requestId } = command
    const { bucket, merchantId } = await rooms.merchants.client(clientId)
    let merchant: Merchant
    try {
      merchant = await judge(command, merchantId)
    } catch (refusal) {
      if (!(refusal instanceof WalletError)) throw refusal
      // A repeat is answered as before, even if the same content could not be ordered any more.
      const [stored] = await selectOrdersOfRequests(db, [{ clientId, requestId, bucket }])
      if (!stored) throw refusal
      return answer({ outcome: 'EXISTS', stored }, command)
    }
    return answer(await batcher.submit({ command, merchant }), command)
  }

  /** @returns the merchant, who may ask for this order */
  async function judge(
    { amount, appId, buyerId, clientId, expiresAt }: CreateOrder,
    merchantId: string,
  ): Promise<Merchant> {
    const merchant = await rooms.merchants.merchant(merchantId)
    if (merchant.frozen) throw new WalletError('MERCHANT_FROZEN')
    if (!merchant.currencies.includes(amount.currency)) throw new WalletError('CURRENCY_NOT_SUPPORTED')
    if (amount.minor <= 0n) throw new WalletError('AMOUNT_OUT_OF_RANGE')
    if (expiresAt) {
      const now = clock.now()
      const latest = secondsAfter(now, settings.orderExpirySecondsMax)
      if (expiresAt <= now || expiresAt > latest) {
        throw invalidParameter('expiresAt', `a time after now and not after ${latest.toISOString()}`)
      }
    }
    if (appId !== null && !(await rooms.programs.mayPay(appId, clientId))) throw new WalletError('PROGRAM_NOT_FOUND')
    if (buyerId !== null) await rooms.users.get(buyerId)
    return merchant
  }

  function answer(created: Created, command: CreateOrder): { order: Order; created: boolean } {
    if (created.outcome === 'REFUSED') throw new WalletError(created.code)
    if (created.outcome === 'EXISTS') {
      const field = differingField(created.stored.content, command.content)
      if (field !== null) throw new WalletError('ORDER_INCONSISTENT', { field })
    }
    return { order: asSeenAt(created.stored.order, clock.now()), created: created.outcome === 'CREATED' }
  }

  async function find(tradeNo: string): Promise<Order> {
    const bucket = bucketOfTimedId(tradeNo)
    const order = bucket === null ? null : await selectOrder(db, tradeNo, bucket)
    if (!order) throw new WalletError('ORDER_NOT_FOUND')
    return asSeenAt(order, clock.now())
  }

  async function inquire(clientId: string, number: OrderNumber): Promise<Order> {
    if ('tradeNo' in number) {
      const order = await find(number.tradeNo)
      if (order.clientId !== clientId) throw new WalletError('ORDER_NOT_FOUND')
      return order
    }
    const { requestId } = number
    if (!isStorable(requestId)) throw new WalletError('ORDER_NOT_FOUND')
    const { bucket } = await rooms.merchants.client(clientId)
    const [stored] = await selectOrdersOfRequests(db, [{ clientId, requestId, bucket }])
    if (!stored) throw new WalletError('ORDER_NOT_FOUND')
    return asSeenAt(stored.order, clock.now())
  }

  async function close(clientId: string, number: OrderNumber): Promise<Order> {
    const client = await rooms.merchants.client(clientId)
    const now = clock.now()
    const { order, isNew } = await transaction(db, async (tx) => {
      const stored = await findLocked(tx, client, number)
      if (!stored) throw new WalletError('ORDER_NOT_FOUND')
      const seen = asSeenAt(stored, now)
      if (seen.state === 'PAID') throw new WalletError('ORDER_PAID')
      // One that is past its time is left to the timer, which writes what is answered here.
      if (nextState(seen.state, 'close') === null) return { order: seen, isNew: false }
      const [order] = await closeOrders(tx, deps, [stored], 'MERCHANT', now)
      return { order: order!, isNew: true }
    })
    if (isNew) recordClosed(recorder, order)
    return order
  }

  async function closeExpired(limit = CLOSE_AT_ONCE): Promise<number> {
    const now = clock.now()
    const closed = await transaction(db, async (tx) =>
      closeOrders(tx, deps, await lockExpiredOrders(tx, now, limit), 'EXPIRED', now),
    )
    for (const order of closed) recordClosed(recorder, order)
    return closed.length
  }

  return { create, find, inquire, close, closeExpired, nextExpiry: () => selectNextExpiry(db) }
}

const secondsAfter = (time: Date, seconds: number): Date => new Date(time.getTime() + seconds * 1000)

/** The time, or one millisecond after the other if it has come already. */
const later = (time: Date, than: Date): Date => (time > than ? time : new Date(than.getTime() + 1))
