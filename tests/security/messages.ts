/**
 * Requests as a merchant signs and sends them, of every family that the doors speak, from two merchants of which one is in the
 * middle of a rotation. Written from the string rules alone, so that what is attacked is what a merchant would send.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { defaultSuperappDialect } from '@tradepay/contract'
import {
  alipayRequestString,
  alipayV3RequestString,
  formatAlipayV3Authorization,
  signAlipay,
  signAlipayV3,
  signSuperapp,
  type SignatureEncoding,
} from '@tradepay/signature'
import type { Client } from '@tradepay/wallet-server'
import type { Dice } from '../simulation/dice.ts'

/** A request on the wire; header names in small letters, as node hands them over. */
export interface Sent {
  method: string
  url: string
  headers: Record<string, string>
  body: Buffer
}

/** A request as one line. */
export const tell = ({ body, ...rest }: Sent): string => JSON.stringify({ ...rest, body: body.toString() })

export const families = ['superapp', 'alipay', 'alipay-v3'] as const
export type Family = (typeof families)[number]

/** A client and the private keys of its versions. */
export interface Signer {
  client: Client
  privateKeys: Map<number, KeyObject>
}

/** Every request is signed at this moment. */
export const NOW = new Date('2026-03-01T04:00:00.000Z')

/** The first has two active keys, the second one. */
export function makeSigners(): Signer[] {
  return [
    makeSigner('2021000000000010', '2088000000000010', [1, 2]),
    makeSigner('2021000000000020', '2088000000000020', [1]),
  ]
}

function makeSigner(clientId: string, merchantId: string, versions: number[]): Signer {
  const pairs = versions.map((version) => ({ version, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }))
  return {
    client: {
      clientId,
      merchantId,
      bucket: 0,
      name: clientId,
      disabled: false,
      notifyUrl: null,
      dialect: defaultSuperappDialect,
      keys: pairs.map(({ version, publicKey }) => ({ version, publicKey })).reverse(),
    },
    privateKeys: new Map(pairs.map(({ version, privateKey }) => [version, privateKey])),
  }
}

/** A request of the family by one of the signers. */
export function aRequest(family: Family, signer: Signer, dice: Dice, now = NOW): Promise<Sent> {
  const [version, privateKey] = dice.pick([...signer.privateKeys])
  const by = { clientId: signer.client.clientId, version, privateKey }
  switch (family) {
    case 'superapp':
      return aSuperappRequest(by, dice, now)
    case 'alipay':
      return anAlipayRequest(by, dice, now)
    case 'alipay-v3':
      return anAlipayV3Request(by, dice, now)
  }
}

/** Who signs, and with which key. */
export interface By {
  clientId: string
  version: number
  privateKey: KeyObject
}

/** The signer's newest key. */
export const newestKeyOf = ({ client, privateKeys }: Signer): By => {
  const [version, privateKey] = [...privateKeys].at(-1)!
  return { clientId: client.clientId, version, privateKey }
}

/** A call of the super-app family. @param about how the time and the signature are written */
export async function superappCall(
  { clientId, ...key }: By,
  url: string,
  content: object,
  now: Date,
  { time = now.toISOString(), encoding = 'BASE64_URLENCODED' }: { time?: string; encoding?: SignatureEncoding } = {},
): Promise<Sent> {
  const body = Buffer.from(JSON.stringify(content))
  const { header } = await signSuperapp({ method: 'POST', uri: url, clientId, time, body }, key, { encoding })
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'client-id': clientId,
      'request-time': time,
      signature: header,
    },
    body,
  }
}

/** The signed parameters of a call at the Alipay gateway. @param more beside the common ones, biz_content among them */
export async function gatewayParameters(
  { clientId, privateKey }: By,
  method: string,
  more: Record<string, string>,
  now: Date,
): Promise<Record<string, string>> {
  const parameters = {
    app_id: clientId,
    method,
    charset: 'utf-8',
    sign_type: 'RSA2',
    timestamp: gmt8(now),
    version: '1.0',
    ...more,
  }
  return { ...parameters, sign: await signAlipay(alipayRequestString(parameters), privateKey) }
}

/** A call at the Alipay gateway, all of it in a form. */
export async function gatewayCall(...call: Parameters<typeof gatewayParameters>): Promise<Sent> {
  const body = Buffer.from(new URLSearchParams(await gatewayParameters(...call)).toString())
  const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' }
  return { method: 'POST', url: '/gateway.do', headers, body }
}

/** A REST call of the Alipay family. @param nonce new for each call @param method GET carries the content in its query */
export async function restCall(
  { clientId, privateKey }: By,
  name: string,
  content: object,
  now: Date,
  nonce: string,
  method: 'GET' | 'POST' = 'POST',
): Promise<Sent> {
  const path = `/v3/${name.replaceAll('.', '/')}`
  const query = new URLSearchParams(content as Record<string, string>).toString()
  const url = method === 'GET' ? `${path}?${query}` : path
  const body = Buffer.from(method === 'GET' ? '' : JSON.stringify(content))
  const authString = `app_id=${clientId},nonce=${nonce},timestamp=${now.getTime()}`
  const stringToSign = alipayV3RequestString({ authString, method, uri: url, body })
  const authorization = formatAlipayV3Authorization({ authString, sign: await signAlipayV3(stringToSign, privateKey) })
  return { method, url, headers: { 'content-type': 'application/json', authorization }, body }
}

const number = (dice: Dice): string => `order_${dice.next()}_${dice.next()}`
const yuan = (dice: Dice): string => `${1 + dice.below(99)}.${10 + dice.below(90)}`

const superappContents: [string, (dice: Dice) => object][] = [
  [
    '/payments/pay',
    (dice) => ({
      paymentRequestId: number(dice),
      paymentOrderTitle: dice.pick(['Flat white', 'Café crème & cake', '咖啡', 'a.b.c']),
      paymentAmount: { currency: 'CNY', value: String(1 + dice.below(100_000)) },
      paymentNotifyUrl: 'https://shop.example/notify?a=1&b=2',
    }),
  ],
  ['/payments/inquiryPayment', (dice) => ({ paymentRequestId: number(dice) })],
  [
    '/payments/refund',
    (dice) => ({
      refundRequestId: number(dice),
      paymentRequestId: number(dice),
      refundAmount: { currency: 'CNY', value: String(1 + dice.below(1000)) },
    }),
  ],
  ['/payments/cancelPayment', (dice) => ({ paymentRequestId: number(dice) })],
  ['/authorizations/applyToken', (dice) => ({ grantType: 'AUTHORIZATION_CODE', authCode: number(dice) })],
]

function aSuperappRequest(by: By, dice: Dice, now: Date): Promise<Sent> {
  const [path, contentOf] = dice.pick(superappContents)
  const url = `${dice.pick(['', '', '/api', '/aps/api'])}/${dice.pick(['v1', 'v2'])}${path}`
  return superappCall(by, url, contentOf(dice), now, {
    time: dice.pick([now.toISOString(), `${now.toISOString().slice(0, 19)}Z`, `${inGmt8(now)}+08:00`]),
    encoding: dice.pick<SignatureEncoding>(['BASE64_URLENCODED', 'BASE64', 'BASE64URL']),
  })
}

const contents: [string, (dice: Dice) => object][] = [
  [
    'alipay.trade.create',
    (dice) => ({
      out_trade_no: number(dice),
      total_amount: yuan(dice),
      subject: dice.pick(['Flat white', '咖啡', 'a=1&b=2']),
    }),
  ],
  ['alipay.trade.query', (dice) => ({ out_trade_no: number(dice) })],
  ['alipay.trade.refund', (dice) => ({ out_trade_no: number(dice), refund_amount: yuan(dice) })],
  ['alipay.trade.close', (dice) => ({ out_trade_no: number(dice) })],
]

async function anAlipayRequest(by: By, dice: Dice, now: Date): Promise<Sent> {
  const [method, contentOf] = dice.pick(contents)
  const more = {
    biz_content: JSON.stringify(contentOf(dice)),
    ...(dice.percent(50) ? { format: 'JSON' } : {}),
    ...(dice.percent(50)
      ? { notify_url: dice.pick(['https://shop.example/n', 'https://shop.example/n?a=1&p=2']) }
      : {}),
    ...(dice.percent(20) ? { return_url: 'https://shop.example/back?a=1' } : {}),
    ...(dice.percent(10) ? { auth_token: '' } : {}),
  }
  const { biz_content: content = '', ...common } = await gatewayParameters(by, method, more, now)
  const form = (of: Record<string, string>): string => new URLSearchParams(of).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' }
  const all = { ...common, biz_content: content }
  const url = '/gateway.do'
  return dice.pick<() => Sent>([
    () => ({
      method: 'POST',
      url: `${url}?${form(common)}`,
      headers,
      body: Buffer.from(form({ biz_content: content })),
    }),
    () => ({ method: 'POST', url, headers, body: Buffer.from(form(all)) }),
    () => ({ method: 'GET', url: `${url}?${form(all)}`, headers: {}, body: Buffer.alloc(0) }),
    () => ({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(all)),
    }),
  ])()
}

function anAlipayV3Request(by: By, dice: Dice, now: Date): Promise<Sent> {
  const [name, contentOf] = dice.pick(contents)
  return restCall(by, name, contentOf(dice), now, `${dice.next()}-${dice.next()}`)
}

const inGmt8 = (time: Date): string => new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 19)
const gmt8 = (time: Date): string => inGmt8(time).replace('T', ' ')
