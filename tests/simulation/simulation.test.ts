/**
 * Two hundred seeds of the simulation, and what it stands on: the same seed is the same story, and a failing one is told in
 * as few steps as possible. `npm run simulate -- --seeds N` plays more.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { expected, SEEDS_FOR_EVERYTHING } from './expected.ts'
import { play } from './play.ts'
import { shrink } from './shrink.ts'
import { simulate, tellFailure } from './simulate.ts'
import { describe as inWords, planSteps, type Step } from './steps.ts'
import { Tally } from './tally.ts'
import { World } from './world.ts'

/** A seed takes less than half a second on an idle core; a busy machine may need many times that. */
const TIME_MS = 20 * 60_000

describe('the wallet, simulated', () => {
  const tally = new Tally()
  let world: World

  beforeAll(async () => {
    world = await World.open(inject('postgresUrl'))
  }, TIME_MS)
  afterAll(() => world?.close())

  test(
    `keeps every promise about money in ${SEEDS_FOR_EVERYTHING} seeds of users, merchants, a bank, time, crashes and lost messages`,
    async () => {
      for (let seed = 1; seed <= SEEDS_FOR_EVERYTHING; seed++) {
        const failed = await simulate(world, seed, tally)
        if (failed) expect.fail(tellFailure(failed))
      }
    },
    TIME_MS,
  )

  const meddlings: [string, string, RegExp][] = [
    [
      'a unit of money taken from an account',
      `update accounts set credits_posted = credits_posted - 1 where id like 'users:%' and credits_posted > debits_posted`,
      /^balance of Mei: expected/,
    ],
    [
      'an order that was paid by nobody',
      `update orders set state = 'PAID', paid_at = created_at, payer_id = client_id, payment_id = trade_no, sequence = 2
        where state = 'CREATED'`,
      /^(order|event) .* expected/,
    ],
    ['a notification that is gone', 'delete from notifications', /^event .*: expected .*; found nothing$/],
    [
      'a refund that nobody asked for',
      `update orders set refunded = 1 where state = 'PAID' and refunded = 0`,
      /^order .*, refunded 0, .*; found .*, refunded 1,/,
    ],
    [
      'an answer of the bank that the bank never gave',
      `update fundings set state = 'FAILED', failure = 'REFUSED', finished_at = created_at, due_at = null
        where state = 'PROCESSING'`,
      /expected .*PROCESSING.*; found|expected .*; found|but the bank has done/,
    ],
  ]
  test.each(meddlings)(
    'finds %s at the step where it happens',
    async (_what, statement, told) => {
      const steps = planSteps(1, 40)
      let meddledAt: number | null = null
      const failure = await play(world, 1, steps, new Tally(), async (step) => {
        if (meddledAt !== null) return
        const { rowCount } = await world.admin.query(statement)
        if (rowCount) meddledAt = step.number
      })
      expect(meddledAt).not.toBeNull()
      expect(failure?.played).toBe(steps.findIndex(({ number }) => number === meddledAt) + 1)
      expect(failure?.problem.join('\n')).toMatch(new RegExp(told, 'm'))
    },
    TIME_MS,
  )

  test(
    'can be played again, as making a failing seed shorter does',
    async () => {
      // Whose bank account is unlinked on the way has another one at the end.
      const unlinks = (seed: number): boolean =>
        planSteps(seed, 40).some(({ calls }) => calls.some(({ call }) => call.do === 'link' && !call.linked))
      const seed = Array.from({ length: 100 }, (_, index) => index + 1).find(unlinks)!
      for (let again = 0; again < 3; again++)
        expect(await play(world, seed, planSteps(seed, 40), new Tally())).toBeNull()
    },
    TIME_MS,
  )

  test('meets every call, answer, fault and habit that is expected', () => {
    expect(tally.missing(expected)).toEqual([])
  })
})

describe('a seed', () => {
  test('is the same steps every time, and another one is other steps', () => {
    expect(planSteps(7, 40)).toEqual(planSteps(7, 40))
    expect(planSteps(8, 40)).not.toEqual(planSteps(7, 40))
  })

  test('begins with the same steps when it is made longer', () => {
    expect(planSteps(7, 60).slice(0, 40)).toEqual(planSteps(7, 40))
  })

  test('that fails is told in the steps that it needs', async () => {
    const steps = planSteps(3, 40)
    const needed = [steps[4]!, steps[20]!, steps[33]!].map(({ number }) => number)
    let played = 0
    const fails = async (some: Step[]): Promise<boolean> => {
      played++
      return needed.every((number) => some.some((step) => step.number === number))
    }
    const minimal = await shrink(steps, fails, Number.POSITIVE_INFINITY)
    expect(minimal.map(({ number }) => number)).toEqual(needed)
    expect(played).toBeLessThan(120)
  })

  test('that fails by one of several calls at the same instant is told by that call alone, without what broke beside it', async () => {
    const call = { call: { do: 'ask' }, server: 0 } as const
    const other = { call: { do: 'deliver' }, server: 1 } as const
    const step: Step = {
      number: 1,
      clock: 0,
      calls: [other, call, other],
      fault: { server: 0, how: 'CRASH', at: 1 },
      slowMerchants: false,
    }
    const minimal = await shrink(
      [step],
      async (some) => some.some(({ calls }) => calls.some((one) => one.call.do === 'ask')),
      Number.POSITIVE_INFINITY,
    )
    expect(minimal.map(inWords)).toEqual(['  1. ask @0'])
  })
})
