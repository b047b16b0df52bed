/**
 * One page: the instance that the program sees as `this`, made from what it gave to Page(), and its end of the channel
 * to the view. Life-cycle hooks and events run here; what they throw is reported and never stops the page.
 */
import type { LogicToView, ViewEvent, ViewToLogic } from '../bridge/messages.ts'
import type { Link } from '../bridge/link.ts'
import { isRecord } from '../bridge/plain.ts'
import { NAVIGATE_HANDLER } from '../package-format.ts'
import type { EventChannel } from './event-channel.ts'
import { createPageData } from './page-data.ts'
import type { Reports } from './reports.ts'

/** What the program gave to Page(), with its mixins merged: hooks of mixins run first, else the page wins. */
export interface PageDefinition {
  members: Record<string, unknown>
  data: unknown
  /** Data of mixins, under the page's own. */
  mixedData: unknown[]
  hooks: Map<string, ((...args: unknown[]) => unknown)[]>
}

export type PageInstance = Record<string, unknown> & { route: string; data: Record<string, unknown> }

export interface Page {
  readonly id: number
  readonly path: string
  readonly instance: PageInstance
  /** onLoad, onShow, then the first data to the view. */
  open(query: Record<string, string>): void
  show(): void
  hide(): void
  close(): void
  tabTapped(tab: { index: number; pagePath: string; text: string }): void
  scrollTo(top: number, durationMs: number): void
}

export interface PageDeps {
  id: number
  path: string
  definition: PageDefinition
  view: Link<ViewToLogic, LogicToView>
  reports: Reports
  /** The five methods of navigation, at `this.router` and `this.pageRouter`. */
  router: Record<string, unknown>
  openerChannel: EventChannel
}

/** What a <navigator> calls for its open-type. Source: miniprogram-format §2, built-in components. */
const openTypes = new Map([
  ['navigate', 'navigateTo'],
  ['redirect', 'redirectTo'],
  ['switchTab', 'switchTab'],
  ['reLaunch', 'reLaunch'],
  ['navigateBack', 'navigateBack'],
])

/** A failure of an API, { error, errorMessage }, as an error that can be reported. */
const asError = (failure: unknown): Error =>
  new Error(isRecord(failure) ? String(failure['errorMessage']) : String(failure))

/** Hooks a page may have, by name; those in `events` run after the page's own. */
const hookNames = [
  'onLoad',
  'onShow',
  'onReady',
  'onHide',
  'onUnload',
  'onPullDownRefresh',
  'onReachBottom',
  'onPageScroll',
  'onShareAppMessage',
  'onTitleClick',
  'onOptionMenuClick',
  'onTabItemTap',
]

/** Reads what was given to Page(). Later mixins win over earlier ones, and the page over all. */
export function definePage(options: Record<string, unknown>): PageDefinition {
  const definition: PageDefinition = { members: {}, data: options['data'], mixedData: [], hooks: new Map() }
  addMixins(definition, options['mixins'], 0)
  addMembers(definition, options)
  return definition
}

function addMixins(definition: PageDefinition, mixins: unknown, depth: number): void {
  if (!Array.isArray(mixins) || depth > 10) return
  for (const mixin of mixins) {
    if (!isRecord(mixin)) continue
    addMixins(definition, mixin['mixins'], depth + 1)
    if (mixin['data'] !== undefined) definition.mixedData.push(mixin['data'])
    addMembers(definition, mixin)
    if (isRecord(mixin['methods'])) Object.assign(definition.members, mixin['methods'])
  }
}

function addMembers(definition: PageDefinition, options: Record<string, unknown>): void {
  const events = isRecord(options['events']) ? options['events'] : {}
  for (const name of hookNames) {
    for (const hook of [options[name], events[name]]) {
      if (typeof hook !== 'function') continue
      const all = definition.hooks.get(name) ?? []
      all.push(hook as (...args: unknown[]) => unknown)
      definition.hooks.set(name, all)
    }
  }
  const { data: _data, mixins: _mixins, ...members } = options
  Object.assign(definition.members, members)
}

/**
 * The first data of an instance. An object is copied one level deep, so that nested objects are shared between the
 * instances of a page; a function gives fresh data. Source: miniprogram format §4.
 */
function firstData(definition: PageDefinition, instance: object): Record<string, unknown> {
  const read = (data: unknown): unknown => (typeof data === 'function' ? data.call(instance) : data)
  return Object.assign({}, ...[...definition.mixedData, definition.data].map(read).filter(isRecord))
}

export function createPage({ id, path, definition, view, reports, router, openerChannel }: PageDeps): Page {
  let closed = false
  let ready = false
  const instance: PageInstance = Object.assign({}, definition.members, { route: path, data: {} })

  const run = (where: string, call: () => void): void => {
    try {
      call()
    } catch (error) {
      reports.error(error, `${path} ${where}`)
    }
  }
  const hook = (name: string, ...args: unknown[]): void => {
    for (const one of definition.hooks.get(name) ?? []) run(name, () => void one.apply(instance, args))
  }
  const data = createPageData({
    read: () => instance.data,
    send: (message) => view.send(message),
    run: (callback) => run('setData callback', callback),
  })
  const bound = (callback: unknown): unknown =>
    typeof callback === 'function' ? () => void callback.call(instance) : undefined

  Object.assign(instance, {
    setData: (values: unknown, callback?: unknown) => data.set(values, bound(callback)),
    $spliceData: (values: unknown, callback?: unknown) => data.splice(values, bound(callback)),
    // All that is set in one turn goes as one message already, so there is nothing to hold back here.
    $batchedUpdates: (update: unknown) => {
      if (typeof update === 'function') update()
    },
    getOpenerEventChannel: () => openerChannel,
    router,
    pageRouter: router,
  })
  run('data', () => {
    instance.data = firstData(definition, instance)
  })

  /** A tapped <navigator>: one of the five methods, with a tag's attributes as its parameters. */
  function navigate({ detail }: ViewEvent): void {
    const { openType, url, delta } = isRecord(detail) ? detail : {}
    const name = openTypes.get(String(openType))
    if (name === undefined) {
      reports.error(new Error(`a navigator has no open-type "${String(openType)}"`), path)
      return
    }
    const failed = (failure: unknown): void => reports.error(asError(failure), path)
    run('navigator', () => void (router[name] as (options: object) => unknown)({ url, delta, fail: failed }))
  }

  function dispatch(event: ViewEvent): void {
    const { handler, ...rest } = event
    if (handler === NAVIGATE_HANDLER) return navigate(event)
    const method = Object.hasOwn(instance, handler) ? instance[handler] : undefined
    if (typeof method !== 'function') {
      reports.error(new Error(`the page has no method "${handler}" for its ${event.type} event`), path)
      return
    }
    run(handler, () => void method.call(instance, rest))
  }

  view.listen((message) => {
    if (closed) return
    switch (message.kind) {
      case 'painted':
        if (!ready) {
          ready = true
          hook('onReady')
        }
        data.painted(message.seq)
        break
      case 'event':
        dispatch(message.event)
        break
      case 'scroll':
        hook('onPageScroll', { scrollTop: message.scrollTop, scrollHeight: message.scrollHeight })
        if (message.reachedBottom) hook('onReachBottom')
        break
      case 'error':
        reports.error(new Error(message.message), `${path} view`)
        break
    }
  })

  return {
    id,
    path,
    instance,
    open(query) {
      hook('onLoad', query)
      hook('onShow')
      // At the end of the turn, so that what onLoad and onShow set is in the first data.
      queueMicrotask(() => run('first data', () => data.mount()))
    },
    show: () => hook('onShow'),
    hide: () => hook('onHide'),
    close() {
      if (closed) return
      hook('onUnload')
      closed = true
      data.close()
      view.close()
    },
    tabTapped: (tab) => hook('onTabItemTap', tab),
    scrollTo: (top, durationMs) => view.send({ kind: 'scrollTo', top, durationMs }),
  }
}
