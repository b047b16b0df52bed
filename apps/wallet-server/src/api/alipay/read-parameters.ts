/**
 * Reads the parameters of a gateway call from wherever the client put them: query, form, multipart, or JSON. Query and
 * body are merged, the body wins. Values are text, decoded once; nothing is judged here. Source: alipay-openapi §1.
 */
import { WalletError } from '@tradepay/contract'
import type { AlipayParameters } from '@tradepay/signature'

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

function readForm(text: string): Record<string, string> {
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

/** RFC 7578, fields only: files are not part of any call here and are left out of what is signed. */
function readMultipart(contentType: string, body: Buffer): Record<string, string> {
  const match = /boundary=(?:"([^"]{1,70})"|([^;\s]{1,70}))/i.exec(contentType)
  if (!match) throw malformed('The multipart body has no boundary in its Content-Type.')
  const delimiter = Buffer.from(`--${match[1] ?? match[2]}`)
  const fields: [string, string][] = []
  let at = body.indexOf(delimiter)
  if (at < 0) throw malformed('The multipart body does not begin with its boundary.')
  for (;;) {
    at += delimiter.length
    if (body.toString('latin1', at, at + 2) === '--') return Object.fromEntries(fields)
    const headersEnd = body.indexOf('\r\n\r\n', at)
    const next = headersEnd < 0 ? -1 : body.indexOf(`\r\n${delimiter.toString()}`, headersEnd + 2)
    if (next < 0) throw malformed('The multipart body ends before its last boundary.')
    const headers = body.toString('utf8', at, headersEnd)
    const name = /^content-disposition:[^\r\n]*;\s*name="([^"\r\n]*)"/im.exec(headers)?.[1]
    if (name === undefined) throw malformed('A part of the multipart body has no name.')
    const isFile = /^content-disposition:[^\r\n]*;\s*filename\*?=/im.test(headers)
    if (!isFile) fields.push([name, body.toString('utf8', headersEnd + 4, Math.max(next, headersEnd + 4))])
    at = next + 2
  }
}

const malformed = (message: string): WalletError => new WalletError('BODY_MALFORMED', {}, message)
