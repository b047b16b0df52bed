/**
 * Opens a mini program in an element of the wallet's page, step 1 of the flow: the logic's frame and the first page's
 * frame start at the same time, and everything the program says goes through the dispatch. A launch that fails, or a
 * program that breaks its bounds, ends with a word to the shell and never with a blank screen.
 */
import { myFeatures } from '@tradepay/contract'
import type { HostToLogic, LogicToHost } from '../bridge/messages.ts'
import { linkOf, type Link } from '../bridge/link.ts'
import { toPlain } from '../bridge/plain.ts'
import { createDispatch } from './api-dispatch.ts'
import { createDialogues } from './dialogues.ts'
import { createFrame } from './frames.ts'
import { createHandlers } from './handlers.ts'
import { createHostPage, type HostPage } from './host-page.ts'
import { createPageStack } from './page-stack.ts'
import { openStorage, type ProgramStorage } from './program-storage.ts'
import { buttonWords, readSystemInfo } from './system-info.ts'
import { tabBarWithIcons } from './tab-icons.ts'
import type { OpenOptions, RunningProgram } from './types.ts'

/** How long the logic may take to start. Milliseconds. */
const START_WITHIN = 10_000

/**
 * Starts the program at its home page. Returns at once; what happens is told to `options.shell` and `options.onEvent`.
 * `close` may be called at any time and more than once.
 */
export function openMiniProgram(options: OpenOptions): RunningProgram {
  const { program, container, shell } = options
  const now = (): number => performance.now()
  let closed = false
  let lastPageId = 0
  let storage: ProgramStorage | null = null
  let lastProblem = ''
  let held: { message: HostToLogic; transfer: Transferable[] }[] | null = []

  if (getComputedStyle(container).position === 'static') container.style.position = 'relative'
  container.style.overflow = 'hidden'
  container.style.isolation = 'isolate'

  const channel = new MessageChannel()
  const logic: Link<LogicToHost, HostToLogic> = linkOf(channel.port1)
  const logicFrame = createFrame({
    url: options.frames.logicUrl,
    title: '',
    container,
    ports: [channel.port2],
    onNavigated: () => fail('The mini program left its place.'),
  })
  Object.assign(logicFrame.element.style, { width: '0', height: '0', visibility: 'hidden' })
  logicFrame.element.setAttribute('aria-hidden', 'true')
  logicFrame.element.tabIndex = -1
  const watchdog = setTimeout(() => fail(lastProblem || 'The mini program did not start in time.'), START_WITHIN)

  /** The start is the first message of all; what the stack says before it waits. */
  function toLogic(message: HostToLogic, transfer: Transferable[] = []): void {
    if (closed) return
    if (held) held.push({ message, transfer })
    else logic.send(message, transfer)
  }

  function fail(message: string): void {
    if (closed) return
    close()
    shell.failed({ title: 'The mini program could not go on', message })
  }

  function close(): void {
    if (closed) return
    closed = true
    clearTimeout(watchdog)
    dialogues.close()
    stack.close()
    logic.close()
    logicFrame.remove()
    container.inert = false
    container.replaceChildren()
  }

  const dialogues = createDialogues(shell, buttonWords(options.systemInfo.language))
  const stack = createPageStack({
    program,
    toLogic,
    make: (path, slide) =>
      createHostPage({
        id: (lastPageId += 1),
        path,
        program,
        viewUrl: options.frames.viewUrl,
        container,
        dark: options.systemInfo.dark,
        slide,
        painted: (page) => {
          stack.painted(page)
          options.onEvent?.({ kind: 'pagePainted', at: now(), page: page.path })
        },
        interacted: (page, type) => options.onEvent?.({ kind: 'interacted', at: now(), page: page.path, type }),
        failed: (_page, message) => fail(lastProblem || message),
      }),
    changed: drawShell,
  })

  function drawBar(page: HostPage): void {
    if (!closed && page === stack.top()) shell.navigationBar({ ...page.bar, canGoBack: stack.depth() > 1 })
  }
  function drawShell(): void {
    const top = stack.top()
    if (!top || closed) return
    drawBar(top)
    const selected = stack.selectedTab()
    shell.tabBar(program.tabBar && selected !== null ? { ...tabBarWithIcons(program, program.tabBar), selected } : null)
  }

  const dispatch = createDispatch({
    handlers: createHandlers({
      program,
      stack,
      dialogues,
      storage: () => storage!,
      wallet: options.handlers,
      setInert: (inert) => void (container.inert = inert),
      barChanged: drawBar,
    }),
    features: options.features ?? myFeatures,
    answer(id, ok, result, buffer) {
      if (closed) return
      logic.send(
        buffer ? { kind: 'answer', id, ok, result, buffer } : { kind: 'answer', id, ok, result },
        buffer && [buffer],
      )
    },
    called: (api, callId) =>
      options.onEvent?.({ kind: 'called', at: now(), api, callId, page: stack.top()?.path ?? '' }),
    answered: (api, callId, ok) => options.onEvent?.({ kind: 'answered', at: now(), api, callId, ok }),
    console: (level, text) => options.onEvent?.({ kind: 'console', at: now(), level, text }),
    problem(message, stackText, fatal) {
      lastProblem = message
      options.onEvent?.({ kind: 'problem', at: now(), message, stack: stackText })
      if (fatal) fail(message)
    },
    started() {
      clearTimeout(watchdog)
      options.onEvent?.({ kind: 'started', at: now() })
    },
    flooded: () => fail('The mini program was stopped: it makes more calls than a program can mean.'),
    now,
  })

  async function begin(): Promise<void> {
    storage = await openStorage(options.handlers.storage)
    if (closed) return
    const waiting = held ?? []
    held = null
    const extConfig = toPlain(options.extConfig)
    logic.send({
      kind: 'start',
      start: {
        appId: options.appId,
        program: { pages: program.pages, homePage: program.homePage, tabBar: program.tabBar, logic: program.logic },
        launch: { path: program.homePage, query: {} },
        storage: storage.snapshot(),
        systemInfo: readSystemInfo(container, options.systemInfo),
        extConfig: typeof extConfig === 'object' && extConfig !== null && !Array.isArray(extConfig) ? extConfig : {},
      },
    })
    for (const { message, transfer } of waiting) logic.send(message, transfer)
  }

  logic.listen((message) => {
    if (!closed) dispatch(message)
  })
  stack.launch({ path: program.homePage, query: {} })
  begin().catch(() => fail('The storage of the mini program could not be read.'))

  return {
    back() {
      if (closed) return
      if (stack.depth() > 1) stack.navigateBack(1)
      else options.onExit()
    },
    switchTab(index) {
      const item = program.tabBar?.items[index]
      if (closed || !item) return
      stack.switchTab(`/${item.pagePath}`)
      const page = stack.top()
      if (page) toLogic({ kind: 'tabTapped', pageId: page.id, index, path: item.pagePath, name: item.name })
    },
    setVisible(visible) {
      if (!closed) stack.setVisible(visible)
    },
    close,
  }
}
