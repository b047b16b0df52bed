/**
 * The inbox in a shop's own database, built as `InboxStore` says: two servers of the shop hear the same notifications at
 * once, some of their transactions break, and the shop's row ends as the newest one tells.
 */
import pg from 'pg'
import { money, notificationInbox, type InboxStore, type Notification } from '@tradepay/merchant-sdk'
import { createTestDatabase, type TestDatabase } from '@tradepay/wallet-server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query(`
    create table inbox (key text primary key, sequence bigint not null);
    create table shop_orders (trade_no text primary key, applied int[] not null)`)
})
afterAll(() => database.close())

/** The four steps of the contract, in one transaction. */
function inboxIn(pool: pg.Pool): InboxStore<pg.PoolClient> {
  return {
    async advance(key, sequence, apply) {
      const client = await pool.connect()
      try {
        await client.query('begin')
        await client.query('insert into inbox values ($1, 0) on conflict do nothing', [key])
        const { rows } = await client.query<{ sequence: string }>(
          'select sequence from inbox where key = $1 for update',
          [key],
        )
        const previous = Number(rows[0]!.sequence)
        if (previous < sequence) {
          await apply(client, previous === 0 ? null : previous)
          await client.query('update inbox set sequence = $2 where key = $1', [key, sequence])
        }
        await client.query('commit')
        return previous < sequence ? 'APPLIED' : 'OLDER'
      } catch (error) {
        await client.query('rollback')
        throw error
      } finally {
        client.release()
      }
    },
  }
}

const refunded = (tradeNo: string, sequence: number) =>
  ({
    type: 'REFUND',
    tradeNo,
    orderNo: null,
    refundNo: `R${sequence}`,
    refundId: null,
    amount: money('CNY', 1n),
    refunded: null,
    state: 'SUCCEEDED',
    finishedAt: null,
    sequence,
  }) satisfies Notification

test('each number is applied once, in order, and in one transaction with the shop’s own row', async () => {
  const servers = [0, 1].map(() => new pg.Pool({ connectionString: database.url, max: 3 }))
  let calls = 0
  const inboxes = servers.map((pool) =>
    notificationInbox({
      store: inboxIn(pool),
      async apply({ tradeNo, sequence }, { transaction }) {
        await transaction.query(
          `insert into shop_orders values ($1, array[$2::int])
           on conflict (trade_no) do update set applied = shop_orders.applied || $2::int`,
          [tradeNo, sequence],
        )
        // Every third one breaks when its row has been written: the transaction takes it back.
        if (++calls % 3 === 0) throw new Error('The server went away.')
      },
    }),
  )

  /** As a wallet does: what was not acknowledged is sent again, to whichever server answers. */
  async function insist(tradeNo: string, sequence: number, server: number): Promise<void> {
    for (let at = server; ; at++) {
      const heard = await inboxes[at % 2]!.onRefund(refunded(tradeNo, sequence)).then(
        () => true,
        () => false,
      )
      if (heard) return
    }
  }

  const orders = ['T1', 'T2', 'T3']
  const sent = orders.flatMap((tradeNo) => [5, 1, 4, 2, 3, 5, 4].map((sequence) => [tradeNo, sequence] as const))
  await Promise.all(sent.map(([tradeNo, sequence], index) => insist(tradeNo, sequence, index)))

  const { rows } = await database.pool.query<{ trade_no: string; applied: number[] }>('select * from shop_orders')
  expect(rows.map(({ trade_no }) => trade_no).sort()).toEqual(orders)
  for (const { applied } of rows) {
    expect(applied.at(-1)).toBe(5)
    expect(applied).toEqual([...new Set(applied)].sort((a, b) => a - b))
  }
  for (const pool of servers) await pool.end()
})
