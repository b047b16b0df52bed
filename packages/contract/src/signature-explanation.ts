/**
 * What both merchant doors of a sandbox add to the answer of a call whose signature does not verify: why, and what to
 * change. In the super-app family it stands as `explanation` beside `result`, in the Alipay family as a member of the node;
 * clients that do not know it pass over it. Production never sends it.
 */
import { Type, type Static } from 'typebox'

/** What every explanation says. What cannot be seen is escaped in every string, and secrets are stars. */
export const explanationFields = {
  /** What is wrong and what to do, the likeliest first; two when two mistakes were made at once. */
  faults: Type.Array(
    Type.Object({
      /** The name of a row of docs/reference/signature-mistakes.md. */
      cause: Type.String(),
      sentence: Type.String(),
      change: Type.String(),
    }),
  ),
  /** The string that was expected; at most 8,192 bytes of it. */
  expected: Type.String(),
  /** The string that the signature belongs to; null when it was not found. */
  signed: Type.Union([Type.String(), Type.Null()]),
  /** The first differing byte, counted from 0, with its neighbourhood in both strings. */
  difference: Type.Union([
    Type.Object({ at: Type.Integer(), expected: Type.String(), signed: Type.String() }),
    Type.Null(),
  ]),
  /** The registered key that made the signature. */
  key: Type.Union([Type.Object({ version: Type.Integer(), fingerprint: Type.String() }), Type.Null()]),
  /** How many strings were tried. */
  tried: Type.Integer(),
}

export const SignatureExplanation = Type.Object({
  ...explanationFields,
  /** Where the causes are described. */
  reference: Type.String(),
})
export type SignatureExplanation = Static<typeof SignatureExplanation>
