/** The flow page reads a timeline: what it shows of each step. */
import type { TimelineEntry } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import { columns, firstStepToShow, formatDuration, readFlow } from '../flow-page/flow.ts'

const entry = (step: number, ms: number, ok = true): TimelineEntry => ({
  step,
  at: new Date(Date.UTC(2026, 0, 1) + ms).toISOString(),
  ok,
  note: `step ${step}`,
})

describe('reading a timeline', () => {
  it('without entries waits for all 19 steps', () => {
    const flow = readFlow([])
    expect(flow.steps.map((step) => step.state)).toEqual(Array(19).fill('WAITING'))
    expect([flow.done, flow.startedAt, flow.totalMs]).toEqual([0, null, null])
  })

  it('a step that was passed over is not seen, one that lies ahead is waited for', () => {
    const flow = readFlow([entry(4, 0), entry(7, 12)])
    expect(flow.steps[0]!.state).toBe('NOT_SEEN')
    expect(flow.steps[4]!.state).toBe('NOT_SEEN')
    expect(flow.steps[7]!.state).toBe('WAITING')
    expect(flow.done).toBe(2)
    expect(flow.totalMs).toBe(12)
  })

  it('a refused try beside a good one is done, and both stay to be looked at', () => {
    const flow = readFlow([entry(14, 5), entry(14, 1, false)])
    expect(flow.steps[13]!.state).toBe('DONE')
    expect(flow.steps[13]!.entries.map((each) => each.ok)).toEqual([false, true])
  })

  it('a step of which no try went well is failed', () => {
    expect(readFlow([entry(18, 0, false), entry(18, 9, false)]).steps[17]!.state).toBe('FAILED')
  })

  describe('by bank', () => {
    const money = (ms: number, ok: boolean, facts: Record<string, string>): TimelineEntry => ({
      ...entry(15, ms, ok),
      facts,
    })
    const reserved = money(10, true, { outcome: 'PROCESSING' })
    const asked = money(20, true, { question: 'ASK', answer: 'PROCESSING' })
    const paid = money(9000, true, { outcome: 'PAID' })
    const read = (...entries: TimelineEntry[]) => {
      const flow = readFlow([entry(14, 0), ...entries, entry(16, 12)])
      return { ...flow, money: flow.steps[14]! }
    }

    it('money that is reserved has not moved: the step is under way, and the page says so', () => {
      const flow = read(reserved, asked)
      expect(flow.money.state).toBe('WORKING')
      expect(flow.aside).toContain('has not answered yet')
      expect(flow.done).toBe(2)
    })

    it('the bank saying yes is not yet the money, the wallet moving it is', () => {
      const yes = money(8000, true, { question: 'INQUIRE', answer: 'SUCCEEDED' })
      expect(read(reserved, asked, yes).money.state).toBe('WORKING')
      const done = read(reserved, asked, yes, paid)
      expect([done.money.state, done.money.afterMs, done.aside]).toEqual(['DONE', 9000, null])
    })

    it('a refused payment that is paid otherwise is done', () => {
      const refused = money(50, false, { outcome: 'REFUSED' })
      expect(read(reserved, refused).money.state).toBe('FAILED')
      expect(read(reserved, refused, paid).money.state).toBe('DONE')
    })

    it('an order that was closed is not paid, and late money is followed on its way back', () => {
      const closed = money(100, true, { outcome: 'CLOSED' })
      expect(read(closed)).toMatchObject({ money: { state: 'FAILED' }, aside: expect.stringContaining('was closed') })
      const late = money(200, false, { outcome: 'LATE' })
      expect(read(reserved, closed, late).aside).toContain('on its way back')
      expect(read(reserved, closed, late, money(300, false, { outcome: 'RETURNED' })).aside).toContain('is back')
    })

    it('refunds stand beside the steps, each with its own state, and do not prolong the flow', () => {
      const of = (refundId: string, ms: number, facts: Record<string, string>): TimelineEntry =>
        money(ms, facts['outcome'] !== 'FAILED', { refundId, amount: '1.00 CNY', ...facts })
      const flow = read(
        paid,
        of('r1', 86_400_000, { outcome: 'SUCCEEDED' }),
        of('r2', 86_500_000, { outcome: 'PROCESSING' }),
        of('r2', 86_500_100, { question: 'ASK', answer: 'PROCESSING' }),
        of('r3', 86_600_000, { outcome: 'PROCESSING' }),
        of('r3', 86_600_100, { outcome: 'FAILED' }),
      )
      expect(flow.refunds.map(({ refundId, state, entries }) => [refundId, state, entries.length])).toEqual([
        ['r1', 'SUCCEEDED', 1],
        ['r2', 'PROCESSING', 2],
        ['r3', 'FAILED', 2],
      ])
      expect(flow.money.entries).toHaveLength(1)
      expect(flow.totalMs).toBe(9000)
    })
  })

  it('draws every step between the lines of its parties, the user beside the party it touches', () => {
    const flow = readFlow([])
    for (const step of flow.steps) {
      expect(step.from).toBeGreaterThanOrEqual(0)
      expect(step.to).toBeLessThan(columns.length)
    }
    expect(flow.steps.filter((step) => step.user === 'ACTS').map((step) => step.step)).toEqual([1, 13])
    expect(flow.steps.filter((step) => step.user === 'SEES').map((step) => step.step)).toEqual([12, 19])
  })

  it.each([
    [850, '850 ms'],
    [12_345, '12.3 s'],
    [119_000, '119.0 s'],
    [1_011_900, '17 min'],
  ])('%i ms reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it('opens with the signed call when there is one', () => {
    expect(firstStepToShow(readFlow([entry(4, 0)]))).toBe(4)
    expect(firstStepToShow(readFlow([entry(1, 0)]))).toBe(1)
  })
})
