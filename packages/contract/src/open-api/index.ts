/**
 * Every API of the wallet as an OpenAPI 3.1 document, made of the schemas that validate: `@tradepay/contract/open-api`.
 */
export { superappDocument } from './superapp.ts'
export { alipayDocument } from './alipay.ts'
export { alipayV3Document } from './alipay-v3.ts'
export { sandboxDocument } from './sandbox.ts'
export { cashierDocument, walletDocument } from './wallet-app.ts'
export type * from './document.ts'
export { answerOf, checkOf, messagesOf, type Check } from './check.ts'
