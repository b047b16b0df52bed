/**
 * The order room (steps 5 and 6): creates orders, finds them, and closes them when their time is over.
 *
 * A request number has one effect for ever. Repeating it with the same content answers the same order, whatever has
 * become of it, the merchant, or the buyer since; with other content it is refused by the name of the field.
 *
 * Expiry writes no notification: neither family of merchant APIs announces it. Merchants inquire, or know the time
 * they asked for; an unexpected message type would be refused by their handlers and retried for a day.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { createBatcher } from '../db/batcher.ts'
import { isStorable, isStorableJson } from '../db/text.ts'
import { bucketOfTimedId, newTimedId } from '../ids.ts'
import type { MerchantService } from '../merchant/types.ts'
import type { ProgramService } from '../program/types.ts'
import type { UserService } from '../user/types.ts'
import { asSeenAt } from './state.ts'
import {
  closeExpiredOrders,
  insertOrders,
  selectNextExpiry,
  selectOrder,
  selectOrderOfRequest,
  type StoredOrder,
} from './store.ts'
import type { CreateOrder, Order, OrderService } from './types.ts'

/** Most orders closed by one statement: it holds their locks for a few milliseconds. */
const CLOSE_AT_ONCE = 500

interface Item {
  command: CreateOrder
  merchantId: string
  bucket: number
  /** Null takes the default lifetime. */
  expiresAt: Date | null
}

/** Makes the order room. */
export function createOrderService(
  { db, clock, random, settings }: Pick<Deps, 'db' | 'clock' | 'random' | 'settings'>,
  rooms: { merchants: MerchantService; programs: ProgramService; users: UserService },
): OrderService {
  const batcher = createBatcher<Item, StoredOrder & { created: boolean }>((items) => {
    const now = clock.now()
    return insertOrders(
      db,
      items.map(({ command, merchantId, bucket, expiresAt }) => ({
        tradeNo: newTimedId(now, settings.timeZone, bucket, random),
        bucket,
        merchantId,
        // Between judging and writing the asked time may have come; the order is then born at its very end.
        expiresAt: later(expiresAt ?? secondsAfter(now, settings.orderExpirySeconds), now),
        command,
      })),
      now,
    )
  })

  async function create(command: CreateOrder): Promise<{ order: Order; created: boolean }> {
    refuseUnstorable(command)
    const client = await rooms.merchants.client(command.clientId)
    const bucket = client.bucket
    try {
      await judge(command, client.merchantId)
    } catch (refusal) {
      if (!(refusal instanceof WalletError)) throw refusal
      // A repeat is answered as before, even if the same content could not be ordered any more.
      const existing = await selectOrderOfRequest(db, {
        clientId: command.clientId,
        requestId: command.requestId,
        bucket,
      })
      if (!existing) throw refusal
      return answer({ ...existing, created: false }, command)
    }
    return answer(
      await batcher.submit({ command, merchantId: client.merchantId, bucket, expiresAt: command.expiresAt }),
      command,
    )
  }

  async function judge(
    { amount, appId, buyerId, clientId, expiresAt }: CreateOrder,
    merchantId: string,
  ): Promise<void> {
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
  }

  function answer(
    stored: StoredOrder & { created: boolean },
    command: CreateOrder,
  ): { order: Order; created: boolean } {
    if (!stored.created) refuseOtherContent(stored.content, command.content)
    return { order: asSeenAt(stored.order, clock.now()), created: stored.created }
  }

  async function find(tradeNo: string): Promise<Order> {
    const bucket = bucketOfTimedId(tradeNo)
    const order = bucket === null ? null : await selectOrder(db, tradeNo, bucket)
    if (!order) throw new WalletError('ORDER_NOT_FOUND')
    return asSeenAt(order, clock.now())
  }

  async function inquire(clientId: string, number: { tradeNo: string } | { requestId: string }): Promise<Order> {
    if ('tradeNo' in number) {
      const order = await find(number.tradeNo)
      if (order.clientId !== clientId) throw new WalletError('ORDER_NOT_FOUND')
      return order
    }
    if (!isStorable(number.requestId)) throw new WalletError('ORDER_NOT_FOUND')
    const { bucket } = await rooms.merchants.client(clientId)
    const stored = await selectOrderOfRequest(db, { clientId, requestId: number.requestId, bucket })
    if (!stored) throw new WalletError('ORDER_NOT_FOUND')
    return asSeenAt(stored.order, clock.now())
  }

  return {
    create,
    find,
    inquire,
    closeExpired: (limit = CLOSE_AT_ONCE) => closeExpiredOrders(db, clock.now(), limit),
    nextExpiry: () => selectNextExpiry(db),
  }
}

/** Text that no column can hold is refused here, by name, before it could fail in the middle of a batch. */
function refuseUnstorable(command: CreateOrder): void {
  for (const [field, value] of Object.entries(command)) {
    if (!isStorableJson(value)) throw invalidParameter(field, 'valid Unicode text without the character NUL')
  }
}

/** @throws WalletError ORDER_INCONSISTENT naming the first field, in the order the door gave them, that differs */
function refuseOtherContent(first: Record<string, string>, again: Record<string, string>): void {
  for (const field of new Set([...Object.keys(again), ...Object.keys(first)])) {
    if (first[field] !== again[field]) throw new WalletError('ORDER_INCONSISTENT', { field })
  }
}

const secondsAfter = (time: Date, seconds: number): Date => new Date(time.getTime() + seconds * 1000)

/** The time, or one millisecond after the other if it has come already. */
const later = (time: Date, than: Date): Date => (time > than ? time : new Date(than.getTime() + 1))
