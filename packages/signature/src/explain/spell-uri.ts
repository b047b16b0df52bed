/**
 * What may have stood where the path belongs: with the host, another prefix, another version, another endpoint, another
 * query. Prefixes and endpoints are those of the family. Source: superapp-payment-api §2 and §5.
 */
import type { Cause } from './causes.ts'
import { formEncoded, percentDecoded, percentEncoded } from './percent.ts'
import type { Change } from './search.ts'

type Replace<Draft> = (draft: Draft, uri: string) => Draft

const PREFIXES = ['/api', '/acl/api', '/api/open', '/aps/api', '/ams/api']
const ENDPOINTS = [
  '/payments/pay',
  '/payments/inquiryPayment',
  '/payments/cancel',
  '/payments/cancelPayment',
  '/payments/refund',
  '/payments/refundApply',
  '/payments/inquiryRefund',
  '/payments/notifyPayment',
  '/authorizations/applyToken',
  '/users/inquiryUserInfo',
]

/** The address in full, or parts of it that are more than the path. None when the host is not known. */
export function hostChanges<Draft>(uri: string, host: string | undefined, replace: Replace<Draft>): Change<Draft>[] {
  if (!host) return []
  const { path, versioned } = partsOf(uri)
  const hosts = [host, host.replace(/:\d+$/, '')]
  const texts = hosts.flatMap((each) => [`https://${each}`, `http://${each}`, `//${each}`, each])
  return changes(
    'HOST',
    [uri, path, versioned].flatMap((each) => texts.map((text) => text + each)),
    uri,
    replace,
  )
}

/** Other paths, without a query. */
export function pathChanges<Draft>(uri: string, replace: Replace<Draft>): Change<Draft>[] {
  const { path, versioned } = partsOf(uri)
  const version = /^\/v\d+/.exec(versioned)?.[0] ?? ''
  const endpoint = versioned.slice(version.length)
  const paths = [
    path.slice(1),
    versioned.slice(1),
    `${path}/`,
    endpoint,
    path.slice(path.lastIndexOf('/')),
    path.slice(path.lastIndexOf('/') + 1),
    version === '/v1' ? `/v2${endpoint}` : `/v1${endpoint}`,
    path.toLowerCase(),
    ...PREFIXES.flatMap((prefix) => [prefix + versioned, (prefix + versioned).slice(1)]),
    `/${path}`,
    '/',
    '',
    ...ENDPOINTS.map((each) => path.slice(0, path.length - endpoint.length) + each),
    ...ENDPOINTS.map((each) => version + each),
  ]
  const encoded = [percentEncoded(path), formEncoded(path), percentDecoded(path)]
  return [...changes('PATH', paths, uri, replace), ...changes('URL_ENCODING', encoded, uri, replace)]
}

/** What may have stood for the path of a REST call of the Alipay family, whose query is signed. Source: alipay-openapi §10. */
export function restPathChanges<Draft>(uri: string, replace: Replace<Draft>): Change<Draft>[] {
  const { path, query } = partsOf(uri)
  const end = query === '' ? '' : `?${query}`
  const name = path.replace(/^\/v3\//, '')
  const paths = [
    uri.slice(1),
    `/${name}`,
    name,
    name.replaceAll('/', '.'),
    `${path}/`,
    `/${path}`,
    path.toLowerCase(),
    '/gateway.do',
  ]
  const encoded = [percentEncoded(path), percentDecoded(path)].map((each) => each + end)
  return [
    ...(query === '' ? [] : changes('QUERY_MISSING', [path], uri, replace)),
    ...changes('PATH', [...paths, ...paths.map((each) => each + end)], uri, replace),
    ...changes('URL_ENCODING', encoded, uri, replace),
  ]
}

/** The path with another query. */
export function queryChanges<Draft>(uri: string, replace: Replace<Draft>): Change<Draft>[] {
  const { path, versioned, query } = partsOf(uri)
  const sorted = query.split('&').sort().join('&')
  const queries =
    query === '' ? ['?'] : ['?', `?${percentDecoded(query)}`, `?${percentEncoded(query)}`, `?${sorted}`, `&${query}`]
  return changes(
    'QUERY',
    queries.flatMap((each) => [path + each, versioned + each]),
    uri,
    replace,
  )
}

interface Parts {
  path: string
  /** The path from its `/vN/` segment on. */
  versioned: string
  /** Without its question mark. */
  query: string
}

function partsOf(uri: string): Parts {
  const mark = uri.indexOf('?')
  const path = mark < 0 ? uri : uri.slice(0, mark)
  const version = path.search(/\/v\d+\//)
  return { path, versioned: version < 0 ? path : path.slice(version), query: mark < 0 ? '' : uri.slice(mark + 1) }
}

function changes<Draft>(cause: Cause, texts: string[], uri: string, replace: Replace<Draft>): Change<Draft>[] {
  return [...new Set(texts)]
    .filter((text) => text !== uri)
    .map((text) => ({ cause, detail: `it says "${text}"`, apply: (draft) => replace(draft, text) }))
}
