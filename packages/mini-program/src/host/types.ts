/**
 * The host as the wallet app sees it: open a mini program in an element, give it a shell to speak through and
 * handlers for what only the wallet may do, and learn what happens. The container is a library without a look.
 */
import type { MyFeature, TradePayResultCode } from '@tradepay/contract'
import type { PackedProgram, TabBarConfig } from '../package-format.ts'

/** What `my.{api}` failed with. Numbers: miniprogram-format §8. */
export class ApiFailure extends Error {
  override name = 'ApiFailure'
  constructor(
    readonly error: number,
    readonly errorMessage: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(errorMessage)
  }
}

/** The navigation bar of the page on top. Drawn by the wallet; the program only names its title and colours. */
export interface NavigationBar {
  title: string
  backgroundColor: string
  frontColor: 'black' | 'white'
  canGoBack: boolean
}

/** What the wallet draws for the program, in its own document. Dialogues are queued by the host: one at a time. */
export interface Shell {
  navigationBar(bar: NavigationBar): void
  /** Null hides it. `selected` is the index of the tab on top. Icons are data URLs or null. */
  tabBar(bar: (TabBarConfig & { selected: number }) | null): void
  alert(dialogue: { title: string; content: string; buttonText: string }): Promise<void>
  confirm(dialogue: {
    title: string
    content: string
    confirmButtonText: string
    cancelButtonText: string
  }): Promise<boolean>
  /** Resolves when the toast has gone. A new toast replaces the one before. */
  toast(toast: { content: string; type: 'none' | 'success' | 'fail' | 'exception'; durationMs: number }): Promise<void>
  hideToast(): void
  loading(content: string | null): void
  /** A launch that failed, or an error of the program: visible, never a blank screen. */
  failed(problem: { title: string; message: string }): void
}

/** The result of a call through `my.request`. */
export interface RequestResult {
  status: number
  headers: Record<string, string>
  body: ArrayBuffer
}

/** What only the wallet may do. Each may throw ApiFailure. */
export interface Handlers {
  /**
   * Opens the cashier over everything; resolves when it is closed again. The order is named by the wallet's number, or by the
   * string that the merchant's server has signed.
   */
  tradePay(order: { tradeNO: string } | { orderStr: string }): Promise<{ resultCode: TradePayResultCode }>
  /** Sends through the relay. Encoding of `data` and decoding by `dataType` are the host's. */
  request(params: {
    page: string
    url: string
    method: string
    headers: Record<string, string>
    body: Uint8Array | null
    timeoutMs: number
  }): Promise<RequestResult>
  getAuthCode(params: {
    scopes: string[]
  }): Promise<{ authCode: string; authSuccessScopes: string[]; authErrorScopes: Record<string, string> }>
  /** The program's storage for this user: read whole at start, written through. Limits are checked by the host. */
  storage: {
    load(): Promise<Record<string, string>>
    save(all: Record<string, string>): Promise<void>
  }
}

/** What happens, for whoever keeps a timeline. Times are performance.now() of the wallet's page. */
export type HostEvent =
  | { kind: 'interacted'; at: number; page: string; type: string }
  | { kind: 'called'; at: number; api: string; callId: number; page: string }
  | { kind: 'answered'; at: number; api: string; callId: number; ok: boolean }
  | { kind: 'pagePainted'; at: number; page: string }
  | { kind: 'started'; at: number }
  /** An error of the program's own code, or a call that the host refused. For the developer; the program goes on. */
  | { kind: 'problem'; at: number; message: string; stack: string }
  | { kind: 'console'; at: number; level: 'log' | 'info' | 'warn' | 'error'; text: string }

export interface OpenOptions {
  appId: string
  program: PackedProgram
  extConfig: Record<string, unknown>
  /** Where page frames are put; the host fills it and empties it on close. Position it; give it a size. */
  container: HTMLElement
  /** Addresses of the two frame documents, with their Content-Security-Policy. */
  frames: { logicUrl: string; viewUrl: string }
  shell: Shell
  handlers: Handlers
  systemInfo: { language: string; app: string; version: string; dark: boolean }
  /** What the program may do at all: a call outside fails with error 4. Default: every feature. */
  features?: readonly MyFeature[]
  onEvent?(event: HostEvent): void
  /** The program asked to leave (back on its first page). */
  onExit(): void
}

/** A running mini program. */
export interface RunningProgram {
  /** The wallet's back button. */
  back(): void
  /** The user tapped a tab. */
  switchTab(index: number): void
  /** The wallet went to the background or came back. */
  setVisible(visible: boolean): void
  /** Ends it: worker, frames, channels. */
  close(): void
}
