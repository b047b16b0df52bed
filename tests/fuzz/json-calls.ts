/**
 * Calls of the JSON doors, made of nothing but their descriptions: address, query and body that they allow, broken in up to three
 * places or not at all, with the session of somebody where one is needed.
 */
import type { Operation, Parameter, Schema } from '@tradepay/contract/open-api'
import type { Dice } from '../simulation/dice.ts'
import { resolver, type Callable } from './apis.ts'
import type { Call } from './calls.ts'
import { spoil, spoilText } from './mangle.ts'
import { breakValue, Members, rightValue, write, type Tree } from './values.ts'

/** What the calls are made in. */
export interface JsonWorld {
  known(name: string): readonly string[]
  session: { cookie: string; csrfToken: string }
  /** Bodies that stand for what no schema can say, a signed message for example; empty when there are none. */
  samplesOf(callable: Callable): readonly object[]
}

/** More of what may be left out is there than in the merchant APIs: here it is what there is to say. */
const OPTIONAL = 35

export function makeJsonCall(world: JsonWorld, dice: Dice, callable: Callable): Call {
  const call = rightOrBroken(world, dice, callable)
  return dice.percent(15) ? spoil(call, dice) : call
}

function rightOrBroken(world: JsonWorld, dice: Dice, callable: Callable): Call {
  const { api, method, path, operation } = callable
  const source = { dice, resolve: resolver(api), known: (name: string) => world.known(name), optional: OPTIONAL }
  const right = (schema: Schema, name: string): Tree => rightValue(schema, name, source)
  const inPath = path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = right(parameterOf(operation, name)?.schema ?? {}, name)
    return encoded(textOf(dice.percent(8) ? breakValue(value, dice) : value))
  })
  const schema = operation.requestBody?.content['application/json']?.schema
  const samples = world.samplesOf(callable)
  const body = schema ? spoilText(write(contentOf()), dice) : Buffer.alloc(0)
  const isSignedIn = operation.security !== undefined && !dice.percent(4)
  return {
    api,
    callable,
    method,
    target: inPath + queryOf(operation, right, dice),
    headers: [
      ['Host', '127.0.0.1'],
      ['Content-Length', String(body.length)],
      ...(schema ? [['Content-Type', 'application/json'] satisfies [string, string]] : []),
      ...(isSignedIn ? sessionHeaders(world) : []),
    ],
    body,
    isSigned: true,
    isSound: true,
  }

  function contentOf(): Tree {
    let tree = samples.length > 0 && dice.percent(70) ? treeOf(dice.pick(samples)) : right(schema!, '')
    for (let times = dice.pick([0, 0, 0, 0, 1, 1, 2, 3]); times > 0; times--) tree = breakValue(tree, dice)
    return tree
  }
}

const sessionHeaders = ({ session }: JsonWorld): [string, string][] => [
  ['Cookie', session.cookie],
  ['X-CSRF-Token', session.csrfToken],
]

const parametersOf = ({ parameters = [] }: Operation): Parameter[] =>
  parameters.flatMap((each) => ('name' in each ? [each] : []))
const parameterOf = (operation: Operation, name: string): Parameter | undefined =>
  parametersOf(operation).find((each) => each.in === 'path' && each.name === name)

function queryOf(operation: Operation, right: (schema: Schema, name: string) => Tree, dice: Dice): string {
  const there = parametersOf(operation).filter((each) => each.in === 'query' && dice.percent(OPTIONAL))
  let tree: Tree = new Members(there.map(({ name, schema }) => [name, right(schema, name)]))
  if (dice.percent(there.length > 0 ? 40 : 4)) tree = breakValue(tree, dice)
  const entries = tree instanceof Members ? tree.entries : []
  return entries.length === 0
    ? ''
    : `?${entries.map(([name, value]) => `${encoded(name)}=${encoded(textOf(value))}`).join('&')}`
}

const textOf = (value: Tree): string => (typeof value === 'string' ? value : write(value))
/** As a part of an address; halves of characters become what stands for them. */
const encoded = (text: string): string => new URLSearchParams({ text }).toString().slice(5).replaceAll('+', '%20')

function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return value.map(treeOf)
  if (value === null || typeof value !== 'object') return value as Tree
  return new Members(Object.entries(value).map(([name, member]) => [name, treeOf(member)]))
}
