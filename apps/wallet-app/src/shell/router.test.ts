/** Addresses, and the back button: it closes what is on top, and never more. */
import { describe, expect, it } from 'vitest'
import { createRouter, parseRoute } from './router.ts'

const ORIGIN = 'https://wallet.example'
const route = (address: string) => parseRoute(address, ORIGIN)

describe('an address', () => {
  it('names a page of the wallet', () => {
    expect(route('/')).toEqual({ name: 'home' })
    expect(route('/wallet/')).toEqual({ name: 'wallet' })
    expect(route('/p/2021000001')).toEqual({ name: 'program', appId: '2021000001' })
    expect(route('/cashier?tradeNo=2026')).toEqual({ name: 'cashier', tradeNo: '2026' })
  })
  it.each(['/p/', '/p/a/b', '/cashier', '/cashier?tradeNo=', '/nowhere', '/p/%E0%A4%A'])('%s is nowhere', (address) => {
    expect(route(address).name).toBe('notFound')
  })
  it.each([
    ['/wallet', '/wallet'],
    ['/cashier?tradeNo=1', '/cashier?tradeNo=1'],
    ['https://evil.example/', '/'],
    ['//evil.example/', '/'],
    ['/\\evil.example/', '/'],
    ['javascript:alert(1)', '/'],
    ['/sign-in?next=/wallet', '/'],
  ])('after sign-in, next=%s leads to %s', (next, path) => {
    expect(route(`/sign-in?next=${encodeURIComponent(next)}`)).toEqual({ name: 'signIn', next: path })
  })
})

/** The history of a browser: going back happens later, as it does there. */
function browser(path = '/') {
  const entries: { url: string; state: unknown }[] = [{ url: path, state: null }]
  let at = 0
  let onPop = (): void => undefined
  const go = (steps: number): void => {
    setTimeout(() => {
      if (at + steps < 0 || at + steps >= entries.length) return
      at += steps
      onPop()
    }, 0)
  }
  const history = {
    get state() {
      return entries[at]!.state
    },
    pushState(state: unknown, _title: string, url?: string) {
      entries.splice(at + 1, Infinity, { state, url: url ?? entries[at]!.url })
      at += 1
    },
    replaceState(state: unknown, _title: string, url?: string) {
      entries[at] = { state, url: url ?? entries[at]!.url }
    },
    back: () => go(-1),
    go,
  }
  const location = {
    origin: ORIGIN,
    get href() {
      return ORIGIN + entries[at]!.url
    },
  }
  const addEventListener = (_type: string, listener: () => void): void => void (onPop = listener)
  const router = createRouter({ history, location, addEventListener } as unknown as Window)
  return { router, back: () => go(-1), path: () => entries[at]!.url, length: () => entries.length }
}
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0))
}

describe('the back button', () => {
  it('goes to the page before', async () => {
    const { router, back } = browser()
    router.go('/wallet')
    back()
    await settle()
    expect(router.route.get()).toEqual({ name: 'home' })
  })

  it('asks the overlay on top, and leaves the page alone, as often as it is pressed', async () => {
    const { router, back, path } = browser()
    router.go('/p/1')
    const asked: string[] = []
    router.guard(() => asked.push('program'))
    const letGo = router.guard(() => asked.push('cashier'))
    await settle()
    back()
    await settle()
    back()
    await settle()
    letGo()
    await settle()
    back()
    await settle()
    expect(asked).toEqual(['cashier', 'cashier', 'program'])
    expect(path()).toBe('/p/1')
  })

  it('works as before once the overlay has gone', async () => {
    const { router, back, path } = browser()
    router.go('/p/1')
    const letGo = router.guard(() => undefined)
    await settle()
    letGo()
    await settle()
    expect(path()).toBe('/p/1')
    back()
    await settle()
    expect(path()).toBe('/')
  })

  it('is not confused by an overlay that opens and closes at once', async () => {
    const { router, length, path } = browser()
    router.guard(() => undefined)()
    await settle()
    expect([length(), path()]).toEqual([1, '/'])
  })
})

describe('leaving a page', () => {
  it('goes back to where the user came from, past the guard', async () => {
    const { router, path } = browser('/wallet')
    router.go('/p/1')
    const letGo = router.guard(() => undefined)
    await settle()
    router.leave()
    letGo()
    await settle()
    expect(path()).toBe('/wallet')
    expect(router.route.get()).toEqual({ name: 'wallet' })
  })

  it('goes home when the page was opened from outside', async () => {
    const { router, path } = browser('/p/1')
    router.leave()
    await settle()
    expect(path()).toBe('/')
  })

  it('waits while the browser is still taking an overlay away', async () => {
    const { router, path } = browser()
    router.go('/p/1')
    const letGo = router.guard(() => undefined)
    await settle()
    letGo()
    await new Promise((resolve) => setTimeout(resolve, 0))
    router.go('/wallet', { replace: true })
    await settle()
    expect(path()).toBe('/wallet')
    expect(router.route.get()).toEqual({ name: 'wallet' })
  })
})
