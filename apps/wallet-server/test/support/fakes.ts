/**
 * What stands in for the world outside of the server in tests: a clock that is moved by hand, chance that repeats itself,
 * a merchant that answers as it is told, and a record that is kept. Small and few.
 */
import type { TimelineEntry } from '@tradepay/contract'
import type { NotificationFamily } from '../../src/notification/types.ts'
import type { Clock, OutgoingAnswer, OutgoingRequest, Random, Recorder, Transport } from '../../src/ports.ts'

/** Stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number
  constructor(start = '2026-03-01T04:00:00.000Z') {
    this.#now = new Date(start).getTime()
  }
  now(): Date {
    return new Date(this.#now)
  }
  advance(by: { milliseconds?: number; seconds?: number; minutes?: number; hours?: number }): void {
    const seconds = (by.seconds ?? 0) + 60 * (by.minutes ?? 0) + 3600 * (by.hours ?? 0)
    this.#now += seconds * 1000 + (by.milliseconds ?? 0)
  }
  set(time: string | Date): void {
    this.#now = new Date(time).getTime()
  }
}

/** The same numbers for the same seed (mulberry32). For tests only: it can be predicted. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return {
    digits: (count) => Array.from({ length: count }, () => String(next() % 10)).join(''),
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => next() & 255)),
  }
}

/** Keeps what was recorded. */
export class MemoryRecorder implements Recorder {
  readonly entries: { tradeNo: string | null; entry: TimelineEntry }[] = []
  record(tradeNo: string | null, entry: TimelineEntry): void {
    this.entries.push({ tradeNo, entry })
  }
  /** The entries of one order, perhaps of one step. */
  of(tradeNo: string, step?: number): TimelineEntry[] {
    return this.entries
      .filter((kept) => kept.tradeNo === tradeNo && (step === undefined || kept.entry.step === step))
      .map((kept) => kept.entry)
  }
}

/** What a fake stranger does with a request: an answer, or a TransportError thrown. May take as long as it likes. */
export type FakeHost = (request: OutgoingRequest) => OutgoingAnswer | Promise<OutgoingAnswer>

/** Strangers by their origin; unknown ones acknowledge. Keeps every request. */
export class FakeTransport implements Transport {
  readonly requests: OutgoingRequest[] = []
  readonly #hosts = new Map<string, FakeHost>()
  /** Most requests that were on their way at once, by URL. */
  readonly mostAtOnce = new Map<string, number>()
  readonly #atOnce = new Map<string, number>()

  /** Says how an origin ("https://shop.example") answers from now on. */
  on(origin: string, host: FakeHost): void {
    this.#hosts.set(origin, host)
  }
  async send(request: OutgoingRequest): Promise<OutgoingAnswer> {
    this.requests.push(request)
    const now = (this.#atOnce.get(request.url) ?? 0) + 1
    this.#atOnce.set(request.url, now)
    this.mostAtOnce.set(request.url, Math.max(now, this.mostAtOnce.get(request.url) ?? 0))
    try {
      const host = this.#hosts.get(new URL(request.url).origin) ?? (() => acknowledgement)
      return await host(request)
    } finally {
      this.#atOnce.set(request.url, (this.#atOnce.get(request.url) ?? 1) - 1)
    }
  }
  /** The requests sent to an origin. */
  to(origin: string): OutgoingRequest[] {
    return this.requests.filter((request) => new URL(request.url).origin === origin)
  }
}

/** What {@link plainFamily} takes for an acknowledgement. */
export const acknowledgement: OutgoingAnswer = {
  status: 200,
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from('success'),
}

/** An answer that is none. */
export const refusal: OutgoingAnswer = { status: 500, headers: {}, body: Buffer.from('no') }

/** A family without a protocol: the event as JSON, unsigned, acknowledged by the word "success". */
export const plainFamily: NotificationFamily = {
  render: async (notification, now) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ id: notification.notificationId, at: now, event: notification.event })),
    signature: {
      stringToSign: '',
      signature: '',
      algorithm: 'none',
      keyVersion: null,
      signedBy: 'WALLET',
      verified: null,
    },
  }),
  judge: async (answer) =>
    answer.body.toString() === 'success'
      ? { accepted: true }
      : { accepted: false, reason: `${answer.status}, and the body is not "success"` },
}
