/**
 * The mistakes of the field with the REST scheme of the Alipay family, made on purpose; beside `mistakes.ts`.
 */
import { createHash, sign as signBytes } from 'node:crypto'
import { alipayV3AnswerString, alipayV3RequestString, type AlipayV3Answer, type AlipayV3Request } from '../src/index.ts'
import type { AlipayV3Case, Cause } from '../src/explain/index.ts'
import { merchant, otherKeys, stranger, wallet, type Mistake } from './mistakes.ts'

type RequestCase = Extract<AlipayV3Case, { request: AlipayV3Request }>

const APP = 'app_id=2021123000000001'
const NONCE = 'nonce=9f7f7b0e-2b1c-4a39-9d0d-2f4f6d3c8a11'
const TIME = 'timestamp=1795438800123'
const authString = `${APP},${NONCE},${TIME}`
const json = {
  out_trade_no: 'coffee_1001',
  subject: 'café 拿铁 <1/2>',
  total_amount: '12.50',
  auth_token: 'hush-hush-token',
  body: null,
}
const body = JSON.stringify(json)

export const request: AlipayV3Request = {
  authString,
  method: 'POST',
  uri: '/v3/alipay/trade/create',
  body: Buffer.from(body),
}
/** A question in a query, without a body. */
export const question: AlipayV3Request = {
  authString,
  method: 'GET',
  uri: '/v3/alipay/trade/query?out_trade_no=coffee_1001&note=%E6%8B%BF%20%2B',
  body: Buffer.alloc(0),
}
export const answer: AlipayV3Answer = {
  timestamp: '1795438800456',
  nonce: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  body: Buffer.from('{"out_trade_no":"coffee_1001","trade_no":"2026112275600000123000000001","note":"a/b 拿"}'),
}

export const keys = [{ version: 1, publicKey: merchant.publicKey }]
const host = 'wallet.example:4100'

/** Signs a string as a client does. */
export const signed = (what: string | Buffer, key = merchant.privateKey, hash = 'sha256'): string =>
  signBytes(hash, Buffer.from(what), key).toString('base64')
const right = alipayV3RequestString(request)

const rest = (name: string, causes: Cause[], given: Partial<RequestCase>): Mistake<AlipayV3Case> => ({
  name,
  causes,
  given: { request, host, keys, otherKeys, sign: signed(right), ...given },
})
const bytes = (name: string, causes: Cause[], what: string | Buffer) => rest(name, causes, { sign: signed(what) })
/** Signed another request than the one that is sent. */
const other = (
  name: string,
  causes: Cause[],
  change: Partial<Omit<AlipayV3Request, 'body'>> & { body?: string },
  sent = request,
) => {
  const meant = { ...sent, ...change, body: change.body === undefined ? sent.body : Buffer.from(change.body) }
  return rest(name, causes, { request: sent, sign: signed(alipayV3RequestString(meant)) })
}
const auth = (name: string, causes: Cause[], written: string) => other(name, causes, { authString: written })
const asked = (name: string, causes: Cause[], uri: string) => other(name, causes, { uri }, question)
const answered = (name: string, causes: Cause[], what: string | Buffer): Mistake<AlipayV3Case> => ({
  name,
  causes,
  given: {
    answer,
    sign: signed(what, wallet.privateKey),
    signer: 'WALLET',
    keys: [{ version: 1, publicKey: wallet.publicKey }],
  },
})
const answerBody = answer.body.toString()
const text = right.toString()
const questionText = alipayV3RequestString(question).toString()

export const alipayV3Mistakes: Mistake<AlipayV3Case>[] = [
  rest('a key that nobody knows', ['WRONG_KEY'], { sign: signed(right, stranger.privateKey) }),
  rest("the wallet's public key registered as one's own", ['OTHER_SIDES_KEY'], {
    keys: [{ version: 1, publicKey: wallet.publicKey }],
  }),
  rest('SHA-1', ['SHA1'], { sign: signed(right, merchant.privateKey, 'sha1') }),
  rest('SHA-512', ['OTHER_HASH'], { sign: signed(right, merchant.privateKey, 'sha512') }),
  rest('a signature as base64url', ['SIGNATURE_BASE64'], {
    sign: signed(right).replaceAll('+', '-').replaceAll('/', '_'),
  }),
  rest('a signature that is URL-encoded', ['SIGNATURE_URL_ENCODING'], { sign: encodeURIComponent(signed(right)) }),
  rest('a part of a signature', ['SIGNATURE_LENGTH'], { sign: signed(right).slice(0, 200) }),
  bytes('no line feed behind the body', ['LAST_LINE_END'], text.slice(0, -1)),
  rest('no line feed behind an empty body', ['LAST_LINE_END'], {
    request: question,
    sign: signed(questionText.slice(0, -1)),
  }),
  rest('no line for an empty body', ['LAST_LINE_END'], { request: question, sign: signed(questionText.slice(0, -2)) }),
  bytes('a line feed too many', ['LINE_ENDS'], `${text}\n`),
  bytes('lines that end in CRLF', ['LINE_ENDS'], text.replaceAll('\n', '\r\n')),
  bytes('line feeds that are written out', ['LINE_ENDS'], text.replaceAll('\n', '\\n')),
  auth('the fields in another order', ['AUTH_FIELDS'], `${NONCE},${TIME},${APP}`),
  auth('the fields sorted backwards', ['AUTH_FIELDS'], `${TIME},${NONCE},${APP}`),
  auth('blanks between the fields', ['AUTH_FIELDS'], `${APP}, ${NONCE}, ${TIME}`),
  auth('the fields joined by &', ['AUTH_FIELDS'], `${APP}&${NONCE}&${TIME}`),
  auth('app_id as appId', ['AUTH_FIELDS'], authString.replace('app_id', 'appId')),
  auth('app_id as appid', ['AUTH_FIELDS'], authString.replace('app_id', 'appid')),
  auth('the scheme before the fields', ['AUTH_FIELDS'], `ALIPAY-SHA256withRSA ${authString}`),
  auth('the nonce left out', ['AUTH_FIELDS'], `${APP},${TIME}`),
  auth('the values in quotes', ['AUTH_FIELDS'], authString.replace(/=([^,]*)/g, '="$1"')),
  auth('the time in seconds', ['CLOCK_FORMAT'], `${APP},${NONCE},timestamp=1795438800`),
  auth('the time as text in GMT+8', ['CLOCK_FORMAT'], `${APP},${NONCE},timestamp=2026-11-23 21:00:00`),
  auth('a clock that was read twice', ['CLOCK_TWICE'], `${APP},${NONCE},timestamp=1795438800125`),
  other('the method in small letters', ['METHOD'], { method: 'post' }),
  other('another method', ['METHOD'], { method: 'POST' }, question),
  asked('a path without its query', ['QUERY_MISSING'], '/v3/alipay/trade/query'),
  asked('a decoded query', ['QUERY'], '/v3/alipay/trade/query?out_trade_no=coffee_1001&note=拿 +'),
  asked('a sorted query', ['QUERY'], '/v3/alipay/trade/query?note=%E6%8B%BF%20%2B&out_trade_no=coffee_1001'),
  asked('no leading slash', ['PATH'], question.uri.slice(1)),
  other('the path without /v3', ['PATH'], { uri: '/alipay/trade/create' }),
  other('the name of the method for its path', ['PATH'], { uri: 'alipay.trade.create' }),
  other('the path of the gateway', ['PATH'], { uri: '/gateway.do' }),
  other('the address in full', ['HOST'], { uri: `https://${host}/v3/alipay/trade/create` }),
  asked('the host before the path and the query', ['HOST'], `http://wallet.example${question.uri}`),
  other('indented JSON', ['BODY_RESERIALISED'], { body: JSON.stringify(json, null, 2) }),
  other('JSON with / as \\/', ['BODY_RESERIALISED'], { body: body.replaceAll('/', '\\/') }),
  other('JSON without its nulls', ['BODY_RESERIALISED'], { body: body.replace(',"body":null', '') }),
  other('an empty body', ['BODY_MISSING'], { body: '' }),
  other('a body that is an object', ['BODY_MISSING'], { body: '[object Object]' }),
  other('{} for an empty body', ['BODY_MISSING'], { body: '{}' }, question),
  other('the hash of the body', ['BODY_HASHED'], { body: createHash('sha256').update(body).digest('hex') }),
  bytes('the body alone', ['JOINED_OTHERWISE'], body),
  bytes(
    'the scheme of another wallet',
    ['JOINED_OTHERWISE'],
    `POST\n/v3/alipay/trade/create\n1795438800123\n9f7f7b0e-2b1c-4a39-9d0d-2f4f6d3c8a11\n${body}\n`,
  ),
  bytes('no authorization fields', ['JOINED_OTHERWISE'], `POST\n/v3/alipay/trade/create\n${body}\n`),
  rest('an app auth token that was sent and not signed', ['JOINED_OTHERWISE'], {
    request: { ...request, appAuthToken: '202611BB' },
  }),
  bytes('ISO-8859-1', ['CHARSET'], Buffer.from(text, 'latin1')),
  bytes('a string that was hashed first', ['HASHED_TWICE'], createHash('sha256').update(right).digest('hex')),
  bytes('something of its own', ['STRING_UNKNOWN'], 'abracadabra'),
  answered('an answer without the last line feed', ['LAST_LINE_END'], alipayV3AnswerString(answer).subarray(0, -1)),
  answered(
    'an answer parsed and written again',
    ['BODY_RESERIALISED'],
    alipayV3AnswerString({ ...answer, body: Buffer.from(answerBody.replaceAll('/', '\\/')) }),
  ),
  answered('an answer without its nonce', ['JOINED_OTHERWISE'], `${answer.timestamp}\n${answerBody}\n`),
  answered('an answer whose body alone was verified', ['JOINED_OTHERWISE'], answerBody),
]

export const alipayV3Pairs: Mistake<AlipayV3Case>[] = [
  rest('SHA-1 and no last line feed', ['SHA1', 'LAST_LINE_END'], {
    sign: signed(text.slice(0, -1), merchant.privateKey, 'sha1'),
  }),
  rest('no query and no last line feed', ['QUERY_MISSING', 'LAST_LINE_END'], {
    request: question,
    sign: signed(alipayV3RequestString({ ...question, uri: '/v3/alipay/trade/query' }).subarray(0, -1)),
  }),
  other('other JSON and the time in seconds', ['BODY_RESERIALISED', 'CLOCK_FORMAT'], {
    body: JSON.stringify(json, null, 2),
    authString: `${APP},${NONCE},timestamp=1795438800`,
  }),
  other('fields in another order and the host', ['AUTH_FIELDS', 'HOST'], {
    authString: `${TIME},${NONCE},${APP}`,
    uri: `https://${host}/v3/alipay/trade/create`,
  }),
]
