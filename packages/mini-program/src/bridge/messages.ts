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
  /** The answer to a call. `ok: false` carries { error, errorMessage }. */
  | { kind: 'answer'; id: number; ok: boolean; result: Json }
  /** The host opened a page: run its module, onLoad, onShow; `view` (a MessagePort, transferred) leads to its frame. */
  | { kind: 'pageOpened'; pageId: number; path: string; query: Record<string, string> }
  | { kind: 'pageShown'; pageId: number }
  | { kind: 'pageHidden'; pageId: number }
  | { kind: 'pageClosed'; pageId: number }
  | { kind: 'appShown' }
  | { kind: 'appHidden' }
  | { kind: 'tabTapped'; pageId: number; index: number; path: string; name: string }

export type LogicToHost =
  /** A call of my.{api}; the host answers with the same id. `view` messages never carry calls. */
  | { kind: 'call'; id: number; api: string; params: Json }
  | { kind: 'started' }
  /** Something went wrong in the program's own code. Shown to the developer, never a blank screen. */
  | { kind: 'error'; message: string; stack: string }
  | { kind: 'console'; level: 'log' | 'info' | 'warn' | 'error'; text: string }

// ── view ↔ host ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface ViewStart {
  pageId: number
  path: string
  program: Pick<PackedProgram, 'view' | 'assets'>
  styles: { app: string; page: string }
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
