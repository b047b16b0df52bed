/**
 * How the JSON doors read: the exact bytes are kept for the record, then parsed strictly, then checked against the
 * schema of the route. Nothing is coerced or dropped silently; a refusal names the field and what was expected.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import type { FastifyInstance } from 'fastify'
import { type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Default } from 'typebox/value'

const rawBodies = new WeakMap<object, Buffer>()

/** The bytes of the body as they came; empty when there were none. */
export function rawBodyOf(request: object): Buffer {
  return rawBodies.get(request) ?? Buffer.alloc(0)
}

/**
 * Escapes that are JSON but no text: NUL, and halves of surrogate pairs. No column can keep them and no field here has a
 * use for them. (The bytes themselves cannot hold either: they are valid UTF-8, and JSON forbids a bare NUL.)
 */
const unstorableEscape = /\\u(?:0000|d[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2}\\u)d[c-f])/i

/** Largest body where a route does not say otherwise. Bytes. */
const BODY_MAX_BYTES = 64 * 1024

/** Makes a door read JSON and nothing else: a form or plain text, which any web page may send, is refused. */
export function readJsonBodies(http: FastifyInstance): void {
  const parse = http.getDefaultJsonParser('error', 'error')
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  http.removeAllContentTypeParsers()
  http.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: BODY_MAX_BYTES },
    (request, body, done) => {
      const bytes = body as Buffer
      rawBodies.set(request, bytes)
      if (bytes.length === 0) return done(null, undefined)
      let text: string
      try {
        text = utf8.decode(bytes)
      } catch {
        return done(new WalletError('BODY_MALFORMED', { expected: 'JSON in UTF-8' }))
      }
      if (unstorableEscape.test(text)) {
        return done(new WalletError('BODY_MALFORMED', { expected: 'Unicode text without the character NUL' }))
      }
      void parse(request, text, done)
    },
  )
  http.setValidatorCompiler<TSchema>(({ schema }) => validator(schema))
  // Answers are written as they are; their schemas describe them.
  http.setSerializerCompiler(() => (data) => JSON.stringify(data))
}

/** Checks a value, with the defaults of the schema filled in. */
function validator(schema: TSchema): (value: unknown) => { value: unknown } | { error: Error } {
  const compiled = Compile(schema)
  return (value) => {
    const completed = Default(schema, value)
    if (compiled.Check(completed)) return { value: completed }
    return { error: refusalOf(compiled.Errors(completed)) }
  }
}

interface SchemaError {
  keyword: string
  instancePath: string
  message: string
  params: object
}

function refusalOf(errors: SchemaError[]): WalletError {
  const [first] = errors
  if (!first) return invalidParameter('body', 'the documented content')
  const path = first.instancePath.split('/').filter(Boolean)
  const missing = 'requiredProperties' in first.params ? first.params.requiredProperties : undefined
  if (first.keyword === 'required' && Array.isArray(missing)) path.push(String(missing[0]))
  // A part of the path may be a key that the caller made up.
  const field = path.length === 0 ? 'body' : path.join('.').slice(0, 100)
  return invalidParameter(field, expectedBy(first, errors))
}

function expectedBy(first: SchemaError, errors: SchemaError[]): string {
  if (first.keyword === 'required') return 'a value'
  // What the schema does not name is refused, so that a misspelt field is noticed.
  if (first.keyword === 'boolean') return 'no field of this name'
  const allowed = errors
    .filter((error) => error.keyword === 'const' && error.instancePath === first.instancePath)
    .map((error) => ('allowedValue' in error.params ? String(error.params.allowedValue) : ''))
  if (allowed.length > 0) return `one of ${allowed.join(', ')}`
  return first.message.replace(/^must (be |have |match )?/, '')
}
