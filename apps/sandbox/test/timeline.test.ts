/** The recorder and the linking of relay calls, on a real database and without a server. */
import type { TimelineEntry } from '@tradepay/contract'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chooseOrder, tradeNosIn } from '../src/timeline/link.ts'
import { createRecorder } from '../src/timeline/recorder.ts'
import { timelineStore, type KnownOrder } from '../src/timeline/store.ts'
import { createDatabase } from './support.ts'

const TRADE_NO = '2026112212345678201123456789'
const OTHER_NO = '2026112212345679201987654321'
const start = Date.UTC(2026, 10, 22)
const at = (ms: number): string => new Date(start + ms).toISOString()

function entry(step: number, ms: number, more: Partial<TimelineEntry> = {}): TimelineEntry {
  return { step, at: at(ms), ok: true, note: `step ${step}`, ...more }
}
const asked = (requestId: string, ms: number): TimelineEntry => entry(2, ms, { facts: { requestId } })
const answered = (requestId: string, ms: number, body: string): TimelineEntry =>
  entry(8, ms, { facts: { requestId }, message: { startLine: '200', headers: {}, body } })

let database: Awaited<ReturnType<typeof createDatabase>>
let db: pg.Pool
beforeAll(async () => {
  database = await createDatabase()
  db = new pg.Pool({ connectionString: database.url })
  await db.query(`create schema sandbox; create table sandbox.entries (id bigint generated always as identity primary key,
    trade_no text not null, step smallint not null, at timestamptz not null, entry text not null)`)
})
beforeEach(async () => void (await db.query('truncate sandbox.entries')))
afterAll(async () => {
  await db.end()
  await database.drop()
})

describe('the recorder', () => {
  it('keeps every entry, and reads them in the order in which things happened', async () => {
    const store = timelineStore(db)
    const recorder = createRecorder(store)
    for (let n = 0; n < 1200; n += 1) recorder.record(TRADE_NO, entry(18, n, { note: String(n) }))
    recorder.record(TRADE_NO, entry(17, 600, { note: 'said late' }))
    await recorder.flushed()
    const notes = (await store.read(TRADE_NO)).map(({ note }) => note)
    expect(notes).toHaveLength(1201)
    expect(notes.slice(599, 603)).toEqual(['599', 'said late', '600', '601'])
  })

  it('neither throws nor loses the order of entries when the database is away for a moment', async () => {
    const store = timelineStore(db)
    let failures = 2
    const recorder = createRecorder({
      ...store,
      add: async (entries) => {
        if (failures-- > 0) throw new Error('the database is away')
        await store.add(entries)
      },
    })
    for (let n = 0; n < 5; n += 1) recorder.record(TRADE_NO, entry(18, 0, { note: String(n) }))
    await recorder.flushed()
    expect((await store.read(TRADE_NO)).map(({ note }) => note)).toEqual(['0', '1', '2', '3', '4'])
  })

  it('keeps bytes that a database does not like', async () => {
    const store = timelineStore(db)
    const recorder = createRecorder(store)
    const body = 'NUL \u0000, half a pair \ud800, quotes " \\ \'; drop table'
    recorder.record(TRADE_NO, entry(4, 0, { message: { startLine: 'POST /', headers: {}, body } }))
    await recorder.flushed()
    expect((await store.read(TRADE_NO))[0]?.message?.body).toBe(body)
  })

  it('cuts a huge body and says so', async () => {
    const store = timelineStore(db)
    const recorder = createRecorder(store)
    recorder.record(
      TRADE_NO,
      entry(4, 0, { message: { startLine: 'POST /', headers: {}, body: 'x'.repeat(1_000_000) } }),
    )
    await recorder.flushed()
    const [kept] = await store.read(TRADE_NO)
    expect(kept?.message?.body.length).toBe(256 * 1024)
    expect(kept?.facts?.['bodyCutAfter']).toBe('262144')
  })

  it('tells listeners which timelines grew', async () => {
    const recorder = createRecorder(timelineStore(db))
    const grown: string[] = []
    const stop = recorder.onGrowth((tradeNos) => grown.push(...tradeNos))
    recorder.record(TRADE_NO, entry(6, 0))
    await recorder.flushed()
    stop()
    recorder.record(OTHER_NO, entry(6, 0))
    await recorder.flushed()
    expect(grown).toEqual([TRADE_NO])
  })
})

describe('linking a call of the mini program to its order', () => {
  const steps = async (tradeNo: string): Promise<number[]> =>
    (await timelineStore(db).read(tradeNo)).map(({ step }) => step)

  it('steps 2 and 8 join the order whose number the answer brought', async () => {
    const recorder = createRecorder(timelineStore(db))
    recorder.record(null, asked('a', 0))
    recorder.record(TRADE_NO, entry(6, 5))
    recorder.record(null, answered('a', 9, `{"tradeNO":"${TRADE_NO}"}`))
    await recorder.flushed()
    expect(await steps(TRADE_NO)).toEqual([2, 6, 8])
  })

  it('two calls at once go to their own orders', async () => {
    const recorder = createRecorder(timelineStore(db))
    recorder.record(null, asked('a', 0))
    recorder.record(null, asked('b', 1))
    recorder.record(OTHER_NO, entry(6, 4))
    recorder.record(TRADE_NO, entry(6, 5))
    recorder.record(null, answered('a', 8, TRADE_NO))
    recorder.record(null, answered('b', 9, OTHER_NO))
    await recorder.flushed()
    expect([await steps(TRADE_NO), await steps(OTHER_NO)]).toEqual([
      [2, 6, 8],
      [2, 6, 8],
    ])
  })

  it('a later answer that carries the number again joins nothing', async () => {
    const recorder = createRecorder(timelineStore(db))
    recorder.record(null, asked('a', 0))
    recorder.record(TRADE_NO, entry(6, 5))
    recorder.record(null, answered('a', 9, TRADE_NO))
    recorder.record(null, asked('b', 20))
    recorder.record(null, answered('b', 25, `{"state":"PAID","tradeNO":"${TRADE_NO}"}`))
    await recorder.flushed()
    expect(await steps(TRADE_NO)).toEqual([2, 6, 8])
  })

  it('a call without an order, and an answer with a number nobody knows, leave nothing', async () => {
    const recorder = createRecorder(timelineStore(db))
    recorder.record(null, asked('a', 0))
    recorder.record(null, answered('a', 5, '{"menu":[]}'))
    recorder.record(null, asked('b', 6))
    recorder.record(null, answered('b', 7, TRADE_NO))
    recorder.record(null, answered('never asked', 8, TRADE_NO))
    await recorder.flushed()
    expect((await db.query('select from sandbox.entries')).rowCount).toBe(0)
  })

  it('reads numbers from text and from bytes, and not out of longer ones', () => {
    const body = Buffer.from(`number=${TRADE_NO}`).toString('base64')
    const message = { startLine: '200', headers: {}, body, bodyBase64: true }
    expect(tradeNosIn(entry(8, 0, { message }))).toEqual([TRADE_NO])
    expect(tradeNosIn(answered('a', 0, `${TRADE_NO}0`))).toEqual([])
    expect(tradeNosIn(entry(8, 0))).toEqual([])
  })

  it('chooses the order made during the call, then the only one that nobody brought yet', () => {
    const known = (tradeNo: string, createdMs: number, linked = false): KnownOrder => ({
      tradeNo,
      linked,
      createdAt: new Date(start + createdMs),
    })
    const during: [Date, Date] = [new Date(start + 10), new Date(start + 20)]
    expect(chooseOrder([known('old', 1), known('new', 15)], ...during)).toBe('new')
    expect(chooseOrder([known('lost before', 1)], ...during)).toBe('lost before')
    expect(chooseOrder([known('one', 1), known('other', 2)], ...during)).toBeNull()
    expect(chooseOrder([known('done', 15, true)], ...during)).toBeNull()
    expect(chooseOrder([], ...during)).toBeNull()
  })
})
