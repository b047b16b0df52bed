/**
 * The signature explainer: why a signature does not verify, in one sentence, with the change to make.
 *
 * One function for each scheme: it says how the scheme's string may be spelled, and `explain` does the rest.
 */
export { explainSuperapp, type SuperappCase } from './superapp.ts'
export { explainAlipay, type AlipayCase } from './alipay.ts'
export { explainAlipayV3, type AlipayV3Case } from './alipay-v3.ts'
export { explanationText, type Explanation } from './explain.ts'
export type { RegisteredKey, OtherKey, Signer } from './signer.ts'
export { causes, type Cause, type Fault } from './causes.ts'
export { STRINGS_MAX, BYTES_MAX } from './search.ts'
export { SHOWN_MAX_BYTES, withoutSecrets, type Difference } from './show.ts'
