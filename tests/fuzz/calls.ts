/**
 * Calls that a client could make: content that the description allows, broken in up to three places or not at all, and then
 * rightly signed, so that it gets past the verification.
 */
import { alipayMethods } from '@tradepay/contract'
import {
  alipayRequestString,
  alipayV3RequestString,
  formatAlipayV3Authorization,
  signAlipay,
  signAlipayV3,
  signSuperapp,
} from '@tradepay/signature'
import type { Schema } from '@tradepay/contract/open-api'
import type { Dice } from '../simulation/dice.ts'
import { callables, documents, resolver, superappBases, type ApiName, type Callable } from './apis.ts'
import { spoil, spoilText } from './mangle.ts'
import type { Message } from './message.ts'
import { breakValue, Members, rightValue, write, type Tree } from './values.ts'
import { asForm, inMultipart, type Parameters } from './transports.ts'
import type { World } from './world.ts'

export interface Call extends Message {
  api: ApiName
  /** What is called; null where the path is nobody's. */
  callable: Callable | null
  /** Of the gateway: the method that is named. */
  alipayMethod?: string
  /** The signature holds for what is sent. */
  isSigned: boolean
  /** It is HTTP. */
  isSound: boolean
}

/** The next call of a merchant. */
export async function makeCall(world: World, dice: Dice): Promise<Call> {
  const api = dice.weighted<keyof typeof makers>({ superapp: 5, alipay: 4, 'alipay-v3': 3 })
  const call = await makers[api](world, dice)
  return dice.percent(25) ? spoil(call, dice) : call
}

const makers = { superapp, alipay, 'alipay-v3': alipayV3 } as const

/** A value of the schema, in three of eight cases right. */
function content(schema: Schema, api: ApiName, { dice, world }: { dice: Dice; world: World }): Tree {
  const source = { dice, resolve: resolver(api), known: (name: string) => world.known(name) }
  let tree = rightValue(schema, '', source)
  for (let times = dice.pick([0, 0, 0, 1, 1, 1, 2, 3]); times > 0; times--) tree = breakValue(tree, dice)
  return tree
}

async function superapp(world: World, dice: Dice): Promise<Call> {
  const callable = dice.pick(callables.superapp)
  const schema = callable.operation.requestBody!.content['application/json']!.schema!
  const body = spoilText(write(content(schema, 'superapp', { dice, world })), dice)
  const path = dice.pick(superappBases) + callable.path
  const clientId = world.clientId
  const time = world.now().toISOString()
  const key = { version: 1, privateKey: world.merchantKey }
  const { header } = await signSuperapp({ method: 'POST', uri: path, clientId, time, body }, key, {
    encoding: dice.pick(['BASE64', 'BASE64URL', 'BASE64_URLENCODED']),
  })
  return {
    api: 'superapp',
    callable,
    method: 'POST',
    target: path + dice.pick(queries),
    headers: [...headersFor(body, dice), ['Client-Id', clientId], ['Request-Time', time], ['Signature', header]],
    body,
    isSigned: true,
    isSound: true,
  }
}

async function alipay(world: World, dice: Dice): Promise<Call> {
  const method = dice.pick(alipayMethods)
  const schema = documents.alipay.components.schemas[method]!
  const { biz_content: inner, ...properties } = schema['properties'] as Record<string, Schema>
  const parameters: Parameters = { ...textsOf(properties, world, dice), ...commonOf(world), method }
  if (inner) {
    const tree = content(inner['contentSchema'] as Schema, 'alipay', { dice, world })
    // Parameters are text: what is no text cannot be signed here.
    parameters['biz_content'] = spoilText(write(tree), dice).toString()
  }
  parameters['sign'] = await signAlipay(alipayRequestString(parameters), world.merchantKey)
  const [gateway] = callables.alipay
  const transports = [asForm, asForm, split, inJson, inQuery, inMultipart]
  const message = dice.pick(transports)(parameters, gateway!.path)
  return {
    api: 'alipay',
    callable: gateway!,
    alipayMethod: method,
    ...message,
    headers: [...headersFor(message.body, null), ...message.headers],
    isSigned: true,
    isSound: true,
  }
}

/** The parameters of the gateway that stand beside biz_content and are not common to all calls. */
function textsOf(properties: Record<string, Schema>, world: World, dice: Dice): Parameters {
  const common = new Set([...Object.keys(commonOf(world)), 'method', 'sign'])
  const own = Object.entries(properties).filter(([name]) => !common.has(name))
  const source = { dice, resolve: resolver('alipay'), known: (name: string) => world.known(name) }
  const tree = new Members(own.map(([name, schema]) => [name, rightValue(schema, name, source)]))
  const broken = own.length > 0 && dice.percent(40) ? breakValue(tree, dice) : tree
  const entries = broken instanceof Members ? broken.entries : []
  const parameters: Parameters = {}
  for (const [name, value] of entries) {
    if (name === '' || common.has(name) || name === '__proto__') continue
    parameters[name] = typeof value === 'string' ? value : write(value)
  }
  return parameters
}

const commonOf = (world: World): Parameters => ({
  app_id: world.clientId,
  charset: 'utf-8',
  sign_type: 'RSA2',
  timestamp: new Date(world.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' '),
  version: '1.0',
})

type Transport = (parameters: Parameters, path: string) => Message

const split: Transport = ({ biz_content: inner, ...common }, path) => {
  const form = asForm(inner === undefined ? {} : { biz_content: inner }, path)
  return { ...form, target: `${path}?${new URLSearchParams(common).toString()}` }
}
const inJson: Transport = (parameters, path) => ({
  method: 'POST',
  target: path,
  headers: [['Content-Type', 'application/json']],
  body: Buffer.from(JSON.stringify(parameters)),
})
const inQuery: Transport = (parameters, path) => ({
  method: 'GET',
  target: `${path}?${new URLSearchParams(parameters).toString()}`,
  headers: [],
  body: Buffer.alloc(0),
})

async function alipayV3(world: World, dice: Dice): Promise<Call> {
  const callable = dice.pick(callables['alipay-v3'])
  const { requestBody, parameters = [] } = callable.operation
  const schema = requestBody?.content['application/json']?.schema
  let body: Buffer = Buffer.alloc(0)
  let target = callable.path
  if (schema) body = spoilText(write(content(schema, 'alipay-v3', { dice, world })), dice)
  else {
    const inUrl = parameters.flatMap((each) => ('in' in each && each.in === 'query' ? [each] : []))
    const properties = Object.fromEntries(inUrl.map((each) => [each.name, each.schema]))
    const tree = content({ type: 'object', properties }, 'alipay-v3', { dice, world })
    const entries = tree instanceof Members ? tree.entries : []
    const texts = entries.map(([name, value]) => [name, typeof value === 'string' ? value : write(value)])
    target += `?${new URLSearchParams(texts).toString()}`
  }
  const nonce = `fuzz-${world.now().getTime()}`
  const authString = `app_id=${world.clientId},nonce=${nonce},timestamp=${world.now().getTime()}`
  const string = alipayV3RequestString({ authString, method: callable.method, uri: target, body })
  const sign = await signAlipayV3(string, world.merchantKey)
  return {
    api: 'alipay-v3',
    callable,
    method: callable.method,
    target,
    headers: [...headersFor(body, dice), ['Authorization', formatAlipayV3Authorization({ authString, sign })]],
    body,
    isSigned: true,
    isSound: true,
  }
}

const queries = ['', '', '', '', '', '', '?', '?a=1', '?%zz', '?__proto__=1', `?${'q'.repeat(2_000)}`]

/** What HTTP needs; and a type, when there are dice to choose one. */
function headersFor(body: Buffer, dice: Dice | null): [string, string][] {
  const headers: [string, string][] = [
    ['Host', '127.0.0.1'],
    ['Content-Length', String(body.length)],
  ]
  const types = [
    'application/json; charset=UTF-8',
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
  ]
  if (dice) headers.push(['Content-Type', dice.pick(types)])
  return headers
}
