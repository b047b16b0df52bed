/**
 * Checks messages against what a document says of them: what makes a description a promise. For tests, and for whoever
 * receives the document and nothing else.
 */
import { Compile } from 'typebox/schema'
import type { Answer, MediaType, OpenApiDocument, Operation, Schema } from './document.ts'

/** @returns what is wrong with a value, a line each; empty when nothing is */
export type Check = (value: unknown) => string[]

/** The check of one schema of a document, compiled once; references are looked up in the document. */
export function checkOf({ components }: Pick<OpenApiDocument, 'components'>, schema: Schema): Check {
  const compiled = Compile({ ...schema, components })
  return (value) => {
    if (compiled.Check(value)) return []
    const [, errors] = compiled.Errors(value)
    return errors.map(({ instancePath, message }) => `${instancePath || 'the whole'} ${message}`)
  }
}

/** What an operation says of answers with a status: itself, its class, or nothing. */
export function answerOf({ responses }: Operation, status: number): Answer | undefined {
  return responses[String(status)] ?? responses[`${String(status)[0]}XX`]
}

/** Every message of a document, with where it stands: requests and answers of calls and of webhooks. */
export function* messagesOf({ paths, webhooks }: OpenApiDocument): Generator<{ at: string; message: MediaType }> {
  for (const [path, item] of Object.entries({ ...paths, ...webhooks })) {
    for (const [method, { requestBody, responses }] of Object.entries(item) as [string, Operation][]) {
      for (const [type, message] of Object.entries(requestBody?.content ?? {})) {
        yield { at: `${method} ${path}: request, ${type}`, message }
      }
      for (const [status, { content }] of Object.entries(responses)) {
        for (const [type, message] of Object.entries(content ?? {})) {
          yield { at: `${method} ${path}: ${status}, ${type}`, message }
        }
      }
    }
  }
}
