/**
 * Every message that crosses a boundary of a running mini program. Three parties: the logic (a worker, a stranger),
 * a view (a frame per page, draws what the logic says), and the host (the wallet's page, decides).
 *
 *   logic ↔ view   a MessageChannel per page: data one way, events the other
 *   logic ↔ host   API calls and their answers, life cycles
 *   view  ↔ host   only what the wallet must know of a page: painted, interacted, failed
 *
 * The host believes nothing that the logic says beyond the shape checked here and the table of APIs.
 */
import type { PackedProgram } from '../package-format.ts'

/** A plain JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * The only message that goes through a window: the host gives a frame its ports, once. To a view [host, logic], to the
 * logic frame [host], which the frame hands on to its worker in a message of the same kind.
 */
export interface Connect {
  kind: 'connect'
}

// ── logic ↔ view ────────────────────────────────────────────────────────────────────────────────────────────────

/** One change of a page's data: set the value at the path, or splice the array there. */
export type Change =
  | { path: (string | number)[]; value: Json }
  | { path: (string | number)[]; splice: { start: number; deleteCount: number; items: Json[] } }

export type LogicToView =
  /** First data of the page: the view renders and answers painted with this seq. */
  | { kind: 'mount'; seq: number; data: Json }
  /** All changes of one turn, in order. */
  | { kind: 'update'; seq: number; changes: Change[] }
  /** my.pageScrollTo and the like. */
  | { kind: 'scrollTo'; top: number; durationMs: number }

/** An event of a built-in component on its way to the page's method. */
export interface ViewEvent {
  handler: string
  type: string
  timeStamp: number
  target: EventTargetInfo
  currentTarget: EventTargetInfo
  detail: Json
  touches?: Json
  changedTouches?: Json
  /** `mark:name` values from the element hit up to the root, the nearer wins; absent when there are none. */
  mark?: { [key: string]: Json }
}
export interface EventTargetInfo {
  id: string
  tagName: string
  dataset: { [key: string]: Json }
  /** Dataset of the element actually hit; Alipay's `target.dataset` is that of the element that holds the handler. */
  targetDataset: { [key: string]: Json }
  offsetLeft: number
  offsetTop: number
}

export type ViewToLogic =
  /** The view has painted everything up to this seq. */
  | { kind: 'painted'; seq: number }
  | { kind: 'event'; event: ViewEvent }
  /** The user scrolled the page: onPageScroll, onReachBottom. */
  | { kind: 'scroll'; scrollTop: number; scrollHeight: number; reachedBottom: boolean }
  | { kind: 'error'; message: string }

// ── logic ↔ host ────────────────────────────────────────────────────────────────────────────────────────────────

export interface LogicStart {
  appId: string
  program: Pick<PackedProgram, 'pages' | 'homePage' | 'tabBar' | 'logic'>
  launch: { path: string; query: Record<string, string> }
  /** Snapshots behind the synchronous APIs. */
  storage: Record<string, string>
  systemInfo: { [key: string]: Json }
  extConfig: { [key: string]: Json }
}

export type HostToLogic =
  | { kind: 'start'; start: LogicStart }
  /** The answer to a call. `ok: false` carries { error, errorMessage }. `buffer` is result.data of an arraybuffer. */
  | { kind: 'answer'; id: number; ok: boolean; result: Json; buffer?: ArrayBuffer }
  /**
   * The host opened a page: run its module, onLoad, onShow. The port that comes with the message leads to its frame.
   * `stack` is the page stack from now on, bottom first; `call` the navigateTo that opened it.
   */
  | {
      kind: 'pageOpened'
      pageId: number
      path: string
      query: Record<string, string>
      stack: number[]
      call: number | null
    }
  /** A page that was covered is on top again: onShow. */
  | { kind: 'pageShown'; pageId: number; stack: number[] }
  | { kind: 'pageHidden'; pageId: number }
  | { kind: 'pageClosed'; pageId: number }
  | { kind: 'appShown' }
  | { kind: 'appHidden' }
  | { kind: 'tabTapped'; pageId: number; index: number; path: string; name: string }

export type LogicToHost =
  /** A call of my.{api}; the host answers with the same id. `buffer` stands for params.data where that is binary. */
  | { kind: 'call'; id: number; api: string; params: Json; buffer?: ArrayBuffer }
  | { kind: 'started' }
  /** Something went wrong in the program's own code. A fatal one means that the program cannot run at all. */
  | { kind: 'error'; message: string; stack: string; fatal: boolean }
  | { kind: 'console'; level: 'log' | 'info' | 'warn' | 'error'; text: string }

// ── view ↔ host ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface ViewStart {
  pageId: number
  path: string
  program: Pick<PackedProgram, 'view' | 'assets'>
  styles: { app: string; page: string }
  /** From the page's window, px; 50 when absent. */
  onReachBottomDistance?: number
  backgroundColor: string
  dark: boolean
}

export type HostToView = { kind: 'start'; start: ViewStart }

export type ViewToHost =
  | { kind: 'ready' }
  /** First paint of the page. */
  | { kind: 'painted' }
  /** The user touched something: the moment step 1 of the flow is known by. */
  | { kind: 'interacted'; type: string }
  | { kind: 'error'; message: string }
