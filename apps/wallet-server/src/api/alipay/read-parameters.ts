/**
 * Reads the parameters of a gateway call from wherever the client put them: query, form, multipart, or JSON. Query and
 * body are merged, the body wins. Values are text, decoded once; nothing is judged here. Source: alipay-openapi §1.
 */
import { WalletError } from '@tradepay/contract'
import type { AlipayParameters } from '@tradepay/signature'
import { readMultipart } from './read-multipart.ts'

/** @throws WalletError BODY_MALFORMED */
export function readParameters(query: string, contentType: string, body: Buffer): AlipayParameters {
  return { ...readForm(query), ...readBody(contentType, body) }
}

/** The query of a URL, without its question mark. */
export function queryOf(url: string): string {
  const mark = url.indexOf('?')
  return mark < 0 ? '' : url.slice(mark + 1)
}

function readBody(contentType: string, body: Buffer): Record<string, string> {
  if (body.length === 0) return {}
  const type = contentType.toLowerCase()
  if (type.startsWith('multipart/form-data')) return readMultipart(contentType, body)
  if (type.startsWith('application/json')) return readJson(body)
  return readForm(body.toString())
}

/** `name=value` joined by `&`, URL-encoded. Of a name that comes twice the last value stands. */
export function readForm(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

function readJson(body: Buffer): Record<string, string> {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString())
  } catch {
    throw malformed('The body says that it is JSON, and is not.')
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw malformed('The JSON body is an object with one member for each parameter.')
  }
  const entries = Object.entries(parsed as Record<string, unknown>)
  for (const [, value] of entries) {
    if (typeof value !== 'string') {
      throw malformed('Every parameter in the JSON body is text; biz_content is JSON written as text.')
    }
  }
  return Object.fromEntries(entries as [string, string][])
}

const malformed = (message: string): WalletError => new WalletError('BODY_MALFORMED', {}, message)
