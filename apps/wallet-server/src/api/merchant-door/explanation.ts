/**
 * Why a merchant's signature was refused, for the answer of a sandbox. In production there is none: who fails there learns no
 * more than that. Bounded: bodies of at most 16 KiB, 10,000 strings, and a share of explanations for each client.
 */
import type { SignatureExplanation } from '@tradepay/contract'
import { parsePublicKey } from '@tradepay/signature'
import type { Explanation, OtherKey } from '@tradepay/signature/explain'
import type { Deps } from '../../build-server.ts'
import { callLimits } from './call-limits.ts'

/** The largest body that is looked at. Bytes. */
export const EXPLAINED_BODY_MAX = 16 * 1024

export const SIGNATURE_MISTAKES = 'docs/reference/signature-mistakes.md'

/** Explains a refused signature. Null when it is not to be told: in production, of a large body, of one too many. */
export type Explain = (
  call: { clientId: string; size: number },
  how: (otherKeys: readonly OtherKey[]) => Explanation,
) => SignatureExplanation | null

/** How a server explains. The only keys beside the client's own that it knows of are the wallet's. */
export function explainer(deps: Pick<Deps, 'clock' | 'settings'>): Explain {
  const { settings } = deps
  if (!settings.sandbox) return () => null
  const limits = callLimits(deps)
  const otherKeys = settings.walletKeys.map(({ publicKey }) => ({
    owner: 'the wallet',
    publicKey: parsePublicKey(publicKey),
    otherSide: true,
  }))
  return ({ clientId, size }, how) => {
    if (size > EXPLAINED_BODY_MAX || !limits.countExplanation(clientId)) return null
    const { verified, faults, expected, signed, difference, key, tried } = how(otherKeys)
    // What the door refused for another reason than the signature has nothing to explain.
    if (verified) return null
    return { faults, expected, signed, difference, key, tried, reference: SIGNATURE_MISTAKES }
  }
}

/** The causes and the changes to make, as one text. */
export const explanationSentence = ({ faults }: SignatureExplanation): string =>
  faults.map(({ sentence, change }) => `${sentence} ${change}`).join(' ')
