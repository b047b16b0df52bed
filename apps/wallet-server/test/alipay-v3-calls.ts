/**
 * A caller of the Alipay family's REST door: a correct call by default, with whatever a test wants wrong. Answers come back
 * with whether the wallet's signature on them holds.
 */
import { randomUUID } from 'node:crypto'
import type { AlipayMethod } from '@tradepay/contract'
import { alipayV3Path } from '@tradepay/contract'
import {
  alipayV3AnswerString,
  alipayV3RequestString,
  formatAlipayV3Authorization,
  parsePrivateKey,
  parsePublicKey,
  signAlipayV3,
  verifyAlipayV3,
} from '@tradepay/signature'
import { tradeRequest, type Doors } from './merchant-doors.ts'
import { testWalletKey } from './support/index.ts'

export interface RestCallOptions {
  /** Default alipay.trade.create. */
  call?: AlipayMethod
  /** Path and query, in place of the call's own. */
  url?: string
  method?: 'POST' | 'GET' | 'PUT' | 'DELETE' | 'HEAD'
  /** An object is written as JSON; bytes and text go as they are. Default: a correct trade; nothing for GET. */
  body?: object | string | Buffer
  appId?: string
  nonce?: string
  /** Milliseconds since 1970, as text. */
  timestamp?: string
  /** Replaces the whole text that stands before `,sign=`. */
  authString?: string
  privateKey?: string
  /** The header alipay-app-auth-token, signed. */
  appAuthToken?: string
  /** Sent in place of what was signed. */
  sent?: { method?: 'POST' | 'GET'; url?: string; body?: string | Buffer }
  /** Headers set or (undefined) left out after signing. */
  headers?: Record<string, string | undefined>
}

export interface RestAnswer {
  status: number
  headers: Record<string, unknown>
  text: string
  body: Record<string, unknown>
  /** Null when the answer is unsigned. */
  verified: boolean | null
}

/** What goes over the wire, for whoever sends it elsewhere, or twice. */
export interface RestRequest {
  method: NonNullable<RestCallOptions['method']>
  url: string
  headers: Record<string, string>
  payload?: Buffer
}

export async function restRequest(doors: Doors, call: RestCallOptions = {}): Promise<RestRequest> {
  const method = call.method ?? 'POST'
  const url = call.url ?? alipayV3Path(call.call ?? 'alipay.trade.create')
  const body = bytesOf(call.body ?? (method === 'GET' || method === 'HEAD' ? '' : tradeRequest()))
  const appId = call.appId ?? doors.merchant.client.clientId
  const timestamp = call.timestamp ?? String(doors.clock.now().getTime())
  const authString = call.authString ?? `app_id=${appId},nonce=${call.nonce ?? randomUUID()},timestamp=${timestamp}`
  const stringToSign = alipayV3RequestString({ authString, method, uri: url, body, appAuthToken: call.appAuthToken })
  const sign = await signAlipayV3(stringToSign, parsePrivateKey(call.privateKey ?? doors.merchant.privateKey))
  const headers: Record<string, string | undefined> = {
    authorization: formatAlipayV3Authorization({ authString, sign }),
    'alipay-request-id': randomUUID().replaceAll('-', ''),
    accept: 'application/json',
    ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
    ...(call.appAuthToken === undefined ? {} : { 'alipay-app-auth-token': call.appAuthToken }),
    ...call.headers,
  }
  const payload = call.sent?.body === undefined ? body : bytesOf(call.sent.body)
  return {
    method: call.sent?.method ?? method,
    url: call.sent?.url ?? url,
    headers: Object.fromEntries(
      Object.entries(headers).filter((each): each is [string, string] => each[1] !== undefined),
    ),
    ...(method === 'GET' || method === 'HEAD' ? {} : { payload }),
  }
}

/** Sends a request as it is. */
export async function sendRest(doors: Pick<Doors, 'http'>, request: RestRequest): Promise<RestAnswer> {
  const answer = await doors.http.inject(request)
  const { 'alipay-signature': sign, 'alipay-timestamp': timestamp, 'alipay-nonce': nonce } = answer.headers
  const string = alipayV3AnswerString({ timestamp: String(timestamp), nonce: String(nonce), body: answer.rawPayload })
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.body,
    body: JSON.parse(answer.body) as Record<string, unknown>,
    verified:
      sign === undefined ? null : await verifyAlipayV3(string, String(sign), parsePublicKey(testWalletKey().publicKey)),
  }
}

export const callRest = async (doors: Doors, call: RestCallOptions = {}): Promise<RestAnswer> =>
  sendRest(doors, await restRequest(doors, call))

const bytesOf = (body: object | string | Buffer): Buffer => {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
