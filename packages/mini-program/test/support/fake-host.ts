/**
 * The logic without a browser: a real runtime over real message ports of Node, and a test in the place of the host and
 * of the views. Modules are written as text, as the packager would write them.
 */
import type {
  Change,
  HostToLogic,
  Json,
  LogicToHost,
  LogicToView,
  ViewEvent,
  ViewToLogic,
} from '../../src/bridge/messages.ts'
import { linkOf } from '../../src/bridge/link.ts'
import { startLogic, type LogicRuntime } from '../../src/logic/runtime.ts'

type Call = Extract<LogicToHost, { kind: 'call' }>

export interface FakeView {
  messages: LogicToView[]
  send(message: ViewToLogic): void
  /** Answers painted for all that has come. */
  paint(): void
  changes(): Change[]
}

export interface FakeHost {
  runtime: LogicRuntime
  said: LogicToHost[]
  send(message: HostToLogic, transfer?: Transferable[]): void
  /** What the program wrote with `log(...)`, in order. */
  log: string[]
  open(
    path: string,
    options?: { query?: Record<string, string>; id?: number; stack?: number[]; call?: number },
  ): Promise<FakeView>
  /** Waits until everything sent so far has been handled on both sides. */
  settle(): Promise<void>
  /** Waits for the `count`-th call of an API. */
  call(api: string, count?: number): Promise<Call>
  answer(id: number, result: Json, ok?: boolean): void
  errors(): string[]
  close(): void
}

const silent = {
  log: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Starts a program. `files` are module texts by path: `app.js`, `pages/a/a.js`. */
export async function startProgram(
  files: Record<string, string>,
  start: { storage?: Record<string, string>; pages?: string[] } = {},
): Promise<FakeHost> {
  const channel = new MessageChannel()
  const said: LogicToHost[] = []
  const log: string[] = []
  const views: FakeView[] = []
  const ports: MessagePort[] = [channel.port1]
  channel.port1.onmessage = ({ data }: MessageEvent<LogicToHost>) => void said.push(data)
  const runtime = startLogic({
    host: linkOf<HostToLogic, LogicToHost>(channel.port2),
    evaluate(script, globals) {
      const all: Record<string, unknown> = {
        ...globals,
        log: (...words: unknown[]) => void log.push(words.map(String).join(' ')),
      }
      new Function(...Object.keys(all), script)(...Object.values(all))
    },
    console: silent,
  })
  const settle = async (): Promise<void> => {
    // A message needs one turn to cross; five rounds cover the longest exchange of these tests.
    for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const send = (message: HostToLogic, transfer: Transferable[] = []): void =>
    channel.port1.postMessage(message, transfer)
  const pages =
    start.pages ??
    Object.keys(files)
      .filter((path) => path !== 'app.js')
      .map((path) => path.replace(/\.js$/, ''))
  const logic = Object.entries(files)
    .map(
      ([path, text]) => `__modules.define(${JSON.stringify(path)}, function (require, module, exports) {${text}\n});`,
    )
    .join('\n')

  const host: FakeHost = {
    runtime,
    said,
    send,
    log,
    settle,
    async open(path, { query = {}, id = views.length + 1, stack, call } = {}) {
      const pair = new MessageChannel()
      const view: FakeView = {
        messages: [],
        send: (message) => pair.port1.postMessage(message),
        paint: () =>
          pair.port1.postMessage({
            kind: 'painted',
            seq: Math.max(...view.messages.map((one) => ('seq' in one ? one.seq : 0))),
          }),
        changes: () => view.messages.flatMap((one) => (one.kind === 'update' ? one.changes : [])),
      }
      pair.port1.onmessage = ({ data }: MessageEvent<LogicToView>) => void view.messages.push(data)
      ports.push(pair.port1)
      views.push(view)
      send({ kind: 'pageOpened', pageId: id, path, query, stack: stack ?? [id], call: call ?? null }, [pair.port2])
      await settle()
      return view
    },
    async call(api, count = 1) {
      for (let tries = 0; tries < 200; tries += 1) {
        const found = said.filter((one): one is Call => one.kind === 'call' && one.api === api)[count - 1]
        if (found) return found
        await settle()
      }
      throw new Error(`my.${api} was not called ${count} times`)
    },
    answer: (id, result, ok = true) => send({ kind: 'answer', id, ok, result }),
    errors: () => said.flatMap((one) => (one.kind === 'error' ? [one.message] : [])),
    close: () => ports.forEach((port) => port.close()),
  }
  send({
    kind: 'start',
    start: {
      appId: '2021000000000001',
      program: { pages, homePage: pages[0] ?? 'pages/a/a', tabBar: null, logic },
      launch: { path: pages[0] ?? 'pages/a/a', query: {} },
      storage: start.storage ?? {},
      systemInfo: { platform: 'Web', windowWidth: 375 },
      extConfig: { shop: 'x' },
    },
  })
  await settle()
  return host
}

/** An event of a view that calls the handler. */
export function eventFor(handler: string, more: Partial<ViewEvent> = {}): ViewToLogic {
  const target = { id: '', tagName: 'view', dataset: {}, targetDataset: {}, offsetLeft: 0, offsetTop: 0 }
  return {
    kind: 'event',
    event: { handler, type: 'tap', timeStamp: 1, target, currentTarget: target, detail: {}, ...more },
  }
}
