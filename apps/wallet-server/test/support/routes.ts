/**
 * Every route of a server, read from the server itself: a door that somebody adds cannot be forgotten by a list.
 */
import type { FastifyInstance } from 'fastify'

export interface Route {
  method: string
  /** As it was registered, parameters with a colon. */
  path: string
}

/** Reads the tree that the router draws: each line goes on with what the line above it began. Wildcards are left out. */
export function routesOf(http: FastifyInstance): Route[] {
  const begun: string[] = []
  return http
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const match = /^((?:│ {3}| {4})*)[├└]── ([^ ]*)(?: \(([^)]*)\))?$/.exec(line)
      if (!match) return []
      const depth = match[1]!.length / 4
      const path = (begun[depth - 1] ?? '') + match[2]!
      begun.length = depth
      begun[depth] = path
      if (path.endsWith('*')) return []
      return (match[3] ?? '')
        .split(', ')
        .filter(Boolean)
        .map((method) => ({ method, path }))
    })
}

/** What a document describes, in the router's spelling. */
export const described = (document: { paths: Record<string, object> }): Route[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ method: method.toUpperCase(), path: path.replace(/\{([^}]+)\}/g, ':$1') })),
  )

/** One line for each, sorted, for comparing; what the router answers beside GET is left out. */
export const inLines = (routes: readonly Route[]): string[] =>
  routes
    .filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS')
    .map(({ method, path }) => `${method} ${path}`)
    .toSorted()
