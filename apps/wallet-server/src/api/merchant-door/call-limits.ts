/**
 * How often a merchant's client may call, over all merchant doors of one server, and how many calls that were not
 * verified are answered in full.
 *
 * A client's share is counted after its signature has verified, so nobody else can use it up. Failures are counted by the
 * address they come from and the client they name: beyond their share the answer is a bare refusal, without the wallet's
 * signature (which costs thirty times what verifying costs) and without an explanation. A right signature is taken however
 * many wrong ones came before it.
 */
import { WalletError } from '@tradepay/contract'
import type { Deps } from '../../build-server.ts'
import { createTokenBuckets, type Rate } from './token-buckets.ts'

/** Failed calls of one address for one client that are answered in full. */
const FAILURES: Rate = { perSecond: 5, burst: 50 }
/** Explanations of one server for one client: each may take some tenths of a second. */
const EXPLANATIONS: Rate = { perSecond: 2, burst: 20 }

export interface CallLimits {
  /** Counts a verified call. @throws WalletError RATE_LIMITED when the client's share is used up */
  countCall(clientId: string): void
  /**
   * Counts a call that was not verified. False when the share is used up.
   * @param clientId the known client that the call names; null for none
   */
  countFailure(address: string, clientId: string | null): boolean
  /** Counts an explanation. False when the share is used up. */
  countExplanation(clientId: string): boolean
}

const limits = new WeakMap<object, CallLimits>()

/**
 * The limits of a server: whoever asks with the same deps gets the same. `settings.callsPerSecond` 0 switches the first two
 * off; explanations are always counted.
 */
export function callLimits(deps: Pick<Deps, 'clock' | 'settings'>): CallLimits {
  const known = limits.get(deps)
  if (known) return known
  const made = createCallLimits(deps)
  limits.set(deps, made)
  return made
}

function createCallLimits({ clock, settings }: Pick<Deps, 'clock' | 'settings'>): CallLimits {
  const { callsPerSecond: perSecond, callsBurst: burst } = settings
  const isOn = perSecond > 0
  const calls = createTokenBuckets(clock, { perSecond, burst })
  const failures = createTokenBuckets(clock, FAILURES)
  const explanations = createTokenBuckets(clock, EXPLANATIONS)
  return {
    countCall(clientId) {
      if (isOn && !calls.take(clientId)) throw tooManyCalls(perSecond, burst)
    },
    countFailure: (address, clientId) => !isOn || failures.take(`${address} ${clientId ?? ''}`),
    countExplanation: (clientId) => explanations.take(clientId),
  }
}

const tooManyCalls = (perSecond: number, burst: number): WalletError =>
  new WalletError(
    'RATE_LIMITED',
    {},
    `This client has made more than ${perSecond} calls a second, and more than ${burst} at once.`,
  )

/** The bare answer to one failed call too many. */
export const tooManyFailures = (): WalletError =>
  new WalletError('RATE_LIMITED', {}, 'Too many calls from this address could not be verified.')
