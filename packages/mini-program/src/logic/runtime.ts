/**
 * The logic of one running mini program: takes the host's messages, runs the packed script in a world of App, Page, my,
 * getApp and getCurrentPages, and keeps the life cycles in order. Knows nothing of workers or frames: it is given a
 * link to the host and a way to run a script.
 */
import type { HostToLogic, LogicStart, LogicToHost, LogicToView, ViewToLogic } from '../bridge/messages.ts'
import { linkOf, type Link } from '../bridge/link.ts'
import { createApp, type AppRoom } from './app.ts'
import { createHostCalls } from './host-calls.ts'
import { createModules } from './modules.ts'
import { createMy, type My } from './my.ts'
import { createPages, type Pages } from './pages.ts'
import { createReports, type Console, type Reports } from './reports.ts'

export interface RuntimeDeps {
  host: Link<HostToLogic, LogicToHost>
  /** Runs the packed script with the globals in reach. Throws what the script throws. */
  evaluate(script: string, globals: Record<string, unknown>): void
  /** Where console lines are written besides the host. */
  console: Console
}

export interface LogicRuntime {
  /** An error that reached the top: of a timer, of a callback. */
  uncaught(error: unknown): void
  unhandledRejection(reason: unknown, promise: unknown): void
}

/** The scene of a launch from the wallet's home. */
const SCENE = '1000'

export function startLogic({ host, evaluate, console }: RuntimeDeps): LogicRuntime {
  const send = (message: LogicToHost): void => host.send(message)
  const reports = createReports(send, console)
  const app = createApp(reports)
  const calls = createHostCalls(send)
  let running: { pages: Pages; my: My; start: LogicStart } | null = null

  function begin(start: LogicStart): void {
    const modules = createModules()
    let pages: Pages | null = null
    const pagesNow = (): Pages => pages!
    const my = createMy({ start, host: calls, pages: pagesNow, reports })
    pages = createPages({ modules, reports, router: my.navigation.router })
    running = { pages, my, start }
    try {
      evaluate(start.program.logic, globalsOf({ modules, app, pages, my, reports }))
      if (modules.has('app.js')) modules.require('app.js')
    } catch (error) {
      reports.fatal(error, 'app.js')
      return
    }
    app.launch(launchOptions(start))
    app.show(launchOptions(start))
    send({ kind: 'started' })
  }

  host.listen((message, ports) => {
    if (message.kind === 'start') {
      if (!running) begin(message.start)
      return
    }
    if (!running) return
    const { pages, my, start } = running
    switch (message.kind) {
      case 'answer':
        calls.answer(message)
        break
      case 'pageOpened': {
        const [port] = ports
        if (!port) return
        pages.open(message, linkOf<ViewToLogic, LogicToView>(port), my.navigation.channelOf(message.call))
        break
      }
      case 'pageShown':
        pages.show(message.pageId, message.stack)
        break
      case 'pageHidden':
        pages.hide(message.pageId)
        break
      case 'pageClosed':
        pages.close(message.pageId)
        break
      case 'appShown':
        app.show(launchOptions(start))
        break
      case 'appHidden':
        app.hide()
        break
      case 'tabTapped':
        pages.tabTapped(message)
        break
    }
  })

  return {
    uncaught: (error) => reports.error(error, 'uncaught'),
    unhandledRejection: (reason, promise) => app.unhandledRejection(reason, promise),
  }
}

const launchOptions = ({ launch }: LogicStart): object => ({
  path: launch.path,
  query: { ...launch.query },
  scene: SCENE,
  referrerInfo: {},
})

interface World {
  modules: ReturnType<typeof createModules>
  app: AppRoom
  pages: Pages
  my: My
  reports: Reports
}

/** What the program finds as global names. */
function globalsOf({ modules, app, pages, my, reports }: World): Record<string, unknown> {
  const later = (name: string) => (): object => {
    reports.warn(`${name}() is not supported yet: custom components are not drawn`)
    return {}
  }
  return {
    App: (options: unknown) => app.define(options),
    Page: (options: unknown) => pages.define(options),
    Component: later('Component'),
    Mixin: (options: unknown) => options,
    getApp: () => app.instance(),
    getCurrentPages: () => pages.current(),
    my: my.object,
    console: reports.console,
    __modules: { define: modules.define },
  }
}
