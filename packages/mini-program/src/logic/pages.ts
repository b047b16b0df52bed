/**
 * The pages of a running program as the logic sees them. The host keeps the page stack and decides; this runs a page's
 * module the first time, makes instances, and calls their hooks in the order the host says.
 */
import type { HostToLogic, LogicToView, ViewToLogic } from '../bridge/messages.ts'
import type { Link } from '../bridge/link.ts'
import { isRecord } from '../bridge/plain.ts'
import type { EventChannel } from './event-channel.ts'
import type { Modules } from './modules.ts'
import { createPage, definePage, type Page, type PageDefinition, type PageInstance } from './page.ts'
import type { Reports } from './reports.ts'

type Opened = Extract<HostToLogic, { kind: 'pageOpened' }>
type Tapped = Extract<HostToLogic, { kind: 'tabTapped' }>

export interface Pages {
  /** Page(): what the module of the page that is being loaded gives. */
  define(options: unknown): void
  open(message: Opened, view: Link<ViewToLogic, LogicToView>, openerChannel: EventChannel): void
  show(pageId: number, stack: number[]): void
  hide(pageId: number): void
  close(pageId: number): void
  tabTapped(message: Tapped): void
  /** getCurrentPages(): bottom first. */
  current(): PageInstance[]
  top(): Page | undefined
}

export interface PagesDeps {
  modules: Modules
  reports: Reports
  router: Record<string, unknown>
}

export function createPages({ modules, reports, router }: PagesDeps): Pages {
  const definitions = new Map<string, PageDefinition>()
  const alive = new Map<number, Page>()
  let stack: number[] = []
  let loading: string | null = null

  function definitionOf(path: string): PageDefinition {
    const known = definitions.get(path)
    if (known) return known
    if (modules.has(`${path}.js`)) {
      loading = path
      try {
        modules.require(`${path}.js`)
      } catch (error) {
        reports.fatal(error, `${path}.js`)
      } finally {
        loading = null
      }
    }
    if (!definitions.has(path)) {
      reports.warn(`${path}.js does not call Page(): the page has no data and no methods`)
      definitions.set(path, definePage({}))
    }
    return definitions.get(path)!
  }

  return {
    define(options) {
      if (loading === null) {
        reports.warn('Page() was called outside of a page’s own module, and is ignored')
        return
      }
      definitions.set(loading, definePage(isRecord(options) ? options : {}))
    },
    open(message, view, openerChannel) {
      const page = createPage({
        id: message.pageId,
        path: message.path,
        definition: definitionOf(message.path),
        view,
        reports,
        router,
        openerChannel,
      })
      alive.set(page.id, page)
      stack = message.stack
      page.open(message.query)
    },
    show(pageId, next) {
      stack = next
      alive.get(pageId)?.show()
    },
    hide: (pageId) => alive.get(pageId)?.hide(),
    close(pageId) {
      const page = alive.get(pageId)
      page?.close()
      alive.delete(pageId)
      stack = stack.filter((id) => id !== pageId)
    },
    tabTapped(message) {
      alive.get(message.pageId)?.tabTapped({ index: message.index, pagePath: message.path, text: message.name })
    },
    current: () => stack.flatMap((id) => alive.get(id)?.instance ?? []),
    top: () => alive.get(stack.at(-1) ?? -1),
  }
}
