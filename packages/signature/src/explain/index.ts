/**
 * The signature explainer: why a signature does not verify, in one sentence, with the change to make.
 *
 * One function for each family: it says how the family's string may be spelled, and `explain` does the rest. Another
 * family (Alipay v3, say) is one more file like `superapp.ts`.
 */
export { explainSuperapp, type SuperappCase } from './superapp.ts'
export { explainAlipay, type AlipayCase } from './alipay.ts'
export { explanationText, type Explanation } from './explain.ts'
export type { RegisteredKey, OtherKey, Signer } from './signer.ts'
export { causes, type Cause, type Fault } from './causes.ts'
export { STRINGS_MAX, BYTES_MAX } from './search.ts'
export { SHOWN_MAX_BYTES, withoutSecrets, type Difference } from './show.ts'
