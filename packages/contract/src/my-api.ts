/**
 * The my.* table: every API a mini program may call, where it is answered, what it takes, which feature it belongs to
 * and how often it may be called. The host checks each call against this one table and passes on only what it names;
 * the guest side only forwards. A name that is not here is callable too, and fails with error 1.
 *
 * Data only, without a library: it is part of the script that runs in the mini program's worker.
 */

/** What one parameter may be. Text also takes numbers and booleans, because programs pass prices as titles. */
export type MyShape =
  | { is: 'text'; max: number; oneOf?: readonly string[] }
  | { is: 'number'; min: number; max: number }
  | { is: 'flag' }
  /** One text or a list of texts; arrives as a list. */
  | { is: 'texts'; max: number; maxItems: number }
  /** An object of texts: headers. */
  | { is: 'textMap'; maxBytes: number }
  /** Any JSON value. `maxBytes` is measured on its JSON text. */
  | { is: 'json'; maxBytes: number }

export interface MyParam {
  shape: MyShape
  required?: true
}

/**
 * Where a call is answered.
 * `logic`: in the worker, from the snapshot it was started with; the host is not asked and refuses such a call.
 * `shell`: the wallet draws it. `stack`: the host's page stack. `handler`: only the wallet can do it.
 */
export type MyAnsweredBy = 'logic' | 'shell' | 'stack' | 'handler'

/** What a wallet may switch off for a program as a whole. */
export const myFeatures = ['interface', 'navigation', 'storage', 'network', 'payment', 'identity'] as const
export type MyFeature = (typeof myFeatures)[number]

/** A bucket of calls: `burst` at once, refilled at `perSecond`. */
export interface MyRate {
  burst: number
  perSecond: number
}

export interface MyApi {
  name: string
  answeredBy: MyAnsweredBy
  feature: MyFeature | null
  params: Readonly<Record<string, MyParam>>
  rate: MyRate
  /** True when it returns its value instead of a promise. */
  sync: boolean
  /** The older name of another API; the host answers the other. */
  aliasOf?: string
  /** The API's own error numbers, beside the common ones. */
  errors?: Readonly<Record<number, string>>
}

/** Error numbers that every API may fail with. Source: miniprogram format §8. */
export const myErrors = {
  unavailable: 1,
  badParameter: 2,
  unknown: 3,
  notPermitted: 4,
  timedOut: 5,
} as const

/** Error numbers of my.request. */
export const myRequestErrors = {
  aborted: 9,
  notInDomainList: 11,
  network: 12,
  timedOut: 13,
  notDecodable: 14,
  stopped: 20,
} as const

/** Error numbers of storage: 12 the program's total is over the limit, 14 the value of one key is. */
export const myStorageErrors = { totalTooLarge: 12, valueTooLarge: 14 } as const

/** Most bytes of one stored value (its JSON text, UTF-8), and of all keys and values of a program together. */
export const STORAGE_VALUE_MAX_BYTES = 200 * 1024
export const STORAGE_TOTAL_MAX_BYTES = 10 * 1024 * 1024

/** Pages that may lie on each other. */
export const PAGE_STACK_MAX = 10

/** What my.SDKVersion says: the level of the base library whose behaviour the runtime follows. */
export const MY_SDK_VERSION = '2.8.0'

const text = (max: number, oneOf?: readonly string[]): MyParam => ({
  shape: { is: 'text', max, ...(oneOf && { oneOf }) },
})
const needed = (param: MyParam): MyParam => ({ ...param, required: true })
const number = (min: number, max: number): MyParam => ({ shape: { is: 'number', min, max } })
const flag: MyParam = { shape: { is: 'flag' } }
const json = (maxBytes: number): MyParam => ({ shape: { is: 'json', maxBytes } })

/** Longest text of a dialogue; longest page address; longest address of a request. Characters. */
const DIALOGUE_TEXT = 10_000
const PAGE_URL = 4_096
const REQUEST_URL = 8_192
const REQUEST_BYTES = 2 * 1024 * 1024

const often: MyRate = { burst: 200, perSecond: 100 }
const byHand: MyRate = { burst: 30, perSecond: 5 }
const seldom: MyRate = { burst: 10, perSecond: 1 }

type Row = Omit<MyApi, 'name' | 'sync' | 'rate' | 'params'> & {
  params?: MyApi['params']
  rate?: MyRate
  sync?: boolean
}
const inLogic: Row = { answeredBy: 'logic', feature: null }
const inLogicSync: Row = { answeredBy: 'logic', feature: null, sync: true }
const storageKey = { key: needed(text(1_000)) }
const storageEntry = { ...storageKey, data: json(2 * STORAGE_VALUE_MAX_BYTES) }
const pageUrl = { url: needed(text(PAGE_URL)) }

const requestRow: Row = {
  answeredBy: 'handler',
  feature: 'network',
  rate: { burst: 100, perSecond: 20 },
  params: {
    url: needed(text(REQUEST_URL)),
    method: text(16),
    headers: { shape: { is: 'textMap', maxBytes: 32 * 1024 } },
    header: { shape: { is: 'textMap', maxBytes: 32 * 1024 } },
    data: json(REQUEST_BYTES),
    timeout: number(0, 600_000),
    dataType: text(16, ['json', 'text', 'base64', 'arraybuffer']),
    enableCookie: flag,
  },
  errors: {
    9: 'aborted by the program',
    11: 'the host is not in the list of request domains',
    12: 'network error',
    13: 'timed out',
    14: 'the answer could not be decoded',
    20: 'stopped, or too many requests',
  },
}

const rows: Record<string, Row> = {
  request: requestRow,
  httpRequest: { ...requestRow, aliasOf: 'request' },
  tradePay: {
    answeredBy: 'handler',
    feature: 'payment',
    rate: seldom,
    params: { tradeNO: text(10_000), orderStr: text(10_000), paymentUrl: text(REQUEST_URL) },
    errors: { 4: 'not permitted, or another cashier is open' },
  },
  getAuthCode: {
    answeredBy: 'handler',
    feature: 'identity',
    rate: seldom,
    params: { scopes: { shape: { is: 'texts', max: 64, maxItems: 20 } } },
    errors: { 3: 'unknown scope', 11: 'the user refused', 12: 'network error' },
  },

  alert: {
    answeredBy: 'shell',
    feature: 'interface',
    rate: byHand,
    params: { title: text(1_000), content: text(DIALOGUE_TEXT), buttonText: text(100) },
  },
  confirm: {
    answeredBy: 'shell',
    feature: 'interface',
    rate: byHand,
    params: {
      title: text(1_000),
      content: text(DIALOGUE_TEXT),
      confirmButtonText: text(100),
      cancelButtonText: text(100),
    },
  },
  showToast: {
    answeredBy: 'shell',
    feature: 'interface',
    rate: byHand,
    params: {
      content: text(1_000),
      type: text(16, ['none', 'success', 'fail', 'exception']),
      duration: number(0, 600_000),
    },
  },
  hideToast: { answeredBy: 'shell', feature: 'interface' },
  showLoading: {
    answeredBy: 'shell',
    feature: 'interface',
    params: { content: text(1_000), delay: number(0, 60_000), mask: flag },
  },
  hideLoading: { answeredBy: 'shell', feature: 'interface' },
  setNavigationBar: {
    answeredBy: 'shell',
    feature: 'interface',
    params: {
      title: text(1_000),
      backgroundColor: text(32),
      frontColor: text(16, ['black', 'white']),
      borderBottomColor: text(32),
      reset: flag,
    },
  },

  navigateTo: { answeredBy: 'stack', feature: 'navigation', rate: byHand, params: pageUrl },
  redirectTo: { answeredBy: 'stack', feature: 'navigation', rate: byHand, params: pageUrl },
  reLaunch: { answeredBy: 'stack', feature: 'navigation', rate: byHand, params: pageUrl },
  switchTab: { answeredBy: 'stack', feature: 'navigation', rate: byHand, params: pageUrl },
  navigateBack: {
    answeredBy: 'stack',
    feature: 'navigation',
    rate: byHand,
    params: { delta: number(1, 1_000) },
  },

  setStorage: {
    answeredBy: 'handler',
    feature: 'storage',
    params: storageEntry,
    errors: { 12: 'the program stores more than 10 MB', 14: 'the value is larger than 200 KB' },
  },
  removeStorage: { answeredBy: 'handler', feature: 'storage', params: storageKey },
  clearStorage: { answeredBy: 'handler', feature: 'storage' },
  getStorage: { ...inLogic, params: storageKey },
  getStorageInfo: inLogic,
  setStorageSync: { ...inLogicSync, params: storageEntry },
  getStorageSync: { ...inLogicSync, params: storageKey },
  removeStorageSync: { ...inLogicSync, params: storageKey },
  clearStorageSync: inLogicSync,
  getStorageInfoSync: inLogicSync,

  getSystemInfo: inLogic,
  getSystemInfoSync: inLogicSync,
  getExtConfig: inLogic,
  getExtConfigSync: inLogicSync,
  getAppIdSync: inLogicSync,
  getLaunchOptionsSync: inLogicSync,
  canIUse: inLogicSync,
  pageScrollTo: { ...inLogic, params: { scrollTop: number(0, 10_000_000), duration: number(0, 60_000) } },
  stopPullDownRefresh: inLogic,
  nextTick: inLogicSync,
}

/** Every API by name. A Map, so that `constructor` or `__proto__` from a stranger finds nothing. */
export const myApis: ReadonlyMap<string, MyApi> = new Map(
  Object.entries(rows).map(([name, row]) => [name, { rate: often, params: {}, sync: false, ...row, name }]),
)
