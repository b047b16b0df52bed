/**
 * The page stack, at most ten pages, and the tab pages that stay alive beside it. The host decides every navigation and
 * tells the logic which hooks to run, in the documented order. Source: miniprogram format §4 "Navigation rules".
 */
import { PAGE_STACK_MAX, myErrors } from '@tradepay/contract'
import { readPageUrl, type PageAddress } from '../bridge/page-url.ts'
import type { HostToLogic } from '../bridge/messages.ts'
import type { PackedProgram } from '../package-format.ts'
import { SLIDE_MS, type HostPage } from './host-page.ts'
import { ApiFailure } from './types.ts'

export interface PageStack {
  launch(address: PageAddress): void
  /** Each throws ApiFailure 1 with the reason. `call` is the id of the call, for the event channel. */
  navigateTo(url: string, call: number): void
  redirectTo(url: string): void
  reLaunch(url: string): void
  switchTab(url: string): void
  navigateBack(delta: number): void
  /** A page has painted for the first time: what it covers may go. */
  painted(page: HostPage): void
  top(): HostPage | undefined
  depth(): number
  /** Index of the tab that the stack stands on, null on another page. */
  selectedTab(): number | null
  /** The wallet goes to the background or comes back. */
  setVisible(visible: boolean): void
  close(): void
}

export interface PageStackDeps {
  program: PackedProgram
  toLogic(message: HostToLogic, transfer?: Transferable[]): void
  /** Makes a page with its frame. `slide` is false for pages that do not lie on another. */
  make(path: string, slide: boolean): HostPage
  /** Another page is on top, or the same one in another place. */
  changed(): void
}

const cannot = (message: string): ApiFailure => new ApiFailure(myErrors.unavailable, message)

export function createPageStack({ program, toLogic, make, changed }: PageStackDeps): PageStack {
  let stack: HostPage[] = []
  /** Tab pages that have been opened, by path, also the one in the stack. */
  const tabs = new Map<string, HostPage>()
  const isTab = (path: string): boolean => program.tabBar?.items.some((item) => item.pagePath === path) ?? false
  const ids = (): number[] => stack.map((page) => page.id)

  function known(url: string): PageAddress {
    const address = readPageUrl(url)
    if (!program.pages.includes(address.path)) throw cannot(`can not find page:${address.path}`)
    return address
  }
  function notTab(address: PageAddress, api: string): void {
    if (isTab(address.path)) throw cannot(`${api} cannot open the tab page ${address.path}: use switchTab`)
  }

  /** The page the user sees: it stays in sight until the next one has painted, so that nobody sees a blank screen. */
  let seen: HostPage | undefined
  /** Closed pages whose frames still serve as that curtain. */
  let leaving: HostPage[] = []

  function drawn(): void {
    const top = stack.at(-1)
    if (top?.painted) settle(top)
    for (const page of new Set([...tabs.values(), ...leaving])) if (!stack.includes(page)) place(page, 0)
    stack.forEach((page, at) => place(page, at + 1))
    changed()
  }
  function place(page: HostPage, order: number): void {
    const top = stack.at(-1)
    const role = page === top ? 'top' : page === seen ? 'curtain' : 'hidden'
    page.place(role, order)
  }
  function settle(top: HostPage): void {
    seen = top
    for (const page of leaving) page.close(false)
    leaving = []
  }
  function open({ path, query }: PageAddress, slide: boolean, call: number | null): void {
    const page = make(path, slide)
    stack.push(page)
    if (isTab(path)) tabs.set(path, page)
    toLogic({ kind: 'pageOpened', pageId: page.id, path, query, stack: ids(), call }, [page.logicPort])
    drawn()
  }
  /** The program is told at once. The frame slides out, or stays as the curtain before the page that comes. */
  function end(page: HostPage, how: 'slide' | 'curtain'): void {
    toLogic({ kind: 'pageClosed', pageId: page.id })
    if (how === 'curtain' && page === seen) leaving.push(page)
    else page.close(how === 'slide' && page === seen)
    if (tabs.get(page.path) === page) tabs.delete(page.path)
  }
  /** Closes pages from the top down. */
  function endAll(pages: HostPage[], how: 'slide' | 'curtain'): void {
    for (const page of [...pages].reverse()) end(page, how)
  }
  function showTop(): void {
    const top = stack.at(-1)
    if (top) toLogic({ kind: 'pageShown', pageId: top.id, stack: ids() })
    drawn()
  }

  return {
    launch: (address) => open(address, false, null),
    navigateTo(url, call) {
      const address = known(url)
      notTab(address, 'navigateTo')
      if (stack.length >= PAGE_STACK_MAX) throw cannot(`depth can not be more than ${PAGE_STACK_MAX}`)
      const below = stack.at(-1)
      if (below) toLogic({ kind: 'pageHidden', pageId: below.id })
      open(address, true, call)
    },
    redirectTo(url) {
      const address = known(url)
      notTab(address, 'redirectTo')
      const old = stack.pop()
      if (old) end(old, 'curtain')
      open(address, false, null)
    },
    reLaunch(url) {
      const address = known(url)
      const kept = [...tabs.values()].filter((page) => !stack.includes(page))
      endAll(stack, 'curtain')
      endAll(kept, 'curtain')
      stack = []
      open(address, false, null)
    },
    switchTab(url) {
      const { path } = known(url)
      if (!isTab(path)) throw cannot(`switchTab: ${path} is not a tab page`)
      const from = stack.at(-1)
      const [bottom] = stack
      if (from?.path === path && from === bottom) return
      endAll(
        stack.filter((page) => !isTab(page.path)),
        'curtain',
      )
      // A tab page that other pages covered has had its onHide already.
      if (bottom && bottom === from && bottom.path !== path) toLogic({ kind: 'pageHidden', pageId: bottom.id })
      const alive = tabs.get(path)
      if (!alive) {
        stack = []
        open({ path, query: {} }, false, null)
        return
      }
      stack = [alive]
      showTop()
    },
    navigateBack(delta) {
      if (stack.length <= 1) throw cannot('navigateBack: there is no page to go back to')
      const keep = Math.max(1, stack.length - Math.max(1, Math.trunc(delta)))
      endAll(stack.slice(keep), 'slide')
      stack = stack.slice(0, keep)
      showTop()
    },
    painted(page) {
      if (page !== stack.at(-1)) return
      // After the slide, during which the page below is still in sight.
      setTimeout(() => {
        if (page === stack.at(-1)) drawn()
      }, SLIDE_MS)
    },
    top: () => stack.at(-1),
    depth: () => stack.length,
    selectedTab() {
      const path = stack.length === 1 ? stack[0]?.path : undefined
      const index = program.tabBar?.items.findIndex((item) => item.pagePath === path) ?? -1
      return index === -1 ? null : index
    },
    setVisible(visible) {
      const top = stack.at(-1)
      if (visible) toLogic({ kind: 'appShown' })
      if (top && visible) toLogic({ kind: 'pageShown', pageId: top.id, stack: ids() })
      if (top && !visible) toLogic({ kind: 'pageHidden', pageId: top.id })
      if (!visible) toLogic({ kind: 'appHidden' })
    },
    close() {
      for (const page of new Set([...stack, ...tabs.values(), ...leaving])) page.close(false)
      stack = []
      leaving = []
      tabs.clear()
    },
  }
}
