/**
 * Signatures of the two merchant API families: what is signed, how it is written down, and whether it holds.
 *
 * Used by the wallet server (steps 4 to 7 and 18), by the merchant SDK, and by the documentation. No dependency.
 */
export {
  MIN_RSA_BITS,
  KeyError,
  parsePublicKey,
  parsePrivateKey,
  generateRsaKeyPair,
  fingerprint,
  type RsaKeyPair,
} from './keys.ts'
export { signRsa, verifyRsa } from './rsa.ts'
export {
  superappStringToSign,
  signSuperapp,
  verifySuperapp,
  signedUris,
  formatSignatureHeader,
  parseSignatureHeader,
  encodeSignature,
  decodeSignature,
  SignatureHeaderError,
  type SuperappMessage,
  type SuperappSignature,
  type SignatureHeader,
  type SignatureEncoding,
} from './superapp.ts'
export {
  alipayRequestString,
  alipayRequestStrings,
  alipayNotificationString,
  alipayNotificationStrings,
  alipayNode,
  signAlipay,
  verifyAlipay,
  verifyAlipayRequest,
  verifyAlipayNotification,
  verifyAlipayNode,
  type AlipayParameters,
} from './alipay.ts'
export {
  ALIPAY_V3_SCHEME,
  AlipayV3HeaderError,
  alipayV3AnswerString,
  alipayV3RequestString,
  formatAlipayV3Authorization,
  parseAlipayV3Authorization,
  signAlipayV3,
  verifyAlipayV3,
  type AlipayV3Answer,
  type AlipayV3Authorization,
  type AlipayV3Request,
} from './alipay-v3.ts'
