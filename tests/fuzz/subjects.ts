/**
 * What is fuzzed: the merchant doors of a wallet server, or the doors of a sandbox and of its wallet app. Each says what is called at a place, what
 * happens between the calls, and what an answer must be.
 */
import { verify } from '@tradepay/wallet-server'
import { compareWithBank } from '@tradepay/sandbox'
import type pg from 'pg'
import { Dice, hash } from '../simulation/dice.ts'
import { makeCall, type Call } from './calls.ts'
import { judge, type Judgement } from './judge.ts'
import { judgeJson } from './json-judge.ts'
import type { Received } from './message.ts'
import { sandboxCall, worldEnds } from './sandbox-plan.ts'
import { SandboxWorld } from './sandbox-world.ts'
import { World } from './world.ts'

export interface Subject {
  port: number
  /** For looking. */
  admin: pg.Pool
  /** What happens before the call of a place. */
  before(seed: number, at: number): Promise<void>
  /** The call of a place in a seed. The same world makes the same call. */
  callAt(seed: number, at: number): Promise<Call>
  judge(call: Call, received: Received): Promise<Judgement>
  /** Whatever an answer tells may be asked for later. */
  learn(name: string, value: unknown): void
  /** Names of what is worth knowing. */
  worthKnowing: ReadonlySet<string>
  /** What happens after the call of a place. */
  after(call: Call): Promise<void>
  /** What is broken at the end, a line each. */
  violations(): Promise<string[]>
  close(): Promise<void>
}

export const subjects = { merchant, sandbox } as const
export type SubjectName = keyof typeof subjects

/** A user acts after so many calls. */
const USER_ACTS_EVERY = 7
/** Things go on in a sandbox after so many calls. */
const GOES_ON_EVERY = 5

/** The call of a place in a seed. The same world makes the same call. */
export const merchantCall = (world: World, seed: number, at: number): Promise<Call> =>
  makeCall(world, new Dice(hash('fuzz', seed, at)))

async function merchant(clusterUrl: string, seed: number, port?: number): Promise<Subject> {
  const world = await World.open(clusterUrl, seed, port)
  return {
    port: world.port,
    admin: world.admin,
    async before(seed, at) {
      if (at % USER_ACTS_EVERY === 0) await world.userActs(new Dice(hash('user', seed, at)))
      world.tick()
    },
    callAt: (seed, at) => merchantCall(world, seed, at),
    judge: (call, received) => judge(call, received, world),
    learn: (name, value) => world.learn(name, value),
    worthKnowing: new Set([
      ...['paymentId', 'paymentRequestId', 'refundId', 'refundRequestId', 'accessToken', 'refreshToken'],
      ...['trade_no', 'out_trade_no', 'out_request_no', 'access_token', 'refresh_token'],
    ]),
    after: async () => undefined,
    violations: async () => inLines((await verify(world.admin, { now: world.now() })).violations),
    close: () => world.close(),
  }
}

async function sandbox(clusterUrl: string, _seed: number, port?: number): Promise<Subject> {
  const world = await SandboxWorld.open(clusterUrl, port)
  return {
    port: world.port,
    admin: world.admin,
    async before(seed, at) {
      if (at % GOES_ON_EVERY === 0) await world.goesOn(new Dice(hash('world', seed, at)))
    },
    callAt: async (seed, at) => sandboxCall(world, seed, at),
    judge: async (call, received) => judgeJson(call, received, world),
    learn: (name, value) => world.memory.learn(name, typeof value === 'number' ? String(value) : value),
    worthKnowing: new Set([
      ...['tradeNo', 'userId', 'appId', 'merchantId', 'notificationId', 'keyVersion', 'next', 'requestId', 'notifyUrl'],
      ...['id', 'bankAccountId', 'topUpId'],
    ]),
    after: (call) => worldEnds(world, call),
    async violations() {
      const { violations } = await verify(world.admin, { now: world.now() })
      const comparison = await compareWithBank(world.admin)
      return inLines([...violations, ...(comparison?.differences ?? []), ...(await world.sandbox.bank.verify())])
    },
    close: () => world.close(),
  }
}

const inLines = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row, bigintsAsText))
const bigintsAsText = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
