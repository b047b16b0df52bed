/**
 * What a schema takes, in words: for whoever sent something else. A schema's own description comes first; where it has none,
 * its type and its limits say it.
 */
import type { TSchema } from 'typebox'

/** The keywords that are read here. */
interface Keywords {
  type?: string
  description?: string
  const?: unknown
  anyOf?: Keywords[]
  properties?: Record<string, Keywords>
  items?: Keywords
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minProperties?: number
  pattern?: string
}

/** The place in a value where it is wrong, and what belongs there. */
export function expectedAt(schema: TSchema, path: readonly string[]): string {
  return inWords(schemaAt(schema as Keywords, path))
}

/** The members that an object may have there; empty where there is no object with names. */
export function membersAt(schema: TSchema, path: readonly string[]): string[] {
  return Object.keys(schemaAt(schema as Keywords, path).properties ?? {})
}

/**
 * Of several shapes of an object the one that was meant: those whose literal members (`family`) are not contradicted, and
 * among them the one that names most of what was sent. A schema of one shape, or one of which none was meant, is itself.
 */
export function shapeMeant(schema: TSchema, value: unknown): TSchema {
  const { anyOf = [] } = schema as Keywords
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value)
  if (!isObject || !anyOf.some(({ properties }) => properties)) return schema
  const given = value as Record<string, unknown>
  const possible = anyOf.filter(({ properties = {} }) =>
    Object.entries(properties).every(([name, member]) => !(name in given && isOther(member, given[name]))),
  )
  const named = ({ properties = {} }: Keywords): number =>
    Object.keys(given).filter((name) => name in properties).length
  const [nearest] = possible.toSorted((a, b) => named(b) - named(a))
  return (nearest as TSchema | undefined) ?? schema
}

const isOther = (schema: Keywords, value: unknown): boolean => 'const' in schema && schema.const !== value

function schemaAt(schema: Keywords, [name, ...rest]: readonly string[]): Keywords {
  if (name === undefined) return schema
  const own = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
  const inner = own ?? schema.items
  if (inner) return schemaAt(inner, rest)
  const variants = (schema.anyOf ?? []).map((variant) => schemaAt(variant, [name, ...rest])).filter(isSomething)
  return variants.length > 1 ? { anyOf: variants } : (variants[0] ?? {})
}

const isSomething = (schema: Keywords): boolean => Object.keys(schema).length > 0

function inWords(schema: Keywords): string {
  const { description, anyOf, properties = {}, pattern } = schema
  if (description !== undefined) return description
  if ('const' in schema) return String(schema.const)
  if (anyOf) return choice(anyOf)
  switch (schema.type) {
    case 'string':
      return pattern === undefined ? `text${lengthOf(schema)}` : `text of the form ${pattern}`
    case 'integer':
      return `a whole number${rangeOf(schema)}`
    case 'number':
      return `a number${rangeOf(schema)}`
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    case 'array':
      return `a list${within(schema.minItems, schema.maxItems, 'of', '')}`
    case 'object':
      if ((schema.minProperties ?? 0) > 0) return `an object with one of ${Object.keys(properties).join(', ')} or more`
      return 'an object'
    default:
      return 'the documented content'
  }
}

/** Each choice once: literals as a list, the rest as alternatives. */
function choice(schemas: readonly Keywords[]): string {
  const words = [...new Set(schemas.map(inWords))]
  if (words.length === 1) return words[0]!
  return schemas.every((each) => 'const' in each) ? `one of ${words.join(', ')}` : words.join(' or ')
}

const lengthOf = ({ minLength, maxLength }: Keywords): string => within(minLength, maxLength, 'of', ' characters')
const rangeOf = ({ minimum, maximum }: Keywords): string => within(minimum, maximum, 'from', '')

function within(least: number | undefined, most: number | undefined, from: string, unit: string): string {
  if (least !== undefined && most !== undefined) return ` ${from} ${least} to ${most}${unit}`
  if (most !== undefined) return ` of at most ${most}${unit}`
  return least === undefined ? '' : ` of at least ${least}${unit}`
}
