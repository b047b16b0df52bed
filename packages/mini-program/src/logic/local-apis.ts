/**
 * The APIs that the worker answers by itself: storage and system information from the snapshot of the start, and what
 * concerns only the program's own pages. The Sync ones return their value, or the failure as a value.
 */
import { myApis } from '@tradepay/contract'
import type { LogicStart } from '../bridge/messages.ts'
import { toPlain } from '../bridge/plain.ts'
import type { Pages } from './pages.ts'
import type { Reports } from './reports.ts'
import type { Storage } from './storage.ts'

export interface LocalDeps {
  start: LogicStart
  storage: Storage
  pages: () => Pages
  reports: Reports
}

type Options = Record<string, unknown>
type ApiFunction = (...args: unknown[]) => unknown

/** Built-in components that the view draws, for my.canIUse. */
const components = new Set(
  'view text image button input scroll-view swiper swiper-item icon form block template import'.split(' '),
)

export function createLocalApis({ start, storage, pages, reports }: LocalDeps): Record<string, ApiFunction> {
  const optionsOf = (given: unknown): Options => (typeof given === 'object' && given !== null ? { ...given } : {})
  /** A Sync write: the failure as a value, and a host that refuses later is only logged. */
  const written = (outcome: Promise<void> | object): unknown => {
    if (!(outcome instanceof Promise)) return outcome
    outcome.catch((failed: unknown) => reports.error(failed, 'storage was not saved'))
    return {}
  }
  /** A copy each time, so that a program that changes it changes nothing for others. */
  const systemInfo = (): unknown => toPlain(start.systemInfo)
  const extConfig = (): unknown => toPlain(start.extConfig)

  return {
    getStorage: (given) => storage.get(optionsOf(given)['key']),
    getStorageSync: (given) => storage.get(optionsOf(given)['key']),
    setStorage: (given) => storage.set(optionsOf(given)['key'], optionsOf(given)['data']),
    setStorageSync: (given) => written(storage.set(optionsOf(given)['key'], optionsOf(given)['data'])),
    removeStorage: (given) => storage.remove(optionsOf(given)['key']),
    removeStorageSync: (given) => written(storage.remove(optionsOf(given)['key'])),
    clearStorage: () => storage.clear(),
    clearStorageSync: () => written(storage.clear()),
    getStorageInfo: () => storage.info(),
    getStorageInfoSync: () => storage.info(),

    getSystemInfo: systemInfo,
    getSystemInfoSync: systemInfo,
    getExtConfig: () => ({ data: extConfig(), extConfig: extConfig() }),
    getExtConfigSync: extConfig,
    getAppIdSync: () => ({ appId: start.appId }),
    getLaunchOptionsSync: () => ({ path: start.launch.path, query: { ...start.launch.query } }),
    canIUse: (name) => typeof name === 'string' && canIUse(name),

    pageScrollTo(given) {
      const { scrollTop, duration } = optionsOf(given)
      pages()
        .top()
        ?.scrollTo(Math.max(0, Number(scrollTop ?? 0) || 0), Math.max(0, Number(duration ?? 0) || 0))
      return {}
    },
    stopPullDownRefresh: () => ({}),
    nextTick(callback) {
      if (typeof callback === 'function') setTimeout(() => void callback(), 0)
    },
  }
}

/** `api`, `api.object.param`, `component`, `component.attribute`, `component2`. */
function canIUse(name: string): boolean {
  if (name === 'component2' || name === 'SDKVersion') return true
  const [first = '', kind, param] = name.split('.')
  const api = myApis.get(first)
  if (!api) return components.has(first)
  if (kind === undefined || ['return', 'success', 'fail', 'callback'].includes(kind)) return true
  return param === undefined || Object.hasOwn(api.params, param) || ['success', 'fail', 'complete'].includes(param)
}
