/** The socket to the database: what is written in one turn goes out together, and nothing is held back for longer. */
import { Socket } from 'node:net'
import type pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ connections: 1 })
})
afterAll(() => database.close())

/** A connection, and how many pieces each call of the system has sent on it since. */
async function watched(): Promise<{ client: pg.PoolClient; sent: number[] }> {
  const client = await database.pool.connect()
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  const original = { _write: stream._write, _writev: stream._writev! }
  onTestFinished(() => {
    Object.assign(stream, original)
    client.release()
  })
  const sent: number[] = []
  Object.assign(stream, {
    _write(...args: Parameters<Socket['_write']>) {
      sent.push(1)
      original._write.apply(stream, args)
    },
    _writev(...args: Parameters<NonNullable<Socket['_writev']>>) {
      sent.push(args[0].length)
      original._writev.apply(stream, args)
    },
  })
  return { client, sent }
}
const value = async (answer: Promise<pg.QueryResult<{ value: number }>>): Promise<number> =>
  (await answer).rows[0]!.value
const prepared = (number: number) => ({
  name: `number-${number}`,
  text: `select ${number} as value, $1::text`,
  values: [''],
})

test('statements of one turn go out in one call, BEGIN and COMMIT with them, and are answered in their order', async () => {
  const { client, sent } = await watched()
  const [, ...answers] = [
    client.query('begin'),
    value(client.query(prepared(1))),
    value(client.query(prepared(2))),
    value(client.query('select 3 as value')),
  ]
  const committed = client.query('commit')
  expect(await Promise.all(answers)).toEqual([1, 2, 3])
  await committed
  expect(sent).toHaveLength(1)
})

test('a statement of a later turn waits for nothing', async () => {
  const { client, sent } = await watched()
  for (const number of [1, 2, 3]) expect(await value(client.query(prepared(number)))).toBe(number)
  expect(sent).toHaveLength(3)
})
