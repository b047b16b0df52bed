/**
 * Domain lists of a release: which hosts `my.request` may call and images may come from. An entry is a host with an
 * optional port, or `*.host` for its sub-domains. Without a port the entry means the default port of the address.
 * Source: mini-program-platform §3.2.
 */

/** Most entries in one list. */
export const DOMAINS_MAX = 200

const entryShape = /^(\*\.)?([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?$/

/**
 * True for an entry that a list may hold: no scheme, no path, nothing that could end a directive of the
 * Content-Security-Policy that it is written into, and the host spelled as URLs spell it (lower case, Punycode).
 */
export function isDomain(entry: string): boolean {
  const [, wildcard, host, port] = entryShape.exec(entry) ?? []
  if (host === undefined || entry.length > 255 || Number(port ?? 1) > 65_535) return false
  const spelled = URL.canParse(`https://${host}/`) ? new URL(`https://${host}/`).hostname : null
  const isAddress = /^\[|^[0-9.]+$/.test(host)
  return spelled === host && !(wildcard && isAddress)
}

/** Whether an http or https address leads to a host of the list. The port must match too. */
export function domainsAllow(domains: readonly string[], url: URL): boolean {
  const defaultPort = url.protocol === 'https:' ? '443' : '80'
  const port = url.port === '' ? defaultPort : url.port
  return domains.some((entry) => {
    const [, wildcard, host, entryPort] = entryShape.exec(entry) ?? []
    if (host === undefined || port !== (entryPort ?? defaultPort)) return false
    return wildcard ? url.hostname.endsWith(`.${host}`) : url.hostname === host
  })
}
