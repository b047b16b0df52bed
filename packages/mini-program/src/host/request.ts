/**
 * my.request on the wallet's side, steps 2 and 8 of the flow: what the program wrote becomes one HTTP request for the
 * relay, and the answer becomes what the program expects. Any HTTP status received is a success, as the newer documents
 * have it. Source: miniprogram format §8 "my.request".
 */
import { myErrors, myRequestErrors } from '@tradepay/contract'
import { ApiFailure, type Handlers, type RequestResult } from './types.ts'
import type { Params } from './check-params.ts'

export type RelayRequest = Parameters<Handlers['request']>[0]

/** Milliseconds. The platform's default, and the most that is waited. */
const TIMEOUT_DEFAULT = 30_000
const TIMEOUT_MOST = 120_000
const URL_MAX = 8_192

const methods = new Set(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'])
/** Headers that the container sets or withholds; a program's own are dropped. */
const withheld = new Set(['referer', 'cookie', 'host', 'origin', 'content-length', 'connection', 'transfer-encoding'])
const formType = 'application/x-www-form-urlencoded'

const bad = (message: string): ApiFailure => new ApiFailure(myErrors.badParameter, `request: ${message}`)

/**
 * @param api `httpRequest`, the old name, sends forms where `request` sends JSON.
 * @param buffer binary data in place of `data`
 * @throws ApiFailure 2 for an address, method or header that cannot be sent
 */
export function encodeRequest(
  api: string,
  params: Params,
  buffer: ArrayBuffer | undefined,
  page: string,
): RelayRequest {
  const method = String(params['method'] ?? 'GET').toUpperCase()
  if (!methods.has(method)) throw bad(`there is no method ${method}`)
  const headers = readHeaders(params)
  const data = params['data']
  let url = readUrl(String(params['url']))
  let body: Uint8Array | null = null

  if (method === 'GET' || method === 'HEAD') {
    // `headers` of a request without a body has no content type of ours.
    if (data !== undefined) url = appendQuery(url, typeof data === 'string' ? data : formOf(data))
  } else {
    const type = (headers['content-type'] ??= api === 'httpRequest' ? formType : 'application/json')
    body = buffer ? new Uint8Array(buffer) : encodeBody(data, type)
  }
  if (url.length > URL_MAX) throw bad(`the url is longer than ${URL_MAX} characters`)
  const timeout = typeof params['timeout'] === 'number' && params['timeout'] > 0 ? params['timeout'] : TIMEOUT_DEFAULT
  return { page, url, method, headers, body, timeoutMs: Math.min(timeout, TIMEOUT_MOST) }
}

function readUrl(written: string): string {
  let url: URL
  try {
    url = new URL(written)
  } catch {
    throw bad('url must be a whole address, https://host/path')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw bad(`url must be https, not ${url.protocol}`)
  if (url.username !== '' || url.password !== '') throw bad('url must not carry a user name or password')
  url.hash = ''
  return url.href
}

function readHeaders(params: Params): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  for (const given of [params['header'], params['headers']]) {
    if (!(given instanceof Map)) continue
    for (const [name, value] of given as Map<string, string>) {
      if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw bad(`"${name.slice(0, 64)}" is not a header name`)
      if (/[\0\r\n]/.test(value)) throw bad(`the header ${name} has a line break`)
      if (!withheld.has(name.toLowerCase())) headers[name.toLowerCase()] = value
    }
  }
  return headers
}

function appendQuery(url: string, query: string): string {
  if (query === '') return url
  return url + (url.includes('?') ? (/[?&]$/.test(url) ? '' : '&') : '?') + query
}

/** `a=1&b=%7B%7D`: objects inside are JSON text. */
function formOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return encodeURIComponent(String(data))
  return Object.entries(data)
    .map(([key, value]) => {
      const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
      return `${encodeURIComponent(key)}=${encodeURIComponent(text)}`
    })
    .join('&')
}

function encodeBody(data: unknown, contentType: string): Uint8Array | null {
  if (data === undefined) return null
  if (typeof data === 'string') return new TextEncoder().encode(data)
  const isForm = contentType.toLowerCase().startsWith(formType)
  return new TextEncoder().encode(isForm ? formOf(data) : JSON.stringify(data))
}

export interface DecodedResult {
  result: Record<string, unknown>
  buffer?: ArrayBuffer
}

/** What success() gets. Both the old names and the new. @throws ApiFailure 14 when the body is not what was asked for */
export function decodeResult(received: RequestResult, dataType: unknown): DecodedResult {
  const { status, headers, body } = received
  const base = { status, statusCode: status, headers, header: headers }
  if (dataType === 'arraybuffer') return { result: base, buffer: body }
  if (dataType === 'base64') return { result: { data: toBase64(body), ...base } }
  const text = decodeText(body, headers)
  if (dataType === 'text') return { result: { data: text, ...base } }
  if (text.trim() === '') return { result: { data: '', ...base } }
  try {
    return { result: { data: JSON.parse(text) as unknown, ...base } }
  } catch {
    throw new ApiFailure(myRequestErrors.notDecodable, 'request: the answer is not JSON', { data: text, ...base })
  }
}

function decodeText(body: ArrayBuffer, headers: Record<string, string>): string {
  const charset = /charset=["']?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    return new TextDecoder().decode(body)
  }
}

function toBase64(body: ArrayBuffer): string {
  const bytes = new Uint8Array(body)
  let binary = ''
  // In pieces, because the arguments of one call are limited.
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}
