/**
 * Reading statements: what a wallet wrote comes back cent by cent, and a file that is damaged, cut short or another's is
 * refused by name.
 */
import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parseStatement, StatementUnreadable } from '../src/index.ts'

const csv = (...lines: string[]): string => lines.map((line) => `${line}\r\n`).join('')

const walletColumns = 'kind,time,amount,currency,id,tradeNo,orderRequestId,requestId,title'
const walletCsv = csv(
  walletColumns,
  'PAYMENT,2026-03-01T16:00:05.000+08:00,36.00,CNY,p1,t1,A1,,"Tea, with ""milk"""',
  'FEE,2026-03-01T16:00:05.000+08:00,-0.22,CNY,p1,t1,A1,,Tea',
  "REFUND,2026-03-01T17:00:00.000+08:00,-6.00,CNY,r1,t1,A1,'=R1,Tea",
  'FEE_REFUND,2026-03-01T17:00:00.000+08:00,0.04,CNY,r1,t1,A1,R1,Tea',
  'PAY_OUT,2026-03-01T18:00:00.000+08:00,-10.00,CNY,o1,,,O1,',
)
const totals = {
  PAYMENT: { count: 1, minor: 3600n },
  FEE: { count: 1, minor: -22n },
  REFUND: { count: 1, minor: -600n },
  FEE_REFUND: { count: 1, minor: 4n },
  PAY_OUT: { count: 1, minor: -1000n },
}
const plain = { tradeNo: 't1', orderRequestId: 'A1', requestId: null, title: 'Tea', currency: 'CNY' }
const walletJson = {
  merchantId: '2088',
  day: '2026-03-01',
  timeZone: 'Asia/Shanghai',
  currency: 'CNY',
  opening: '1.00',
  closing: '36.78',
  totals: { PAYMENT: { count: 1, amount: '36.00' }, FEE: { count: 1, amount: '-0.22' } },
  rows: [
    { kind: 'PAYMENT', time: '2026-03-01T16:00:05.000+08:00', amount: '36.00', id: 'p1', ...plain },
    { kind: 'FEE', time: '2026-03-01T16:00:05.000+08:00', amount: '-0.22', id: 'p1', ...plain },
  ],
}
const billColumns = 'kind,time,amount,id,trade_no,out_trade_no,out_request_no,subject'
const bill = csv(
  billColumns,
  'PAYMENT,2026-03-01 16:00:05,36.00,p1,t1,A1,,Tea',
  'REFUND,2026-03-01 17:00:00,-6.00,r1,t1,A1,R1,Tea',
)
const summary = csv('kind,count,amount', 'PAYMENT,1,36.00', 'FEE,0,0.00', 'REFUND,1,-6.00', 'FEE_REFUND,0,0.00')

const problemOf = (file: Uint8Array | string, options?: Parameters<typeof parseStatement>[1]): string => {
  try {
    parseStatement(file, options)
    return 'READ'
  } catch (error) {
    expect(error).toBeInstanceOf(StatementUnreadable)
    return (error as Error).message
  }
}

describe('the wallet’s own statement', () => {
  test('as CSV: amounts signed to the cent, marks against spreadsheets taken off', () => {
    const statement = parseStatement(walletCsv)
    expect(statement).toMatchObject({ currency: 'CNY', totals })
    expect(statement.rows[0]).toEqual({
      kind: 'PAYMENT',
      at: new Date('2026-03-01T08:00:05Z'),
      minor: 3600n,
      currency: 'CNY',
      id: 'p1',
      tradeNo: 't1',
      orderNo: 'A1',
      requestNo: null,
      title: 'Tea, with "milk"',
      balance: null,
    })
    expect(statement.rows.map(({ requestNo }) => requestNo)).toEqual([null, null, '=R1', 'R1', 'O1'])
    expect(statement.rows[4]).toMatchObject({ tradeNo: null, orderNo: null, title: null })
  })

  test('as bytes with a mark at their beginning, and with plain line ends', () => {
    const bytes = Buffer.from(`\ufeff${walletCsv.replaceAll('\r\n', '\n')}`)
    expect(parseStatement(bytes)).toEqual(parseStatement(walletCsv))
  })

  test('as JSON: its totals and balances are checked', () => {
    const { rows, currency } = parseStatement(JSON.stringify(walletJson, null, 2))
    expect(currency).toBe('CNY')
    expect(rows.map(({ minor, title }) => [minor, title])).toEqual([
      [3600n, 'Tea'],
      [-22n, 'Tea'],
    ])
  })

  test('of a currency with three decimals', () => {
    const row = 'PAYMENT,2026-03-01T16:00:05.000+03:00,1.005,IQD,p1,t1,A1,,Tea'
    expect(parseStatement(csv(walletColumns, row)).rows[0]).toMatchObject({ minor: 1005n, currency: 'IQD' })
  })

  test('without rows has the currency that was asked for, if any', () => {
    expect(parseStatement(csv(walletColumns))).toMatchObject({ currency: null, rows: [] })
    expect(parseStatement(csv(walletColumns), { currency: 'CNY' }).currency).toBe('CNY')
  })

  test.each([
    ['another currency', { currency: 'USD' as const }, walletCsv, 'in CNY: expected USD'],
    ['nothing', {}, '', 'empty'],
    ['no header', {}, csv('36.00'), 'no column'],
    ['a column less', {}, walletCsv.replace(',title', ''), 'Line 2 has 9 cells: expected 8'],
    ['a cell less', {}, csv(walletColumns, 'PAYMENT,1'), 'Line 2 has 2 cells'],
    ['an unknown kind', {}, walletCsv.replace('FEE,', 'TAX,'), 'Line 3: "kind"'],
    ['an amount with three decimals', {}, walletCsv.replace('36.00', '36.001'), 'Line 2: CNY has 2 decimals'],
    ['an amount as a spreadsheet writes it', {}, walletCsv.replace('36.00', '3.6E1'), 'Line 2: An amount'],
    ['two signs', {}, walletCsv.replace('-0.22', '--0.22'), 'Line 3: An amount'],
    ['a time without an offset', {}, walletCsv.replace('+08:00', ''), 'Line 2: "time"'],
    ['a row of another currency', {}, walletCsv.replace('-0.22,CNY', '-0.22,USD'), 'several currencies'],
    ['a currency that is none', {}, walletCsv.replace(',CNY,', ',YUAN,'), 'Line 2: "currency"'],
    ['a row without a number', {}, walletCsv.replace('p1', ''), 'Line 2: "id"'],
    ['a quote that is not closed', {}, `${walletCsv}"PAY`, 'a quote that is not closed'],
    ['bytes that are no UTF-8', {}, Buffer.from([0x6b, 0xff]), 'not UTF-8'],
  ])('%s is refused by name', (_, options, file, message) => {
    expect(problemOf(file, options)).toContain(message)
  })

  test.each([
    ['no JSON', '{', 'is not'],
    ['no rows', JSON.stringify({ ...walletJson, rows: undefined }), 'no list named "rows"'],
    ['a row less', JSON.stringify({ ...walletJson, rows: walletJson.rows.slice(1) }), 'not received whole'],
    ['another closing balance', JSON.stringify({ ...walletJson, closing: '36.79' }), 'does not add up'],
    ['no opening balance', JSON.stringify({ ...walletJson, opening: undefined }), '"opening"'],
    [
      'an amount as a number',
      JSON.stringify({ ...walletJson, rows: [{ ...walletJson.rows[0], amount: 36 }] }),
      '"amount" is not text',
    ],
    ['a row that is none', JSON.stringify({ ...walletJson, rows: ['x'] }), 'rows[0] is not an object'],
    [
      'a total of an unknown kind',
      JSON.stringify({ ...walletJson, totals: { constructor: { count: 0, amount: '0.00' } } }),
      '"kind"',
    ],
  ])('JSON with %s is refused by name', (_, file, message) => {
    expect(problemOf(file)).toContain(message)
  })
})

describe('a bill of the Alipay family', () => {
  test('as CSV and in its zip: times in GMT+8, amounts in yuan', () => {
    const statement = parseStatement(bill)
    expect(statement).toMatchObject({ currency: 'CNY', totals: { PAYMENT: { count: 1, minor: 3600n } } })
    expect(statement.rows.map(({ at, minor, requestNo }) => [at.toISOString(), minor, requestNo])).toEqual([
      ['2026-03-01T08:00:05.000Z', 3600n, null],
      ['2026-03-01T09:00:00.000Z', -600n, 'R1'],
    ])
    expect(parseStatement(zip({ 'b.csv': bill, 'b_summary.csv': summary }))).toEqual(statement)
    expect(parseStatement(zip({ 'b.csv': bill }, { store: true }))).toEqual(statement)
  })

  test('with balances has them', () => {
    const withBalance = csv(`${billColumns},balance`, 'PAYMENT,2026-03-01 16:00:05,36.00,p1,t1,A1,,Tea,136.00')
    expect(parseStatement(withBalance).rows[0]).toMatchObject({ balance: 13_600n })
  })

  const whole = zip({ 'b.csv': bill, 'b_summary.csv': summary })
  /** Not packed, so that a changed byte is still a file of the same length. */
  const changedInside = (): Buffer => {
    const bytes = zip({ 'b.csv': bill }, { store: true })
    bytes.write('37.00', bytes.indexOf('36.00'))
    return bytes
  }
  const broken = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(whole)
    change(bytes)
    return bytes
  }
  test.each<[string, Uint8Array | string, string]>([
    [
      'a row less than its summary tells',
      zip({ 'b.csv': csv(...bill.split('\r\n').slice(0, 2)), 'b_summary.csv': summary }),
      'not received whole',
    ],
    ['cut short', whole.subarray(0, whole.length - 30), 'no end'],
    ['cut very short', whole.subarray(0, 10), 'no end'],
    ['damaged inside', broken((bytes) => (bytes[45]! ^= 0xff)), 'damaged'],
    ['with another cent in it', changedInside(), 'its checksum does not match'],
    ['a directory that points elsewhere', broken((bytes) => bytes.writeUInt32LE(1, bytes.length - 6)), 'damaged'],
    ['a directory that points outside', broken((bytes) => bytes.writeUInt32LE(1 << 30, bytes.length - 6)), 'damaged'],
    [
      'packed in another way',
      broken((bytes) => bytes.writeUInt16LE(12, bytes.indexOf('PK\x01\x02') + 10)),
      'packed in a way',
    ],
    ['without files', zip({}), 'no column'],
    ['without details', zip({ 'b_summary.csv': summary }), 'no bill'],
    ['with the columns of another wallet', csv('支付宝交易号,商户订单号'), 'no column kind, time'],
    ['a day that no calendar has', bill.replace('2026-03-01 16', '2026-02-31 16'), 'Line 2: "time"'],
  ])('%s is refused by name', (_, file, message) => {
    expect(problemOf(file)).toContain(message)
  })

  test('more than is allowed is not unpacked, however small it was packed', () => {
    const large = zip({ 'b.csv': bill + ' '.repeat(1024 * 1024) })
    expect(large.length).toBeLessThan(4096)
    expect(problemOf(large, { maxBytes: 64 * 1024 })).toContain('more than is allowed')
    // One that says it is small, and is not.
    const liar = Buffer.from(large)
    liar.writeUInt32LE(100, liar.indexOf('PK\x01\x02') + 24)
    expect(problemOf(liar, { maxBytes: 64 * 1024 })).toContain('damaged, or was not received whole')
  })
})

/** A zip archive, written here and nowhere else, so that the reader is judged by another hand. */
function zip(files: Record<string, string>, { store = false } = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content)
    const packed = store ? bytes : deflateRawSync(bytes)
    const about = Buffer.alloc(26)
    about.writeUInt16LE(20, 0)
    about.writeUInt16LE(store ? 0 : 8, 4)
    about.writeUInt32LE(crc32(bytes), 10)
    about.writeUInt32LE(packed.length, 14)
    about.writeUInt32LE(bytes.length, 18)
    about.writeUInt16LE(name.length, 22)
    const at = Buffer.alloc(14)
    at.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), about, at, Buffer.from(name))
    const local = [Buffer.from('PK\x03\x04'), about, Buffer.from(name), packed]
    parts.push(...local)
    offset += local.reduce((sum, part) => sum + part.length, 0)
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, ...directory, end])
}
