/**
 * The second lock of the worker. The first is the frame around it: an opaque origin and a Content-Security-Policy
 * without a network. This one takes away every global that is not on the list before the program's first line runs,
 * so that what a browser adds tomorrow is not there either.
 */

/** The language itself. */
const language = `Object Function Array Number String Boolean Symbol BigInt Math JSON Reflect Proxy Promise Date RegExp Intl
Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError Iterator
Map Set WeakMap WeakSet WeakRef FinalizationRegistry ArrayBuffer SharedArrayBuffer DataView Atomics
Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float16Array Float32Array
Float64Array BigInt64Array BigUint64Array globalThis undefined NaN Infinity eval isNaN isFinite parseInt parseFloat
decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape DisposableStack AsyncDisposableStack Temporal`

/** What a program of this platform may find besides: time, text, and data; nothing that reaches out or keeps. */
const tools = `self console setTimeout clearTimeout setInterval clearInterval queueMicrotask structuredClone
atob btoa TextEncoder TextDecoder URL URLSearchParams AbortController AbortSignal Event EventTarget CustomEvent
DOMException performance crypto`

/** Functions of what stays that make addresses of blobs, by the object that has them. */
const makers = ['createObjectURL', 'revokeObjectURL']

/**
 * Removes them. Names that cannot be deleted are covered with undefined; a function or object that resists
 * both is returned by name, and the caller must not run the program.
 */
export function lockGlobals(scope: object): string[] {
  const kept = new Set(`${language} ${tools}`.split(/\s+/))
  const resisting: string[] = []
  for (let owner: object | null = scope; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      // Event methods of the global scope stay: without a message port they hear only its own errors.
      if (kept.has(name) || name === 'constructor' || isEventMethod(owner, name)) continue
      if (!take(owner, name) && canDo(Reflect.get(owner, name))) resisting.push(name)
    }
  }
  for (const maker of makers) take(URL, maker)
  return resisting
}

/** Constants of the browser that cannot be deleted are harmless; only a function or an object can do something. */
const canDo = (value: unknown): boolean => typeof value === 'function' || (typeof value === 'object' && value !== null)

function isEventMethod(owner: object, name: string): boolean {
  return owner === EventTarget.prototype && ['addEventListener', 'removeEventListener', 'dispatchEvent'].includes(name)
}

function take(owner: object, name: string): boolean {
  if (Reflect.deleteProperty(owner, name)) return true
  return Reflect.defineProperty(owner, name, { value: undefined, writable: false, configurable: false })
}
