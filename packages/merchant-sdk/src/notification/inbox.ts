/**
 * The inbox: lets each order's notifications through in the order of their sequence numbers, each once. However often and
 * in whatever order they come, what was applied last is the newest that was heard, and a repeat changes nothing.
 *
 * It stands between a notification handler, which verifies, and a store, which remembers.
 */
import type { Notification } from './types.ts'
import { NotificationRefused } from './types.ts'

/**
 * Remembers, for each key, the highest sequence number that was applied. A database one keeps
 * `(key text primary key, sequence bigint not null)` and does all of `advance` in one transaction:
 *
 * 1. `INSERT INTO inbox VALUES ($key, 0) ON CONFLICT DO NOTHING`
 * 2. `SELECT sequence FROM inbox WHERE key = $key FOR UPDATE`; not below the new one: commit, and answer `OLDER`
 * 3. call `apply` with the transaction and what was read (null for 0), and wait for it
 * 4. `UPDATE inbox SET sequence = $sequence WHERE key = $key`; commit, and answer `APPLIED`
 *
 * An error in any step rolls all of it back and is thrown on. The lock of step 2 makes a second call for the same key wait,
 * also from another server, so that each number is applied once and never after a larger one.
 *
 * @typeParam Transaction what the store gives to `apply`, so that your own rows change in the same transaction
 */
export interface InboxStore<Transaction> {
  /**
   * Advances `key` to `sequence` and runs `apply`, both or neither, if `sequence` is greater than what is remembered.
   *
   * @param apply rejects: nothing is remembered, and the promise rejects with the same error
   * @returns `OLDER` when it was not greater: `apply` did not run
   */
  advance(
    key: string,
    sequence: number,
    apply: (transaction: Transaction, previous: number | null) => Promise<void>,
  ): Promise<'APPLIED' | 'OLDER'>
}

/** What is known of a notification beside its content. */
export interface Applied<Transaction> {
  /** Of the store. Change your own rows with it. */
  transaction: Transaction
  /**
   * The number of the last notification of this order that was applied; null for the first one. When it is not the next
   * lower one, another may have been overtaken: it will not come any more. Inquire the refunds that you still wait for.
   */
  previous: number | null
}

/** Options of {@link notificationInbox}. */
export interface InboxOptions<Transaction> {
  /** Remembers what was applied. */
  store: InboxStore<Transaction>
  /**
   * Takes a notification in. Called once for each that is newer than all before it of its order, one at a time for an order.
   * An error undoes the step and makes the wallet send again.
   */
  apply(notification: Notification, about: Applied<Transaction>): unknown
}

/**
 * Listeners that pass through an inbox. Each resolves when its notification was applied, or an equal or newer one was before;
 * it rejects with what `apply` or the store threw.
 */
export interface Inbox {
  /** Takes it in. */
  onPaid(notification: Notification): Promise<void>
  /** Takes it in. */
  onFailed(notification: Notification): Promise<void>
  /** Takes it in. */
  onRefund(notification: Notification): Promise<void>
}

/**
 * Makes listeners that pass through an inbox. Give them to `notificationHandler` or `alipayNotificationHandler`. A repeat,
 * and one that is older than what was applied, is acknowledged and not applied.
 *
 * A notification without a sequence number is refused: its wallet does not number them, and nothing says which is newer.
 *
 * @param options where to remember, and what to do
 * @example
 * const inbox = notificationInbox({
 *   store: memoryInboxStore(),
 *   async apply(notification) {
 *     if (notification.type === 'PAYMENT' && notification.state === 'PAID') await markPaid(notification)
 *   },
 * })
 * http.createServer(nodeHandler(notificationHandler(options, inbox))).listen(8080)
 */
export function notificationInbox<Transaction>({ store, apply }: InboxOptions<Transaction>): Inbox {
  async function receive(notification: Notification): Promise<void> {
    const { tradeNo, sequence } = notification
    if (sequence === null) {
      throw new NotificationRefused('The notification has no sequence number: take it in without an inbox.')
    }
    await store.advance(tradeNo, sequence, async (transaction, previous) => {
      await apply(notification, { transaction, previous })
    })
  }
  return { onPaid: receive, onFailed: receive, onRefund: receive }
}
