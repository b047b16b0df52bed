/**
 * Which call of a sandbox comes when, at its own doors and at those of the wallet app. Some calls change the world for all that come after them, so each world of so many calls
 * has an order: first everything that leaves the clock and the world alone; then the clock, which may go years ahead (orders
 * and sessions end, what waits comes due, and it goes no further back); then everything again in that far future; and last
 * the reset, which makes the next world. Nothing that a sandbox can be asked stops it.
 */
import { sandboxPaths, walletPaths } from '@tradepay/contract'
import { Dice, hash } from '../simulation/dice.ts'
import { callables, type Callable } from './apis.ts'
import type { Call } from './calls.ts'
import { makeJsonCall } from './json-calls.ts'
import type { SandboxWorld } from './sandbox-world.ts'
import { signedSamples } from './signed-samples.ts'

/** Calls of one world. */
export const WORLD_CALLS = 80
/** Where in a world the clock begins to move, and where it stops. */
const CLOCK_FROM = 50
const CLOCK_TO = 56

const { sandbox, cashier, wallet } = callables
const named = (name: string): Callable => sandbox.find(({ operation }) => operation.operationId === name)!
const reset = named('reset')
const clock = [named('moveClock'), named('readClock'), named('moveClock')]
/** Making a pair of keys takes tenths of a second: these come less often. */
const slow = new Set(['createApp', 'addKey'])
const ordinary = [...sandbox, ...cashier, ...wallet]
  .filter((callable) => callable !== reset && callable !== named('moveClock'))
  .flatMap((callable) => (slow.has(callable.operation.operationId) ? [callable] : [callable, callable, callable]))

/** What is called at a place. */
export function callableAt(at: number, dice: Dice): Callable {
  const place = at % WORLD_CALLS
  if (place === WORLD_CALLS - 1) return reset
  return dice.pick(place >= CLOCK_FROM && place < CLOCK_TO ? clock : ordinary)
}

/** The call of a place in a seed, but for the numbers and times that the sandbox has given out. */
export async function sandboxCall(world: SandboxWorld, seed: number, at: number): Promise<Call> {
  const dice = new Dice(hash('sandbox', seed, at))
  const callable = callableAt(at, dice)
  const samples = await signedSamples()
  return makeJsonCall(
    {
      session: world.session,
      known: (name) => world.memory.known(name),
      samplesOf: ({ path }) => (path === sandboxPaths.explain ? samples : []),
    },
    dice,
    callable,
  )
}

/** After a reset there is a new world; after a move of the clock or a sign-out whoever was signed in may be so no more. */
export async function worldEnds(world: SandboxWorld, { callable }: Call): Promise<void> {
  if (callable === reset) await world.beginAnew()
  else if (callable && signsOut.has(callable.path)) await world.signIn()
}
const signsOut = new Set<string>([sandboxPaths.clock, walletPaths.session])
