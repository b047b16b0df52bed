/** Comparing and exchanging lists: every difference is found once, files can be read back, and nobody's text is a formula. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guarded, readCells, unguarded, writeCells } from '../src/statement/cells.ts'
import { compare } from '../src/statement/compare.ts'
import { isoWithOffset, statementCsv, statementJson } from '../src/statement/csv.ts'
import { statementKinds, totalsOf } from '../src/statement/read.ts'
import { ListUnreadable, readList } from '../src/statement/read-list.ts'
import type { Difference, OtherRow, Statement, StatementKind, StatementRow } from '../src/statement/types.ts'

const at = new Date('2026-03-01T04:00:00.000Z')
const negative = (kind: StatementKind): boolean => kind === 'FEE' || kind === 'REFUND' || kind === 'PAY_OUT'

function row(number: number, kind: StatementKind, minor: bigint, about: Partial<StatementRow> = {}): StatementRow {
  return {
    kind,
    at,
    minor,
    id: `id-${number}`,
    tradeNo: `trade-${number}`,
    orderRequestId: `order-${number}`,
    requestId: null,
    title: null,
    ...about,
  }
}
function statementOf(rows: StatementRow[]): Statement {
  const moved = rows.reduce((sum, { minor }) => sum + minor, 0n)
  return {
    merchantId: '2088000100000001',
    day: '2026-03-01',
    timeZone: 'Asia/Shanghai',
    currency: 'CNY',
    opening: 0n,
    closing: moved,
    rows,
    totals: totalsOf(rows),
  }
}
const asOther = ({ kind, id, minor }: StatementRow): OtherRow => ({ kind, number: id, minor })

/** A statement of rows whose numbers are all different. */
const rows = fc
  .array(fc.tuple(fc.constantFrom(...statementKinds), fc.bigInt({ min: 1n, max: 10_000n })), { maxLength: 40 })
  .map((list) => list.map(([kind, minor], index) => row(index, kind, negative(kind) ? -minor : minor)))
const numbers = ['id', 'tradeNo', 'orderRequestId'] as const

describe('compare', () => {
  test('finds nothing between equal lists, whatever number names the rows and in whatever order', () => {
    fc.assert(
      fc.property(
        rows,
        fc.infiniteStream(fc.constantFrom(...numbers)),
        fc.infiniteStream(fc.nat()),
        (list, names, order) => {
          const others = list
            .map((each) => ({
              kind: each.kind,
              number: each[names.next().value as (typeof numbers)[number]]!,
              minor: each.minor,
            }))
            .map((other) => ({ other, place: order.next().value! }))
            .sort((a, b) => a.place - b.place)
            .map(({ other }) => other)
          expect(compare(statementOf(list), others)).toEqual([])
        },
      ),
    )
  })

  test('finds exactly the damage, each once: left out, changed, doubled, invented', () => {
    const damage = fc.constantFrom('NONE', 'NONE', 'LEFT_OUT', 'CHANGED', 'DOUBLED', 'DOUBLED_OTHERWISE')
    fc.assert(
      fc.property(
        rows,
        fc.infiniteStream(damage),
        fc.nat({ max: 5 }),
        fc.infiniteStream(fc.nat()),
        (list, damages, invented, order) => {
          const expected: Difference[] = []
          const others: OtherRow[] = []
          for (const each of list) {
            const other = asOther(each)
            const changed = { ...other, minor: other.minor + 1n }
            switch (damages.next().value) {
              case 'LEFT_OUT':
                expected.push({ kind: 'MISSING_THERE', row: each })
                break
              case 'CHANGED':
                others.push(changed)
                expected.push({ kind: 'AMOUNT_DIFFERS', row: each, other: changed })
                break
              case 'DOUBLED':
                others.push(other, other)
                expected.push({ kind: 'TWICE_THERE', row: each, others: [other, other] })
                break
              case 'DOUBLED_OTHERWISE':
                others.push(other, changed)
                expected.push({ kind: 'TWICE_THERE', row: each, others: [other, changed] })
                break
              default:
                others.push(other)
            }
          }
          for (let n = 0; n < invented; n++) {
            const other: OtherRow = { kind: 'PAYMENT', number: `invented-${n}`, minor: 5n }
            others.push(other)
            expected.push({ kind: 'MISSING_HERE', other })
          }
          const shuffled = others
            .map((other) => ({ other, place: order.next().value! }))
            .sort((a, b) => a.place - b.place)
            .map(({ other }) => other)
          expect(sorted(compare(statementOf(list), shuffled))).toEqual(sorted(expected))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('takes a kind for another thing: a fee is not the payment it belongs to', () => {
    const [payment, fee] = [row(1, 'PAYMENT', 100n), row(1, 'FEE', -1n)]
    expect(compare(statementOf([payment, fee]), [{ kind: 'PAYMENT', number: 'id-1', minor: 100n }])).toEqual([
      { kind: 'MISSING_THERE', row: fee },
    ])
  })

  describe('where several rows carry the number', () => {
    const first = row(1, 'REFUND', -100n, { tradeNo: 'trade', requestId: 'refund-1' })
    const second = row(2, 'REFUND', -200n, { tradeNo: 'trade', requestId: 'refund-2' })
    const refunds = statementOf([first, second])
    const line = (number: string, minor: bigint): OtherRow => ({ kind: 'REFUND', number, minor })

    test('lines find the row of their amount', () => {
      expect(compare(refunds, [line('trade', -200n), line('trade', -100n)])).toEqual([])
    })
    test('a line that can mean only one row is heard first', () => {
      expect(compare(refunds, [line('trade', -100n), line('refund-1', -100n)])).toEqual([
        { kind: 'AMOUNT_DIFFERS', row: second, other: line('trade', -100n) },
      ])
      const equal = statementOf([first, { ...second, minor: -100n }])
      expect(compare(equal, [line('trade', -100n), line('refund-1', -100n)])).toEqual([])
    })
    test('one line too many is one difference, at the row of its amount', () => {
      const lines = [line('trade', -100n), line('trade', -200n), line('trade', -200n)]
      expect(compare(refunds, lines)).toEqual([{ kind: 'TWICE_THERE', row: second, others: [lines[1], lines[2]] }])
    })
    test('one line too few is one difference', () => {
      expect(compare(refunds, [line('trade', -200n)])).toEqual([{ kind: 'MISSING_THERE', row: first }])
    })
  })

  test('nothing against nothing is nothing', () => {
    expect(compare(statementOf([]), [])).toEqual([])
  })
})

describe('a statement as a file', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('=1+1', '+x', '-x', '@x', "'=x", "''", '"', 'a,b', 'a\r\nb', '\tx', '＝x'),
  )
  const strange = fc.array(
    fc.record({
      kind: fc.constantFrom(...statementKinds),
      minor: fc.bigInt({ min: 1n, max: 10n ** 15n }),
      title: text,
      own: text,
    }),
    { maxLength: 20 },
  )
  const asStatement = (list: { kind: StatementKind; minor: bigint; title: string; own: string }[]): Statement =>
    statementOf(
      list.map(({ kind, minor, title, own }, index) =>
        row(index, kind, negative(kind) ? -minor : minor, { title, orderRequestId: own }),
      ),
    )

  test('can be read back, CSV and JSON, whatever the merchant wrote into titles and numbers', () => {
    fc.assert(
      fc.property(strange, (list) => {
        const statement = asStatement(list)
        for (const file of [statementCsv(statement), statementJson(statement)]) {
          expect(compare(statement, readList(file, 'CNY'))).toEqual([])
        }
      }),
    )
  })
  test('no cell of strangers begins as a formula', () => {
    fc.assert(
      fc.property(strange, (list) => {
        const [header, ...lines] = readCells(statementCsv(asStatement(list)))
        for (const { cells } of lines) {
          for (const [index, cell] of cells.entries()) {
            if (header!.cells[index] !== 'amount') expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/)
          }
        }
      }),
    )
  })
  test('is RFC 4180 with a header, decimal amounts, and times with the offset of the zone', () => {
    const payment = row(1, 'PAYMENT', 1250n, { title: 'Two "large" coffees, black' })
    expect(statementCsv(statementOf([payment, row(1, 'FEE', -8n)]))).toBe(
      'kind,time,amount,currency,id,tradeNo,orderRequestId,requestId,title\r\n' +
        'PAYMENT,2026-03-01T12:00:00.000+08:00,12.50,CNY,id-1,trade-1,order-1,,"Two ""large"" coffees, black"\r\n' +
        'FEE,2026-03-01T12:00:00.000+08:00,-0.08,CNY,id-1,trade-1,order-1,,\r\n',
    )
  })
  test('has balances and totals as JSON', () => {
    const read = JSON.parse(statementJson(statementOf([row(1, 'PAYMENT', 1250n), row(1, 'FEE', -8n)]))) as unknown
    expect(read).toMatchObject({
      day: '2026-03-01',
      opening: '0.00',
      closing: '12.42',
      totals: {
        PAYMENT: { count: 1, amount: '12.50' },
        FEE: { count: 1, amount: '-0.08' },
        PAY_OUT: { count: 0, amount: '0.00' },
      },
      rows: [{ kind: 'PAYMENT', amount: '12.50', requestId: null }, { kind: 'FEE' }],
    })
  })
  test.each([
    ['2026-03-29T00:59:59.999Z', 'Europe/Berlin', '2026-03-29T01:59:59.999+01:00'],
    ['2026-03-29T01:00:00.000Z', 'Europe/Berlin', '2026-03-29T03:00:00.000+02:00'],
    ['2026-11-01T05:30:00.000Z', 'America/New_York', '2026-11-01T01:30:00.000-04:00'],
    ['2026-11-01T06:30:00.000Z', 'America/New_York', '2026-11-01T01:30:00.000-05:00'],
    ['2026-03-01T00:00:00.000Z', 'UTC', '2026-03-01T00:00:00.000+00:00'],
    ['2026-03-01T00:00:00.000Z', 'Asia/Kathmandu', '2026-03-01T05:45:00.000+05:45'],
    ['2026-03-01T00:00:00.000Z', 'America/St_Johns', '2026-02-28T20:30:00.000-03:30'],
  ])('%s in %s is %s', (moment, timeZone, expected) => {
    expect(isoWithOffset(new Date(moment), timeZone)).toBe(expected)
  })
  test('cells come back as they were, and the guard comes off again', () => {
    fc.assert(
      fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 5 }), { maxLength: 10 }), (records) => {
        expect(readCells(writeCells(records)).map(({ cells }) => cells)).toEqual(records)
        for (const cell of records.flat()) expect(unguarded(guarded(cell))).toBe(cell)
      }),
    )
  })
})

describe('somebody else’s list', () => {
  test('may be CSV with a mark of its encoding, either line end, empty lines, other columns, and spaces', () => {
    const text = '\ufeffnumber , kind,amount,remark\n\n abc ,PAYMENT, 12.5 ,"a\nb"\r\n"x,y",FEE,-0.08,\n'
    expect(readList(text, 'CNY')).toEqual([
      { kind: 'PAYMENT', number: 'abc', minor: 1250n },
      { kind: 'FEE', number: 'x,y', minor: -8n },
    ])
  })
  test('may be JSON: an array, or an object with rows', () => {
    const line = { kind: 'REFUND', requestId: 'r-1', amount: '-1.00', currency: 'CNY' }
    const expected = [{ kind: 'REFUND', number: 'r-1', minor: -100n }]
    expect(readList(JSON.stringify([line]), 'CNY')).toEqual(expected)
    expect(readList(JSON.stringify({ rows: [line] }), 'CNY')).toEqual(expected)
  })
  test('may be empty but for its header', () => {
    expect(readList('kind,number,amount\n', 'CNY')).toEqual([])
    expect(readList('[]', 'CNY')).toEqual([])
  })

  test.each([
    ['', 'is empty'],
    ['a,b\n1,2\n', 'no column kind, amount, number or id'],
    ['kind,amount\nPAYMENT,1\n', 'no column number or id'],
    ['kind,number,amount\nPAYMENT,"a,1.00\n', 'Line 2 has a quote'],
    ['kind,number,amount\nPAYMENT,a"b,1.00\n', 'Line 2 has a quote'],
    ['kind,number,amount\nSALE,a,1.00\n', 'line 2: "kind" is "SALE"'],
    ['kind,number,amount\nPAYMENT,,1.00\n', 'line 2: it has no number'],
    ['kind,number,amount\nPAYMENT,a,1,00\n'.replace('1,00', '1.001'), 'line 2: CNY has 2 decimals'],
    ['kind,number,amount\nPAYMENT,a,"1,000.00"\n', 'line 2: An amount is a decimal number'],
    ['kind,number,amount\nPAYMENT,a,1e3\n', 'line 2: An amount'],
    ['kind,number,amount\nPAYMENT,a,\n', 'line 2: An amount'],
    ['kind,number,amount\nPAYMENT,a,--1\n', 'line 2: An amount'],
    ['kind,number,amount\nPAYMENT,a\n', 'line 2: An amount'],
    ['kind,number,amount\nPAYMENT,a,-1.00\n', 'line 2: "amount" is "-1.00": a PAYMENT is positive'],
    ['kind,number,amount\nREFUND,a,1.00\n', 'line 2: "amount" is "1.00": a REFUND is negative'],
    ['kind,number,amount,currency\nPAYMENT,a,1.00,USD\n', 'line 2: "currency" is "USD": expected CNY'],
    ['kind,number,amount\n"PAYMENT\n",a,1.00\nX,b,1\n', 'line 4: "kind" is "X"'],
    ['{', 'is not JSON'],
    ['{"rows": 5}', 'none named "rows"'],
    ['[5]', 'rows[0]: "kind" is ""'],
    ['[{"kind":"PAYMENT","number":"a","amount":12.5}]', 'rows[0]: An amount'],
    ['[{"kind":"PAYMENT","number":5,"amount":"1"}]', 'rows[0]: it has no number'],
  ])('is refused with its line when it is %j', (text, words) => {
    expect(() => readList(text, 'CNY')).toThrow(ListUnreadable)
    expect(() => readList(text, 'CNY')).toThrow(words)
  })
  test('names every line that is wrong, but not without end', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `SALE,${index},1`)
    const problem = (): unknown => readList(['kind,number,amount', ...lines].join('\n'), 'CNY')
    expect(problem).toThrow('line 21:')
    expect(problem).not.toThrow('line 22:')
    expect(problem).toThrow('and 10 more')
  })
})

/** As texts, in an order of their own, because both lists were shuffled. */
const sorted = (differences: Difference[]): string[] => {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
  return differences
    .map((each) => text(each.kind === 'TWICE_THERE' ? { ...each, others: each.others.map(text).sort() } : each))
    .sort()
}
