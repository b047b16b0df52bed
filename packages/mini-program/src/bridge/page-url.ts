/**
 * Page addresses of a mini program: `/pages/a/a?x=1`, `../b/b`. The logic resolves what a program wrote against the
 * page it stands on; the host reads the result. Both use this one reading, so that they never disagree on a page.
 */

export interface PageAddress {
  /** Without leading slash, as in app.json. */
  path: string
  query: Record<string, string>
}

/**
 * The address from the root that `url` means on the page `from`: `/x` is the root, anything else is relative to the
 * folder of `from`. `..` above the root stays at the root. The query is kept as it was written.
 */
export function resolvePageUrl(url: string, from: string): string {
  const mark = url.indexOf('?')
  const written = mark === -1 ? url : url.slice(0, mark)
  const query = mark === -1 ? '' : url.slice(mark)
  const parts = written.startsWith('/') || written === '' ? [] : from.split('/').slice(0, -1)
  for (const part of (written === '' ? from : written).split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return '/' + parts.join('/') + query
}

/** Splits an address from the root into page path and query. A `.html` ending, which some programs write, is dropped. */
export function readPageUrl(url: string): PageAddress {
  const mark = url.indexOf('?')
  const path = (mark === -1 ? url : url.slice(0, mark)).replace(/^\/+/, '').replace(/\.html$/, '')
  return { path, query: mark === -1 ? {} : parseQuery(url.slice(mark + 1)) }
}

/**
 * `a=1&b=%20` as texts, keys and values decoded once. A part without `=` is the empty text; the last of equal names
 * wins; a part that cannot be decoded stays as it was written. The object has no prototype.
 */
export function parseQuery(query: string): Record<string, string> {
  const result: Record<string, string> = Object.create(null)
  for (const part of query.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const key = decode(equals === -1 ? part : part.slice(0, equals))
    result[key] = equals === -1 ? '' : decode(part.slice(equals + 1))
  }
  return result
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
