/**
 * The two merchant doors over real rooms, and a caller for each: a correct call by default, with whatever a test wants
 * wrong. Answers come back with their bytes and with whether the wallet's signature on them holds.
 */
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import {
  alipayNode,
  alipayRequestString,
  decodeSignature,
  parsePrivateKey,
  parsePublicKey,
  parseSignatureHeader,
  signAlipay,
  signSuperapp,
  superappStringToSign,
  verifyAlipay,
  verifyRsa,
} from '@tradepay/signature'
import { alipayDoor } from '../src/api/alipay/door.ts'
import { alipayNotifications } from '../src/api/alipay/notify.ts'
import { alipayV3Door } from '../src/api/alipay/v3/door.ts'
import { superappDoor } from '../src/api/superapp/door.ts'
import { superappNotifications } from '../src/api/superapp/notify.ts'
import { createRooms } from '../src/create-rooms.ts'
import {
  aMerchantWithClient,
  createTestDeps,
  testWalletKey,
  type TestMerchant,
  type TestWorld,
  type WorldOptions,
} from './support/index.ts'

export interface Doors extends TestWorld {
  http: FastifyInstance
  merchant: TestMerchant
  /** How many orders there are. */
  orders(): Promise<number>
}

export async function openDoors(options: WorldOptions = {}): Promise<Doors> {
  const parts = await createTestDeps(options)
  const rooms = createRooms(parts.deps, (merchants) => ({
    SUPERAPP: superappNotifications(parts.deps, merchants),
    ALIPAY: alipayNotifications(parts.deps, merchants),
  }))
  const http = Fastify()
  await http.register(async (scope) => superappDoor(scope, { deps: parts.deps, rooms }))
  await http.register(async (scope) => alipayDoor(scope, { deps: parts.deps, rooms }))
  await http.register(async (scope) => alipayV3Door(scope, { deps: parts.deps, rooms }))
  await http.ready()
  return {
    ...parts,
    rooms,
    http,
    merchant: await aMerchantWithClient({ rooms }, { currencies: ['CNY', 'USD'] }),
    async orders() {
      const { rows } = await parts.database.pool.query<{ count: string }>('select count(*) from orders')
      return Number(rows[0]!.count)
    },
    async close() {
      await http.close()
      await parts.close()
    },
  }
}

const walletPublicKey = () => parsePublicKey(testWalletKey().publicKey)

export interface SuperappCall {
  path?: string
  method?: 'POST' | 'GET' | 'PUT' | 'DELETE'
  /** An object is written as JSON; bytes and text go as they are. */
  body?: object | string | Buffer
  clientId?: string
  time?: string
  /** Signs this URI instead of the path. */
  signedUri?: string
  keyVersion?: number
  privateKey?: string
  /** Headers set or (undefined) left out after signing. */
  headers?: Record<string, string | undefined>
  /** Sends these bytes instead of those that were signed. */
  sentBody?: Buffer | string
}

export interface SuperappAnswer {
  status: number
  headers: Record<string, unknown>
  body: { result: { resultStatus: string; resultCode: string; resultMessage: string }; [name: string]: unknown }
  /** Null when the answer is unsigned. */
  verified: boolean | null
}

export async function callSuperapp(doors: Doors, call: SuperappCall = {}): Promise<SuperappAnswer> {
  const path = call.path ?? '/v1/payments/pay'
  const method = call.method ?? 'POST'
  const given = call.body ?? payRequest()
  const body = Buffer.isBuffer(given) ? given : Buffer.from(typeof given === 'string' ? given : JSON.stringify(given))
  const clientId = call.clientId ?? doors.merchant.client.clientId
  const time = call.time ?? doors.clock.now().toISOString()
  const { header } = await signSuperapp(
    { method, uri: call.signedUri ?? path, clientId, time, body },
    { version: call.keyVersion ?? 1, privateKey: parsePrivateKey(call.privateKey ?? doors.merchant.privateKey) },
  )
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=UTF-8',
    'client-id': clientId,
    'request-time': time,
    signature: header,
  }
  for (const [name, value] of Object.entries(call.headers ?? {})) {
    if (value === undefined) delete headers[name]
    else headers[name] = value
  }
  const answer = await doors.http.inject({ method, url: path, headers, payload: call.sentBody ?? body })
  const signature = answer.headers['signature']
  let verified: boolean | null = null
  if (typeof signature === 'string') {
    const uri = path.split('?')[0]!
    const message = {
      method,
      // A refused signature does not say which URI was meant: such an answer is signed for the one that was called.
      uri: call.signedUri !== undefined && uri.endsWith(call.signedUri) ? call.signedUri : uri,
      clientId: String(answer.headers['client-id']),
      time: String(answer.headers['response-time']),
      body: answer.rawPayload,
    }
    const bytes = decodeSignature(parseSignatureHeader(signature).signature)!
    verified = await verifyRsa(superappStringToSign(message), bytes, walletPublicKey())
  }
  return { status: answer.statusCode, headers: answer.headers, body: answer.json(), verified }
}

let number = 0
/** A number that no other request of this file has. */
export const nextRequestId = (): string => `coffee_${++number}`

/** A correct body of `pay` (12.50 CNY), with whatever a test wants otherwise; undefined leaves a member out. */
export function payRequest(about: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    paymentRequestId: nextRequestId(),
    paymentOrderTitle: 'Flat white',
    paymentAmount: { currency: 'CNY', value: '1250' },
    ...about,
  }
}

export interface AlipayCall {
  /** biz_content; text goes as it is. */
  content?: object | string
  /** Common parameters set or (undefined) left out before signing. */
  parameters?: Record<string, string | undefined>
  /** The same after signing. */
  changed?: Record<string, string | undefined>
  privateKey?: string
  /** How the parameters travel. Default: common ones in the query, biz_content in the form, as the official client does. */
  as?: 'SPLIT' | 'FORM' | 'GET' | 'MULTIPART' | 'JSON'
}

export interface AlipayAnswer {
  status: number
  text: string
  node: Record<string, unknown>
  nodeName: string
  verified: boolean
}

export async function callAlipay(doors: Doors, call: AlipayCall = {}): Promise<AlipayAnswer> {
  const content = call.content ?? tradeRequest()
  const all: Record<string, string | undefined> = {
    app_id: doors.merchant.client.clientId,
    method: 'alipay.trade.create',
    charset: 'utf-8',
    sign_type: 'RSA2',
    timestamp: gmt8(doors.clock.now()),
    version: '1.0',
    biz_content: typeof content === 'string' ? content : JSON.stringify(content),
    ...call.parameters,
  }
  const unsigned = given(all)
  const sign = await signAlipay(
    alipayRequestString(unsigned),
    parsePrivateKey(call.privateKey ?? doors.merchant.privateKey),
  )
  return readAlipayAnswer(doors, requestOf(call.as ?? 'SPLIT', given({ ...unsigned, sign, ...call.changed })))
}

/** Sends anything at all to the gateway. */
export async function readAlipayAnswer(doors: Doors, request: InjectOptions): Promise<AlipayAnswer> {
  const answer = await doors.http.inject(request)
  const text = answer.body
  const parsed = JSON.parse(text) as Record<string, unknown>
  const [name = '', last] = Object.keys(parsed)
  const raw = alipayNode(text, name)
  return {
    status: answer.statusCode,
    text,
    nodeName: name,
    node: parsed[name] as Record<string, unknown>,
    verified: last === 'sign' && raw !== null && (await verifyAlipay(raw, String(parsed['sign']), walletPublicKey())),
  }
}

function requestOf(as: NonNullable<AlipayCall['as']>, parameters: Record<string, string>): InjectOptions {
  const form = (of: Record<string, string>) => new URLSearchParams(of).toString()
  const formType = { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' }
  const { biz_content: content = '', ...common } = parameters
  const url = '/gateway.do'
  switch (as) {
    case 'SPLIT':
      return {
        method: 'POST',
        url: `${url}?${form(common)}`,
        headers: formType,
        payload: form({ biz_content: content }),
      }
    case 'FORM':
      return { method: 'POST', url, headers: formType, payload: form(parameters) }
    case 'GET':
      return { method: 'GET', url: `${url}?${form(parameters)}` }
    case 'JSON':
      return {
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify(parameters),
      }
    case 'MULTIPART': {
      const parts = Object.entries(parameters).map(
        ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\nbytes\r\n`
      return {
        method: 'POST',
        url,
        headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
        payload: `${parts.join('')}${file}--${BOUNDARY}--\r\n`,
      }
    }
  }
}

/** So short that many values hold it where no line begins. */
export const BOUNDARY = 'b'

const given = (members: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined))

/** A correct biz_content of `alipay.trade.create` (12.50 yuan), with whatever a test wants otherwise. */
export function tradeRequest(about: Record<string, unknown> = {}): Record<string, unknown> {
  return { out_trade_no: nextRequestId(), total_amount: '12.50', subject: 'Flat white', ...about }
}

/** `yyyy-MM-dd HH:mm:ss` in GMT+8. */
export const gmt8 = (time: Date): string =>
  new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
