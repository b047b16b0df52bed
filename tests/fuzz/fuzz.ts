/**
 * Fuzzing: so many calls, one after the other, at a real server on a real database, each judged by the description of what it
 * calls; and at the end whether the server still answers and every promise about money still holds.
 */
import { verify } from '@tradepay/wallet-server'
import { Dice, hash } from '../simulation/dice.ts'
import { makeCall, type Call } from './calls.ts'
import { judge } from './judge.ts'
import { asCurl, Wire, type Answer } from './message.ts'
import { World } from './world.ts'

export interface Options {
  calls: number
  seed: number
}

export interface Finding {
  seed: number
  /** Which of the calls, counted from 0. */
  at: number
  complaints: string[]
  /** A command that sends the same bytes. */
  replay: string
}

export interface Report {
  calls: number
  /** Calls that got past the verification of their signature. */
  verified: number
  findings: Finding[]
  /** Rows of `verify`; empty when every promise about money holds. */
  violations: string[]
  /** How often each code was answered. */
  codes: Record<string, number>
}

/** A user acts after so many calls. */
const USER_ACTS_EVERY = 7
/** More findings than these are not worth reading. */
const FINDINGS_MAX = 20

/** The call of a place in a seed. The same world makes the same call. */
export const callAt = (world: World, seed: number, at: number): Promise<Call> =>
  makeCall(world, new Dice(hash('fuzz', seed, at)))

/** Makes a world and fuzzes it. @param clusterUrl a superuser's */
export async function fuzz(clusterUrl: string, { calls, seed }: Options): Promise<Report> {
  const world = await World.open(clusterUrl, seed)
  const wire = new Wire(world.port)
  const report: Report = { calls: 0, verified: 0, findings: [], violations: [], codes: {} }
  try {
    for (let at = 0; at < calls && report.findings.length < FINDINGS_MAX; at++) {
      if (at % USER_ACTS_EVERY === 0) await world.userActs(new Dice(hash('user', seed, at)))
      world.tick()
      const call = await callAt(world, seed, at)
      const answer = await wire.send(call, call.isSound)
      const { complaints, code } = await judge(call, answer, world)
      report.calls++
      report.codes[code] = (report.codes[code] ?? 0) + 1
      if (call.isSigned && complaints.length === 0) report.verified++
      if (complaints.length > 0) {
        report.findings.push({ seed, at, complaints, replay: asCurl(call, 'http://127.0.0.1:PORT') })
      }
      learnFrom(answer, world)
    }
    if (!(await stillAnswers(world, wire))) {
      report.findings.push({ seed, at: calls, complaints: ['the server answers no more'], replay: '' })
    }
    const { violations } = await verify(world.admin, { now: world.now() })
    report.violations = violations.map((violation) => JSON.stringify(violation, bigintsAsText))
    return report
  } finally {
    wire.close()
    await world.close()
  }
}

const bigintsAsText = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** Whatever an answer tells may be asked for later. */
function learnFrom(answer: Answer | null | 'NOTHING', world: World): void {
  if (answer === null || answer === 'NOTHING') return
  let body: unknown
  try {
    body = JSON.parse(answer.body.toString())
  } catch {
    return
  }
  for (const part of [body, ...Object.values(body ?? {})]) {
    if (part === null || typeof part !== 'object') continue
    for (const [name, value] of Object.entries(part)) if (worthKnowing.has(name)) world.learn(name, value)
  }
}
const worthKnowing = new Set([
  ...['paymentId', 'paymentRequestId', 'refundId', 'refundRequestId', 'accessToken', 'refreshToken'],
  ...['trade_no', 'out_trade_no', 'out_request_no', 'access_token', 'refresh_token'],
])

async function stillAnswers(world: World, wire: Wire): Promise<boolean> {
  const headers: [string, string][] = [['Host', '127.0.0.1']]
  const message = { method: 'GET', target: '/docs/superapp.json', headers, body: Buffer.alloc(0) }
  const answer = await wire.send(message, true)
  const { rows } = await world.admin.query<{ one: number }>('select 1 as one')
  return answer !== null && answer !== 'NOTHING' && answer.status === 200 && rows.length === 1
}
