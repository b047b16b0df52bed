/**
 * The merchants' servers: they receive notifications through the wallet's transport port and acknowledge, refuse, lose, or
 * keep silent. What arrived is kept, so that each event can be held against what really happened.
 */
import {
  TransportError,
  type Notification,
  type NotificationFamily,
  type OutgoingAnswer,
  type OutgoingRequest,
  type Transport,
} from '@tradepay/wallet-server'
import { hash } from './dice.ts'
import type { Tally } from './tally.ts'

/** What a notification says, as it arrived. */
export interface Received {
  notificationId: string
  url: string
  subjectId: string
  sequence: number
  event: Record<string, unknown>
  acknowledged: boolean
}

const habits = ['acknowledges', 'refuses', 'never gets it', 'answer is lost', 'acknowledges twice'] as const

export class Receivers implements Transport {
  readonly #seed: number
  readonly #tally: Tally
  readonly #attempts = new Map<string, number>()
  readonly inbox: Received[] = []
  healed = false
  /** While it is set, everybody waits for it before they answer. */
  silence: Promise<void> | null = null
  /** How many are silent. */
  silent = 0

  constructor(seed: number, tally: Tally) {
    this.#seed = seed
    this.#tally = tally
  }

  async send(request: OutgoingRequest): Promise<OutgoingAnswer> {
    const attempt = (this.#attempts.get(request.url) ?? 0) + 1
    this.#attempts.set(request.url, attempt)
    const habit = this.healed ? 'acknowledges' : (habits[hash(this.#seed, request.url, attempt) % 8] ?? 'acknowledges')
    this.#tally.count('merchant', habit)
    if (this.silence) {
      this.silent++
      await this.silence.finally(() => this.silent--)
    }
    if (habit === 'never gets it') throw new TransportError('UNREACHABLE', 'Nobody listens there.')
    const { notificationId, subjectId, sequence, event } = JSON.parse(String(request.body)) as Received
    const acknowledged = habit !== 'refuses'
    this.inbox.push({ notificationId, url: request.url, subjectId, sequence, event, acknowledged })
    if (habit === 'answer is lost') throw new TransportError('TIMED_OUT', 'No answer in time.')
    return { status: acknowledged ? 200 : 500, headers: {}, body: Buffer.from(acknowledged ? 'success' : 'no') }
  }
}

/** Every habit, for the report of what occurred. */
export const receiverHabits: readonly string[] = habits

/** How the wallet speaks to them: the event and what it belongs to, as JSON. Doors and their signatures are tested elsewhere. */
export const plainWords: NotificationFamily = {
  render: async ({ notificationId, subjectId, sequence, event }: Notification) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ notificationId, subjectId, sequence, event })),
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
    answer.status === 200 ? { accepted: true } : { accepted: false, reason: `answered with ${answer.status}` },
}
