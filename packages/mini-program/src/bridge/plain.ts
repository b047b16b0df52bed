/**
 * Turns any value into plain JSON data before it crosses a boundary: a copy without functions, prototypes, cycles or
 * `undefined`. Used by the logic on what a program sets or passes, and by the host on everything that arrives.
 */
import type { Json } from './messages.ts'

/** Deepest nesting that crosses. */
const MAX_DEPTH = 100

/**
 * A copy of `value` as JSON data, with the meaning of JSON.stringify: `toJSON` is asked, functions and `undefined` are
 * dropped from objects and are null in lists, numbers that JSON lacks are null. Own keys named `__proto__` are dropped.
 * @returns undefined for what JSON cannot say at all (a function, undefined, a symbol).
 * @throws TypeError for a cycle, a bigint, or more than 100 levels.
 */
export function toPlain(value: unknown): Json | undefined {
  return copy(value, 0)
}

function copy(value: unknown, depth: number): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      throw new TypeError('a bigint is not JSON data: pass it as text')
    case 'object':
      return value === null ? null : copyObject(value, depth)
    default:
      return undefined
  }
}

function copyObject(value: object, depth: number): Json | undefined {
  if (depth >= MAX_DEPTH) throw new TypeError(`the value is circular or nested more than ${MAX_DEPTH} levels deep`)
  if (Array.isArray(value)) {
    const list: Json[] = new Array<Json>(value.length)
    for (let i = 0; i < value.length; i += 1) list[i] = copy(value[i], depth + 1) ?? null
    return list
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), depth + 1)
  if (value instanceof Number || value instanceof String || value instanceof Boolean)
    return copy(value.valueOf(), depth)
  const result: { [key: string]: Json } = {}
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') continue
    const plain = copy(item, depth + 1)
    if (plain !== undefined) result[key] = plain
  }
  return result
}

/** Bytes of a text in UTF-8, counted without building them. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    bytes += 1
    if (unit < 0x800) continue
    bytes += 1
    // The two halves of a surrogate pair are four bytes together: two counted by length, two by the first half.
    if (unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i += 1
  }
  return bytes
}

/** True for an object that is neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
