/**
 * The mistakes of the field, made on purpose: a message that is right, and what goes wrong between signing and sending. Shared by
 * the tests of the explainer.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, privateEncrypt, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import keyTexts from '../vectors/keys.json' with { type: 'json' }
import { alipayRequestString, superappStringToSign, type AlipayParameters, type SuperappMessage } from '../src/index.ts'
import type { AlipayCase, Cause, SuperappCase } from '../src/explain/index.ts'

export const merchant = pairOf(keyTexts.merchant)
export const wallet = pairOf(keyTexts.wallet)
const { privateKey: strangersKey, publicKey: strangersPublicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const stranger = { privateKey: strangersKey, publicKey: strangersPublicKey }
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const short = generateKeyPairSync('rsa', { modulusLength: 1024 })

export const otherKeys = [{ owner: 'the wallet', publicKey: wallet.publicKey, otherSide: true }]

export interface Mistake<Case> {
  name: string
  /** All that should be named, in any order. */
  causes: Cause[]
  given: Case
}

function pairOf({ privatePkcs8, publicSpki }: { privatePkcs8: string; publicSpki: string }) {
  return { privateKey: createPrivateKey(privatePkcs8), publicKey: createPublicKey(publicSpki) }
}

const signed = (text: string | Buffer, key: KeyObject = merchant.privateKey, hash = 'sha256'): Buffer =>
  sign(hash, Buffer.from(text), key)
const header = (signature: Buffer | string, version = 1): string =>
  `algorithm=RSA256, keyVersion=${version}, signature=${typeof signature === 'string' ? signature : encodeURIComponent(signature.toString('base64'))}`

const json = {
  paymentRequestId: 'coffee-1001',
  paymentOrderTitle: 'Flat white ¥ café 拿铁',
  paymentNotifyUrl: 'https://shop.example/notify?a=1&b=<2>',
  paymentAmount: { currency: 'CNY', value: '1250' },
  refreshToken: 'hush-hush-token',
  extendInfo: null,
}
const body = JSON.stringify(json)
export const message: SuperappMessage = {
  method: 'POST',
  uri: '/api/v1/payments/pay?trace=a%20b',
  clientId: '2021123000000001',
  time: '2026-11-22T21:00:00+08:00',
  body: Buffer.from(body),
}
const host = 'wallet.example:4100'
const registered = [
  { version: 2, publicKey: stranger.publicKey },
  { version: 1, publicKey: merchant.publicKey },
]
const base = { message, host, keys: registered, otherKeys }
const rightString = superappStringToSign({ ...message, uri: '/api/v1/payments/pay' })

const superapp = (name: string, causes: Cause[], given: Partial<SuperappCase>): Mistake<SuperappCase> => ({
  name,
  causes,
  given: { ...base, signatureHeader: header(signed(rightString)), ...given },
})
/** Signed another message than the one that is sent. */
const other = (
  name: string,
  causes: Cause[],
  change: Partial<Omit<SuperappMessage, 'body'>> & { body?: string | Buffer },
) => {
  const draft = { ...message, uri: '/api/v1/payments/pay', ...change, body: Buffer.from(change.body ?? message.body) }
  return superapp(name, causes, { signatureHeader: header(signed(superappStringToSign(draft))) })
}
const bytes = (name: string, causes: Cause[], text: string | Buffer) =>
  superapp(name, causes, { signatureHeader: header(signed(text)) })

const text = rightString.toString()
const base64 = signed(rightString).toString('base64')
const sorted = '{"extendInfo":null,"paymentAmount":{"currency":"CNY","value":"1250"},'
const gbk = Buffer.concat([
  Buffer.from(text.slice(0, text.indexOf('¥')).concat('?')),
  Buffer.from(text.slice(text.indexOf('¥') + 1, text.indexOf('é'))),
  Buffer.from('a8a6', 'hex'),
  Buffer.from(text.slice(text.indexOf('é') + 1, text.indexOf('拿'))),
  Buffer.from('c4c3ccfa', 'hex'),
  Buffer.from(text.slice(text.indexOf('铁') + 1)),
])

export const superappMistakes: Mistake<SuperappCase>[] = [
  superapp('a key that nobody knows', ['WRONG_KEY'], {
    keys: [{ version: 1, publicKey: wallet.publicKey }],
    otherKeys: [],
  }),
  superapp("another app's key", ['WRONG_KEY'], {
    keys: [{ version: 1, publicKey: wallet.publicKey }],
    otherKeys: [{ owner: 'Coffee Shop', publicKey: merchant.publicKey, otherSide: false }],
  }),
  superapp("the wallet's public key registered as one's own", ['OTHER_SIDES_KEY'], {
    keys: [{ version: 1, publicKey: wallet.publicKey }],
  }),
  superapp("one's own public key pasted as the wallet's", ['OTHER_SIDES_KEY'], {
    signer: 'WALLET',
    signatureHeader: header(signed(rightString, wallet.privateKey)),
    keys: [{ version: 1, publicKey: merchant.publicKey }],
    otherKeys: [
      { owner: 'your own app', publicKey: merchant.publicKey, otherSide: true },
      { owner: 'the wallet', publicKey: wallet.publicKey, otherSide: false },
    ],
  }),
  superapp('a private key pasted as the public key', ['KEY_UNUSABLE'], {
    keys: [{ version: 1, publicKey: keyTexts.merchant.privatePkcs8 }],
  }),
  superapp('a certificate pasted as the public key', ['KEY_UNUSABLE'], {
    keys: [{ version: 1, publicKey: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' }],
  }),
  superapp('half of the public key pasted', ['KEY_UNUSABLE'], {
    keys: [{ version: 1, publicKey: keyTexts.merchant.publicBase64.slice(0, 200) }],
  }),
  superapp('an older version of the key', ['KEY_VERSION'], { signatureHeader: header(signed(rightString), 2) }),
  superapp('a header without names', ['SIGNATURE_HEADER'], { signatureHeader: base64 }),
  superapp('a header with semicolons', ['SIGNATURE_HEADER'], {
    signatureHeader: `algorithm=RSA256; keyVersion=1; signature=${base64}`,
  }),
  superapp('a header with the signature in quotes', ['SIGNATURE_BASE64'], {
    signatureHeader: `algorithm=RSA256, keyVersion=1, signature="${base64}"`,
  }),
  superapp('a signature that was URL-encoded twice', ['SIGNATURE_URL_ENCODING'], {
    signatureHeader: header(encodeURIComponent(encodeURIComponent(base64))),
  }),
  superapp('a signature whose + became blanks', ['SIGNATURE_URL_ENCODING'], {
    signatureHeader: header(base64.replaceAll('+', ' ')),
  }),
  superapp('a signature that is base64 of base64', ['SIGNATURE_BASE64'], {
    signatureHeader: header(Buffer.from(base64).toString('base64')),
  }),
  superapp('a signature broken into lines', ['SIGNATURE_BASE64'], {
    signatureHeader: header(base64.replace(/.{76}/g, '$&\\n')),
  }),
  superapp('a signature in hexadecimal', ['SIGNATURE_HEX'], {
    signatureHeader: header(signed(rightString).toString('hex')),
  }),
  superapp('a part of a signature', ['SIGNATURE_LENGTH'], { signatureHeader: header(base64.slice(0, 200)) }),
  superapp('an HMAC', ['SIGNATURE_LENGTH'], {
    signatureHeader: header(createHash('sha256').update(rightString).digest()),
  }),
  superapp('an elliptic curve key', ['SIGNATURE_LENGTH'], {
    signatureHeader: header(signed(rightString, curve.privateKey)),
  }),
  superapp('a key of 1024 bits', ['SIGNATURE_LENGTH'], {
    signatureHeader: header(signed(rightString, short.privateKey)),
  }),
  superapp('SHA-1', ['SHA1'], { signatureHeader: header(signed(rightString, merchant.privateKey, 'sha1')) }),
  superapp('SHA-512', ['OTHER_HASH'], { signatureHeader: header(signed(rightString, merchant.privateKey, 'sha512')) }),
  superapp('PSS padding', ['PSS'], {
    signatureHeader: header(sign('sha256', rightString, { key: merchant.privateKey, padding: 6 })),
  }),
  superapp('the hash encrypted by hand', ['BARE_DIGEST'], {
    signatureHeader: header(privateEncrypt(merchant.privateKey, createHash('sha256').update(rightString).digest())),
  }),
  superapp('the hash in hexadecimal encrypted by hand', ['BARE_DIGEST'], {
    signatureHeader: header(
      privateEncrypt(merchant.privateKey, Buffer.from(createHash('sha256').update(rightString).digest('hex'))),
    ),
  }),
  bytes('a string that was hashed first', ['HASHED_TWICE'], createHash('sha256').update(rightString).digest('hex')),
  other('the method in small letters', ['METHOD'], { method: 'post' }),
  other('another method', ['METHOD'], { method: 'GET' }),
  other('the address in full', ['HOST'], { uri: 'https://wallet.example:4100/api/v1/payments/pay' }),
  other('the host before the path', ['HOST'], { uri: 'wallet.example/v1/payments/pay' }),
  other('no leading slash', ['PATH'], { uri: 'v1/payments/pay' }),
  other('a slash behind the path', ['PATH'], { uri: '/api/v1/payments/pay/' }),
  other('another version of the path', ['PATH'], { uri: '/v2/payments/pay' }),
  other('another endpoint', ['PATH'], { uri: '/v1/payments/inquiryPayment' }),
  other('the prefix of another wallet', ['PATH'], { uri: '/aps/api/v1/payments/pay' }),
  other('an encoded path', ['URL_ENCODING'], { uri: '%2Fapi%2Fv1%2Fpayments%2Fpay' }),
  other('a decoded query', ['QUERY'], { uri: '/api/v1/payments/pay?trace=a b' }),
  other('a lonely question mark', ['QUERY'], { uri: '/v1/payments/pay?' }),
  other('no Client-Id', ['CLIENT_ID'], { clientId: '' }),
  other('the time in UTC', ['CLOCK_FORMAT'], { time: '2026-11-22T13:00:00Z' }),
  other('the time with milliseconds', ['CLOCK_FORMAT'], { time: '2026-11-22T13:00:00.487Z' }),
  other('the time as a number', ['CLOCK_FORMAT'], { time: '1795352400000' }),
  other('the time without an offset', ['CLOCK_FORMAT'], { time: '2026-11-22T21:00:00' }),
  other('the time without the colon of its offset', ['CLOCK_FORMAT'], { time: '2026-11-22T21:00:00+0800' }),
  other('the encoded time', ['CLOCK_FORMAT'], { time: encodeURIComponent(message.time) }),
  other('a clock that was read twice', ['CLOCK_TWICE'], { time: '2026-11-22T20:59:59+08:00' }),
  bytes('the body alone', ['JOINED_OTHERWISE'], body),
  bytes(
    'a line for each part',
    ['JOINED_OTHERWISE'],
    `POST\n/api/v1/payments/pay\n${message.clientId}\n${message.time}\n${body}`,
  ),
  bytes('no first line', ['JOINED_OTHERWISE'], `${message.clientId}.${message.time}.${body}`),
  other('JSON as Python writes it', ['BODY_RESERIALISED'], {
    body: body
      .replaceAll('":', '": ')
      .replaceAll(',"', ', "')
      .replace('¥', '\\u00a5')
      .replace('é', '\\u00e9')
      .replace('拿铁', '\\u62ff\\u94c1'),
  }),
  other('JSON as PHP writes it', ['BODY_RESERIALISED'], {
    body: body.replaceAll('/', '\\/').replace('¥', '\\u00a5').replace('é', '\\u00e9').replace('拿铁', '\\u62ff\\u94c1'),
  }),
  other('JSON as Go writes it', ['BODY_RESERIALISED'], {
    body: body.replace('&', '\\u0026').replace('<', '\\u003c').replace('>', '\\u003e'),
  }),
  other('indented JSON', ['BODY_RESERIALISED'], { body: JSON.stringify(json, null, 2) }),
  other('JSON with sorted members', ['BODY_RESERIALISED'], {
    body: `${sorted}"paymentNotifyUrl":"${json.paymentNotifyUrl}","paymentOrderTitle":"${json.paymentOrderTitle}","paymentRequestId":"coffee-1001","refreshToken":"hush-hush-token"}`,
  }),
  other('JSON without its nulls', ['BODY_RESERIALISED'], { body: body.replace(',"extendInfo":null', '') }),
  other('an empty body', ['BODY_MISSING'], { body: '' }),
  other('a body that is an object', ['BODY_MISSING'], { body: '[object Object]' }),
  other('the hash of the body', ['BODY_HASHED'], { body: createHash('sha256').update(body).digest('base64') }),
  other('an encoded body', ['URL_ENCODING'], { body: encodeURIComponent(body) }),
  bytes('GBK', ['CHARSET'], gbk),
  bytes('ISO-8859-1', ['CHARSET'], Buffer.from(text, 'latin1')),
  bytes('? for every letter beyond ASCII', ['CHARSET'], text.replace(/[¥é拿铁]/g, '?')),
  bytes('a byte order mark', ['CHARSET'], `\ufeff${text}`),
  bytes('a line feed behind the string', ['LINE_ENDS'], `${text}\n`),
  bytes('CRLF between the lines', ['LINE_ENDS'], text.replace('\n', '\r\n')),
  bytes('a line feed that is written out', ['LINE_ENDS'], text.replace('\n', '\\n')),
  bytes('a blank for the line feed', ['LINE_ENDS'], text.replace('\n', ' ')),
  bytes('something of its own', ['STRING_UNKNOWN'], 'abracadabra'),
  superapp('a string that the caller knows', ['OTHER_STRING'], {
    signatureHeader: header(signed('abracadabra')),
    signedString: 'abracadabra',
  }),
]

export const superappPairs: Mistake<SuperappCase>[] = [
  superapp('SHA-1 and the host', ['SHA1', 'HOST'], {
    signatureHeader: header(
      signed(
        superappStringToSign({ ...message, uri: 'https://wallet.example:4100/v1/payments/pay' }),
        merchant.privateKey,
        'sha1',
      ),
    ),
  }),
  other('another path and another time', ['PATH', 'CLOCK_FORMAT'], {
    uri: 'v1/payments/pay',
    time: '2026-11-22T13:00:00Z',
  }),
  other('other JSON and the host', ['BODY_RESERIALISED', 'HOST'], {
    uri: 'https://wallet.example:4100/v1/payments/pay',
    body: body.replaceAll('/', '\\/'),
  }),
  bytes('no leading slash and a line feed behind', ['PATH', 'LINE_ENDS'], `${text.replace('/api/v1', 'v1')}\n`),
  superapp('another version and an encoded signature', ['KEY_VERSION', 'SIGNATURE_URL_ENCODING'], {
    signatureHeader: header(encodeURIComponent(encodeURIComponent(base64)), 2),
  }),
]

export const parameters: AlipayParameters = {
  method: 'alipay.trade.create',
  app_id: '2021123000000001',
  charset: 'utf-8',
  format: 'JSON',
  sign_type: 'RSA2',
  version: '1.0',
  timestamp: '2026-11-22 21:00:00',
  return_url: '',
  app_auth_token: '',
  app_cert_sn: '',
  notify_url: 'https://shop.example/notify?a=1+2',
  biz_content: '{"out_trade_no":"1001","subject":"café 拿铁","total_amount":"12.50"}',
}

const alipay = (name: string, causes: Cause[], given: Partial<AlipayCase> & { sign: string }): Mistake<AlipayCase> => ({
  name,
  causes,
  given: {
    keys: [{ version: 1, publicKey: merchant.publicKey }],
    otherKeys,
    ...given,
    parameters: { ...(given.parameters ?? parameters), sign: given.sign },
  },
})
const string = alipayRequestString(parameters)
const sign64 = (what: string | Buffer, key?: KeyObject, hash?: string): string =>
  signed(what, key, hash).toString('base64')
const ali = (name: string, causes: Cause[], what: string | Buffer) => alipay(name, causes, { sign: sign64(what) })
const changed = (name: string, causes: Cause[], change: Record<string, string>) =>
  ali(name, causes, alipayRequestString({ ...parameters, ...change }))
const pairs = (kept: AlipayParameters): string[] =>
  Object.entries(kept)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}=${value}`)
const valuesEncoded = (encode: (value: string) => string): string =>
  alipayRequestString(Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, encode(value)])))
const rightSign = sign64(string)

export const alipayMistakes: Mistake<AlipayCase>[] = [
  alipay('a key that nobody knows', ['WRONG_KEY'], { sign: sign64(string, stranger.privateKey) }),
  alipay("the wallet's public key registered as one's own", ['OTHER_SIDES_KEY'], {
    sign: rightSign,
    keys: [{ version: 1, publicKey: wallet.publicKey }],
  }),
  alipay("one's own public key pasted as the wallet's", ['OTHER_SIDES_KEY'], {
    kind: 'NOTIFICATION',
    signer: 'WALLET',
    sign: sign64(string.replace('&sign_type=RSA2', ''), wallet.privateKey),
    keys: [{ version: 1, publicKey: merchant.publicKey }],
    otherKeys: [{ owner: 'your own app', publicKey: merchant.publicKey, otherSide: true }],
  }),
  alipay('a signature whose + became blanks', ['SIGNATURE_URL_ENCODING'], { sign: rightSign.replaceAll('+', ' ') }),
  alipay('a signature that is still encoded', ['SIGNATURE_URL_ENCODING'], { sign: encodeURIComponent(rightSign) }),
  alipay('base64url', ['SIGNATURE_BASE64'], { sign: signed(string).toString('base64url') }),
  alipay('a signature broken into lines', ['SIGNATURE_BASE64'], { sign: rightSign.replace(/.{76}/g, '$&\r\n') }),
  alipay('a signature in hexadecimal', ['SIGNATURE_HEX'], { sign: signed(string).toString('hex') }),
  alipay('no signature at all', ['SIGNATURE_BASE64'], { sign: '' }),
  alipay('SHA-1', ['SHA1'], { sign: sign64(string, merchant.privateKey, 'sha1') }),
  alipay('MD5', ['OTHER_HASH'], { sign: sign64(string, merchant.privateKey, 'md5') }),
  ali('a string that was hashed first', ['HASHED_TWICE'], createHash('sha256').update(string).digest('hex')),
  ali('sign_type left out of a request', ['SIGN_TYPE'], string.replace('&sign_type=RSA2', '')),
  alipay('sign_type signed and not sent', ['SIGN_TYPE'], {
    sign: rightSign,
    parameters: Object.fromEntries(Object.entries(parameters).filter(([key]) => key !== 'sign_type')),
  }),
  ali(
    'one empty parameter of three',
    ['EMPTY_PARAMETERS'],
    `${string.replace('&sign_type', '&return_url=&sign_type')}`,
  ),
  alipay('an empty parameter signed and not sent', ['EMPTY_PARAMETERS'], {
    sign: sign64(
      alipayRequestString(
        { ...pick('return_url', 'app_auth_token', 'app_cert_sn'), auth_token: '' },
        { keepEmpty: true },
      ),
    ),
    parameters: pick('return_url', 'app_auth_token', 'app_cert_sn'),
  }),
  ali(
    'empty parameters signed as null',
    ['EMPTY_PARAMETERS'],
    valuesEncoded((value) => value || 'null'),
  ),
  ali('parameters in the order of sending', ['KEY_ORDER'], pairs(parameters).join('&')),
  ali(
    'biz_content behind the others',
    ['KEY_ORDER'],
    `${string.replace(/biz_content=[^&]*&/, '')}&biz_content=${parameters['biz_content']}`,
  ),
  ali('encoded values', ['URL_ENCODING'], valuesEncoded(encodeURIComponent)),
  ali(
    'values encoded as a form',
    ['URL_ENCODING'],
    valuesEncoded((value) => encodeURIComponent(value).replaceAll('%20', '+')),
  ),
  ali(
    'only biz_content encoded',
    ['URL_ENCODING'],
    alipayRequestString({ ...parameters, biz_content: encodeURIComponent(parameters['biz_content']!) }),
  ),
  ali('the whole string encoded', ['URL_ENCODING'], encodeURIComponent(string)),
  alipay('values that arrive encoded', ['URL_ENCODING'], {
    sign: rightSign,
    parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, encodeURIComponent(value)])),
  }),
  alipay('a + that arrives as a blank', ['URL_ENCODING'], {
    sign: rightSign,
    parameters: { ...parameters, notify_url: 'https://shop.example/notify?a=1 2' },
  }),
  ali('& as an entity', ['URL_ENCODING'], string.replaceAll('&', '&amp;')),
  changed('JSON as PHP writes it', ['BODY_RESERIALISED'], {
    biz_content: parameters['biz_content']!.replace('é', '\\u00e9').replace('拿铁', '\\u62ff\\u94c1'),
  }),
  changed('JSON with blanks', ['BODY_RESERIALISED'], {
    biz_content: parameters['biz_content']!.replaceAll('":', '": ').replaceAll(',"', ', "'),
  }),
  changed('biz_content with a line feed behind', ['LINE_ENDS'], { biz_content: `${parameters['biz_content']}\n` }),
  changed('no biz_content', ['BODY_MISSING'], { biz_content: '' }),
  changed('a clock that was read twice', ['CLOCK_TWICE'], { timestamp: '2026-11-22 21:00:01' }),
  changed('the time in UTC', ['CLOCK_FORMAT'], { timestamp: '2026-11-22 13:00:00' }),
  changed('notify_url added after signing', ['PARAMETER_CHANGED'], { notify_url: '' }),
  changed('another charset named', ['PARAMETER_CHANGED'], { charset: 'GBK' }),
  ali('UTF-8 taken for ISO-8859-1', ['CHARSET'], Buffer.from(Buffer.from(string).toString('latin1'))),
  ali('? for every letter beyond ASCII', ['CHARSET'], string.replace(/[é拿铁]/g, '?')),
  ali('a line feed behind the string', ['LINE_ENDS'], `${string}\n`),
  ali('values in quotes', ['JOINED_OTHERWISE'], alipayRequestString(parameters).split('&').map(quoted).join('&')),
  ali('only biz_content', ['JOINED_OTHERWISE'], parameters['biz_content']!),
  ali('no & between', ['JOINED_OTHERWISE'], string.split('&').join('')),
  ali('something of its own', ['STRING_UNKNOWN'], 'abracadabra'),
]

export const alipayPairs: Mistake<AlipayCase>[] = [
  alipay('RSA with SHA-1 and without sign_type', ['SHA1', 'SIGN_TYPE'], {
    sign: sign64(string.replace('&sign_type=RSA2', ''), merchant.privateKey, 'sha1'),
  }),
  ali(
    'unsorted and encoded',
    ['KEY_ORDER', 'URL_ENCODING'],
    pairs(Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, encodeURIComponent(value)]))).join(
      '&',
    ),
  ),
  ali(
    'without sign_type and with a line feed',
    ['SIGN_TYPE', 'LINE_ENDS'],
    `${string.replace('&sign_type=RSA2', '')}\n`,
  ),
  alipay('base64url of SHA-1', ['SIGNATURE_BASE64', 'SHA1'], {
    sign: signed(string, merchant.privateKey, 'sha1').toString('base64url'),
  }),
]

function pick(...dropped: string[]): AlipayParameters {
  return Object.fromEntries(Object.entries(parameters).filter(([key]) => !dropped.includes(key)))
}

function quoted(pair: string): string {
  const equals = pair.indexOf('=')
  return `${pair.slice(0, equals)}="${pair.slice(equals + 1)}"`
}
