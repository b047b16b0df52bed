/**
 * How the JSON doors read: the exact bytes are kept for the record, then parsed strictly, then checked against the
 * schema of the route. Nothing is coerced or dropped silently; a refusal names the field and what was expected.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import type { FastifyInstance } from 'fastify'
import { type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Default, Errors } from 'typebox/value'
import { expectedAt, membersAt, shapeMeant } from './expected.ts'

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

/** How deep a value may be nested; no schema is deeper than a few levels. What looks into deeper ones runs out of stack. */
const DEPTH_MAX = 32

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
      void parse(request, text, (error, value: unknown) => {
        if (!error && isDeeper(value, DEPTH_MAX)) {
          return done(new WalletError('BODY_MALFORMED', { expected: `JSON of at most ${DEPTH_MAX} levels` }))
        }
        done(error, value)
      })
    },
  )
  http.setValidatorCompiler<TSchema>(({ schema }) => validator(schema))
  // Answers are written as they are; their schemas describe them.
  http.setSerializerCompiler(() => (data) => JSON.stringify(data))
}

/** Whether there are more levels than these; it looks no deeper. */
function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1))
}

/** Checks a value, with the defaults of the schema filled in. */
function validator(schema: TSchema): (value: unknown) => { value: unknown } | { error: Error } {
  const compiled = Compile(schema)
  // Where nothing is to be filled in, the value stays as it was read: filling in leaves out what it does not like.
  const hasDefaults = JSON.stringify(schema).includes('"default":')
  return (value) => {
    const completed = hasDefaults ? Default(schema, value) : value
    if (compiled.Check(completed)) return { value: completed }
    const meant = shapeMeant(schema, completed)
    const errors = meant === schema ? compiled.Errors(completed) : Errors(meant, completed)
    return { error: refusalOf(schema, meant, errors) }
  }
}

interface SchemaError {
  keyword: string
  instancePath: string
  params: object
}

/** @param meant the shape of the schema that the errors are about */
function refusalOf(schema: TSchema, meant: TSchema, errors: SchemaError[]): WalletError {
  // Where no shape was meant, the member that tells them apart is wrong.
  const first = (meant === schema ? errors.find(tellsApart(schema)) : undefined) ?? errors[0]
  if (!first) return invalidParameter('body', 'the documented content')
  const path = first.instancePath.split('/').slice(1).map(unescaped)
  const missing = 'requiredProperties' in first.params ? first.params.requiredProperties : undefined
  if (first.keyword === 'required' && Array.isArray(missing)) path.push(String(missing[0]))
  // A part of the path may be a key that the caller made up.
  const field = path.join('.').slice(0, 100) || 'body'
  // What the schema does not name is refused, so that a misspelt field is noticed.
  if (first.keyword === 'boolean') {
    const members = membersAt(meant, path.slice(0, -1))
    return invalidParameter(field, `no field of this name; there are ${members.join(', ') || 'none'}`)
  }
  return invalidParameter(field, expectedAt(first.keyword === 'required' ? schema : meant, path))
}

const tellsApart =
  (schema: TSchema) =>
  ({ keyword, instancePath }: SchemaError): boolean =>
    'anyOf' in schema && keyword === 'const' && instancePath !== ''

/** Source: RFC 6901 §4. */
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')
