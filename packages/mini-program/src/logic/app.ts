/**
 * App() and getApp(): the program's one app instance and its hooks. A program without App() gets an empty one.
 */
import { isRecord } from '../bridge/plain.ts'
import type { Reports } from './reports.ts'

export interface AppRoom {
  /** App(): the first call counts. */
  define(options: unknown): void
  /** getApp() */
  instance(): Record<string, unknown>
  launch(options: object): void
  show(options: object): void
  hide(): void
  unhandledRejection(reason: unknown, promise: unknown): void
}

export function createApp(reports: Reports): AppRoom {
  let app: Record<string, unknown> | null = null

  const hook = (name: string, ...args: unknown[]): boolean => {
    const method = app?.[name]
    if (typeof method !== 'function') return false
    try {
      method.apply(app, args)
    } catch (error) {
      // onError is called by reports.error itself: an error in it must not come back here.
      if (name === 'onError') throw error
      reports.error(error, `App.${name}`)
    }
    return true
  }
  reports.onError((message, stack) => void hook('onError', message, stack))

  return {
    define(options) {
      if (app) {
        reports.warn('App() was called again, and is ignored: a program has one app')
        return
      }
      app = isRecord(options) ? options : {}
    },
    instance: () => (app ??= {}),
    launch: (options) => void hook('onLaunch', options),
    show: (options) => void hook('onShow', options),
    hide: () => void hook('onHide'),
    unhandledRejection(reason, promise) {
      if (!hook('onUnhandledRejection', { reason, promise })) reports.error(reason, 'unhandled rejection')
    },
  }
}
