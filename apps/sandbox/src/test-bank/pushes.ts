/**
 * What the test bank tells the wallet by itself: that an order has changed, never how. Kept in rows until the wallet has
 * acknowledged it, tried a few times, and then given up: the wallet inquires in any case.
 */
import { bankPaths } from '@tradepay/contract'
import type { Clock } from '@tradepay/wallet-server'
import type pg from 'pg'

/** Seconds after each failed try until the next; after the last one it is given up. */
const RETRY_SECONDS = [1, 5, 30, 300]
const PUSH_TIMEOUT_MS = 5_000
/** Pushes that are sent at once. */
const TOGETHER_MAX = 20

export interface WalletAddress {
  url: string
  key: string
}

interface Due {
  order_id: string
  number: number
  attempts: number
}

/** Sends what is due, all at the same moment. @returns how many */
export async function sendPushes(db: pg.Pool, clock: Clock, wallet: WalletAddress): Promise<number> {
  const { rows } = await db.query<Due>(
    `select order_id, number, attempts from test_bank.pushes where state = 'DUE' and due_at <= $1
     order by due_at limit $2`,
    [clock.now(), TOGETHER_MAX],
  )
  await Promise.all(
    rows.map(async (push) => {
      const delivered = await send(wallet, push.order_id)
      const retry = RETRY_SECONDS[push.attempts]
      await db.query(
        `update test_bank.pushes set attempts = attempts + 1, state = $3, due_at = $4 where order_id = $1 and number = $2`,
        [
          push.order_id,
          push.number,
          delivered ? 'DELIVERED' : retry === undefined ? 'GIVEN_UP' : 'DUE',
          new Date(clock.now().getTime() + (retry ?? 0) * 1000),
        ],
      )
    }),
  )
  return rows.length
}

async function send({ url, key }: WalletAddress, orderId: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}${bankPaths.outcomes}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ orderId }),
      redirect: 'error',
      signal: AbortSignal.timeout(PUSH_TIMEOUT_MS),
    })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}
