/**
 * Reads what a REST call asks for: the JSON body, which is the biz_content of the method itself, or for GET the query. What
 * stands among the common parameters at the gateway is a member of the body here, or stands in the query.
 * Source: alipay-openapi §10; that `auth_token` may stand in the query of a POST is how the vendor's v3 clients send it.
 */
import type { Call, Method } from '../method.ts'
import { GatewayRefusal } from '../errors.ts'
import { queryOf, readForm } from '../read-parameters.ts'

/** The only parameter of a query that is a list; clients repeat it or join its names with commas. */
const LIST = 'query_options'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * @param url path and query, as they were signed
 * @throws GatewayRefusal isv.illegal-json
 */
export function readContent(
  { withoutContent }: Method,
  { method, url, body }: { method: string; url: string; body: Buffer },
): Pick<Call, 'parameters' | 'content' | 'source'> {
  const query = queryOf(url)
  if (method === 'GET') return { parameters: {}, content: contentOfQuery(query), source: '' }
  const { content, source } = contentOfBody(body)
  if (!withoutContent) return { parameters: {}, content, source }
  return { parameters: { ...readForm(query), ...textMembers(content) }, content: {}, source: '' }
}

/** A call without a body asks like one with an empty object: the method says what it misses. */
function contentOfBody(body: Buffer): { content: unknown; source: string } {
  if (body.length === 0) return { content: {}, source: '' }
  try {
    const source = utf8.decode(body)
    return { content: JSON.parse(source) as unknown, source }
  } catch {
    throw new GatewayRefusal('isv.illegal-json', 'The body is not JSON in UTF-8.')
  }
}

function contentOfQuery(query: string): Record<string, unknown> {
  const content = readForm(query)
  if (content[LIST] === undefined) return content
  const names = new URLSearchParams(query).getAll(LIST).flatMap((each) => each.split(','))
  return { ...content, [LIST]: names }
}

function textMembers(content: unknown): Record<string, string> {
  const members = Object.entries(content ?? {}) as [string, unknown][]
  return Object.fromEntries(members.filter((member): member is [string, string] => typeof member[1] === 'string'))
}
