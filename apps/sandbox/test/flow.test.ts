/** The flow page reads a timeline: what it shows of each step. */
import type { TimelineEntry } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import { columns, firstStepToShow, readFlow } from '../flow-page/flow.ts'

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

  it('draws every step between the lines of its parties, the user beside the party it touches', () => {
    const flow = readFlow([])
    for (const step of flow.steps) {
      expect(step.from).toBeGreaterThanOrEqual(0)
      expect(step.to).toBeLessThan(columns.length)
    }
    expect(flow.steps.filter((step) => step.user === 'ACTS').map((step) => step.step)).toEqual([1, 13])
    expect(flow.steps.filter((step) => step.user === 'SEES').map((step) => step.step)).toEqual([12, 19])
  })

  it('opens with the signed call when there is one', () => {
    expect(firstStepToShow(readFlow([entry(4, 0)]))).toBe(4)
    expect(firstStepToShow(readFlow([entry(1, 0)]))).toBe(1)
  })
})
