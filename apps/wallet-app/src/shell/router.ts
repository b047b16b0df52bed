/**
 * Where the user is, kept in the browser's history. Overlays (the cashier, a mini program's inner pages) catch the
 * back button through one guard entry, so that back closes what is on top and never loses what lies below.
 */
import { createStore, type Store } from '../ui/store.ts'

export type Route =
  | { name: 'home' }
  | { name: 'program'; appId: string }
  | { name: 'wallet' }
  | { name: 'signIn'; next: string }
  | { name: 'cashier'; tradeNo: string }
  | { name: 'notFound' }

/** Reads an address of the wallet. `next` of the sign-in page is only ever a path of this origin. */
export function parseRoute(address: string, origin: string): Route {
  const url = new URL(address, origin)
  const path = url.pathname.replace(/\/+$/, '') || '/'
  if (path === '/') return { name: 'home' }
  if (path === '/wallet') return { name: 'wallet' }
  if (path === '/sign-in') return { name: 'signIn', next: ownPath(url.searchParams.get('next'), origin) }
  if (path === '/cashier') {
    const tradeNo = url.searchParams.get('tradeNo') ?? ''
    return tradeNo === '' ? { name: 'notFound' } : { name: 'cashier', tradeNo }
  }
  const appId = /^\/p\/([^/]+)$/.exec(path)?.[1]
  if (appId !== undefined) {
    try {
      return { name: 'program', appId: decodeURIComponent(appId) }
    } catch {
      return { name: 'notFound' }
    }
  }
  return { name: 'notFound' }
}

/** A link may ask to go on anywhere after sign-in; only the wallet's own pages are gone to. */
function ownPath(next: string | null, origin: string): string {
  if (next === null || !next.startsWith('/')) return '/'
  try {
    const url = new URL(next, origin)
    return url.origin === origin && url.pathname !== '/sign-in' ? url.pathname + url.search : '/'
  } catch {
    return '/'
  }
}

export interface Router {
  route: Store<Route>
  /** Goes to a page of the wallet. */
  go(path: string, options?: { replace?: boolean }): void
  /** Leaves the present page: back to where the user came from, or home. */
  leave(): void
  /** While held, the back button calls `onBack` instead of leaving. The answer lets go. */
  guard(onBack: () => void): () => void
}

interface Entry {
  /** How many entries of ours lie below this one. */
  depth: number
  guard?: true
}

type Browser = Pick<Window, 'history' | 'location' | 'addEventListener'>

export function createRouter({ history, location, addEventListener }: Browser): Router {
  const here = (): Route => parseRoute(location.href, location.origin)
  const route = createStore<Route>(here())
  const guards: (() => void)[] = []
  let guardEntry = false
  let undoing = false
  let scheduled = false
  const later: (() => void)[] = []

  const depth = (): number => (history.state as Entry | null)?.depth ?? 0
  history.replaceState({ depth: depth() } satisfies Entry, '')

  /** The browser goes back in its own time; what would change the history meanwhile waits for it. */
  function settled(action: () => void): void {
    if (undoing) later.push(action)
    else action()
  }

  function syncSoon(): void {
    if (scheduled) return
    scheduled = true
    setTimeout(() => {
      scheduled = false
      settled(sync)
    }, 0)
  }

  function sync(): void {
    if (guards.length > 0 && !guardEntry) {
      guardEntry = true
      history.pushState({ depth: depth(), guard: true } satisfies Entry, '')
    } else if (guards.length === 0 && guardEntry) {
      guardEntry = false
      undoing = true
      history.back()
    }
  }

  addEventListener('popstate', () => {
    if (undoing) {
      undoing = false
      for (const action of later.splice(0)) action()
      return
    }
    if (guardEntry) {
      guardEntry = false
      guards.at(-1)?.()
      syncSoon()
      return
    }
    route.set(here())
  })

  return {
    route,
    go(path, { replace = false } = {}) {
      settled(() => {
        const entry: Entry = { depth: replace ? depth() : depth() + 1 }
        // A guard entry stands for the page that is being left: the new page takes its place.
        if (replace || guardEntry) history.replaceState(entry, '', path)
        else history.pushState(entry, '', path)
        guardEntry = false
        route.set(here())
        syncSoon()
      })
    },
    leave() {
      settled(() => {
        if (depth() > 0) {
          const steps = guardEntry ? -2 : -1
          guardEntry = false
          history.go(steps)
        } else {
          this.go('/', { replace: true })
        }
      })
    },
    guard(onBack) {
      guards.push(onBack)
      syncSoon()
      return () => {
        const index = guards.indexOf(onBack)
        if (index >= 0) guards.splice(index, 1)
        syncSoon()
      }
    },
  }
}
