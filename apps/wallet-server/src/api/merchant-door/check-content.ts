/**
 * Checks parsed content against a schema of the contract, for both merchant doors (step 5).
 *
 * A refusal names the field in the words of the door and says what was expected, taken from the schema's own
 * description. Both families send "not given" as a missing member, and some clients as null or an empty text: all
 * three are the same here.
 */
import { invalidParameter, type WalletError } from '@tradepay/contract'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/** How deep "not given" is looked for; no schema of these doors is deeper. */
const DEEPEST = 5

/**
 * Makes the check of one schema, compiled once.
 * @returns a function that answers the content, typed, or throws WalletError INVALID_PARAMETER
 */
export function contentChecker<Schema extends TSchema>(schema: Schema): (content: unknown) => Static<Schema> {
  const validator = Compile(schema)
  return (content) => {
    const given = onlyGiven(content, 0)
    if (validator.Check(given)) return given as Static<Schema>
    throw refusalOf(schema, validator.Errors(given))
  }
}

/** Takes out of objects what was not given. Works in place: the content was parsed for this call and is nobody else's. */
function onlyGiven(content: unknown, depth: number): unknown {
  if (content === null || typeof content !== 'object' || depth === DEEPEST) return content
  if (Array.isArray(content)) {
    for (const each of content) onlyGiven(each, depth + 1)
    return content
  }
  const members = content as Record<string, unknown>
  for (const [name, value] of Object.entries(members)) {
    if (value === null || value === '') delete members[name]
    else onlyGiven(value, depth + 1)
  }
  return content
}

function refusalOf(schema: TSchema, errors: { instancePath: string; params: object }[]): WalletError {
  const [first] = errors
  const path = (first?.instancePath ?? '').split('/').slice(1)
  const missing = (first?.params as { requiredProperties?: string[] } | undefined)?.requiredProperties?.[0]
  if (missing !== undefined) path.push(missing)
  if (path.length === 0) return invalidParameter('body', 'a JSON object')
  return invalidParameter(path.join('.'), expectedAt(schema, path) ?? 'another type')
}

/** The description of the deepest part of the schema on the way to the field. */
function expectedAt(schema: object, path: string[]): string | undefined {
  const { description, properties, items } = schema as {
    description?: string
    properties?: Record<string, object>
    items?: object
  }
  const [name, ...rest] = path
  const inner = name === undefined ? undefined : (properties?.[name] ?? items)
  return (inner && expectedAt(inner, rest)) ?? description
}
