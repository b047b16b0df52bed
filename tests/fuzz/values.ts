/**
 * Values for the schemas of a description: right ones, and right ones that were broken in small ways. Objects are lists of
 * members, so that a name can stand twice; numbers may be written as no JavaScript number can be.
 */
import type { Schema } from '@tradepay/contract/open-api'
import type { Dice } from '../simulation/dice.ts'
import { weird } from './weird.ts'

/** JSON text that is written as it is. */
export class Raw {
  constructor(readonly text: string) {}
}

/** An object, its members in order, a name perhaps twice. */
export class Members {
  constructor(readonly entries: [name: string, value: Tree][]) {}
}

export type Tree = string | number | boolean | null | Raw | Members | Tree[]

/** The JSON text of a value. */
export function write(tree: Tree): string {
  if (tree instanceof Raw) return tree.text
  if (Array.isArray(tree)) return `[${tree.map(write).join(',')}]`
  if (tree instanceof Members) {
    return `{${tree.entries.map(([name, value]) => `${JSON.stringify(name)}:${write(value)}`).join(',')}}`
  }
  return JSON.stringify(tree)
}

export interface Source {
  dice: Dice
  /** Looks a reference of the description up. */
  resolve(reference: string): Schema
  /** Values that mean something in this world, by the name of the member; empty when there is none. */
  known(name: string): readonly string[]
  /** How many of a hundred members that may be left out are there; default 12. */
  optional?: number
}

/** A value that the schema takes, most likely one that means something. */
export function rightValue(schema: Schema, name: string, source: Source): Tree {
  const { dice, resolve } = source
  const from = <Item>(list: unknown): Item => dice.pick(list as Item[])
  if (typeof schema['$ref'] === 'string') return rightValue(resolve(schema['$ref']), name, source)
  if ('const' in schema) return schema['const'] as Tree
  if (Array.isArray(schema['enum'])) return from<string>(schema['enum'])
  const choices = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(choices)) return rightValue(from<Schema>(choices), name, source)
  switch (schema['type']) {
    case 'object':
      return rightObject(schema, source)
    case 'array':
      return Array.from({ length: dice.below(3) }, () => rightValue((schema['items'] ?? {}) as Schema, name, source))
    case 'boolean':
      return dice.percent(50)
    case 'number':
    case 'integer':
      return dice.pick([0, 1, 12, 1250])
    default:
      return rightText(schema, name, source)
  }
}

function rightObject({ properties = {}, required = [] }: Schema, source: Source): Members {
  const needed = new Set(required as string[])
  const members = Object.entries(properties as Record<string, Schema>)
    .filter(([name]) => needed.has(name) || source.dice.percent(source.optional ?? 12))
    .map(([name, schema]): [string, Tree] => [name, rightValue(schema, name, source)])
  return new Members(members)
}

const texts = ['a', 'Flat white', '1', '12.50', '2026-02', '30m', 'ACTIVE']

function rightText(schema: Schema, name: string, source: Source): string {
  const { dice } = source
  if (schema['contentSchema'] !== undefined) {
    return write(rightValue(schema['contentSchema'] as Schema, name, source))
  }
  const known = source.known(name)
  if (known.length > 0 && dice.percent(95)) return dice.pick(known)
  const pattern = new RegExp(String(schema['pattern'] ?? ''))
  return dice.pick(texts.filter((text) => pattern.test(text)).concat('1'))
}

/** A place in a value that can be broken. */
interface Place {
  value: Tree
  put(value: Tree): void
  /** Of a member of an object. */
  member?: { of: Members; index: number }
}

function* placesOf(tree: Tree): Generator<Place> {
  if (Array.isArray(tree)) {
    for (const [index, value] of tree.entries()) {
      yield { value, put: (other) => void (tree[index] = other) }
      yield* placesOf(value)
    }
  } else if (tree instanceof Members) {
    for (const [index, entry] of tree.entries.entries()) {
      yield { value: entry[1], put: (other) => void (entry[1] = other), member: { of: tree, index } }
      yield* placesOf(entry[1])
    }
  }
}

/** Breaks a value in one place; in place where it has places, else it is another value. */
export function breakValue(tree: Tree, dice: Dice): Tree {
  const places = [...placesOf(tree)]
  if (places.length === 0 || dice.percent(3)) return weird(dice)
  const place = dice.pick(places)
  const how = dice.weighted({ replace: 8, remove: 2, extra: 2, twice: 2, wrap: 1, retype: 2, rename: 1 })
  const { member } = place
  if (how === 'wrap') place.put(dice.percent(50) ? [place.value] : new Members([['value', place.value]]))
  else if (how === 'retype') place.put(retyped(place.value))
  else if (how === 'replace' || member === undefined) place.put(weird(dice))
  else if (how === 'remove') member.of.entries.splice(member.index, 1)
  else if (how === 'extra') member.of.entries.push([dice.pick(extraNames), weird(dice)])
  else if (how === 'twice') member.of.entries.push([member.of.entries[member.index]![0], weird(dice)])
  else member.of.entries[member.index]![0] = member.of.entries[member.index]![0].toUpperCase()
  return tree
}

const extraNames = ['__proto__', 'constructor', 'toString', '', '\u0000', 'result', 'sign', 'length', 'x'.repeat(300)]

function retyped(value: Tree): Tree {
  if (typeof value === 'string') return /^-?[0-9.]+$/.test(value) ? new Raw(value) : [...value].slice(0, 40)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return write(value)
}
