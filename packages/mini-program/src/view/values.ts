/**
 * Values of bindings as what a tag needs: text, CSS text, true or false, numbers. Bindings may give anything, so each
 * of these takes anything.
 */
import { assetUrl } from './assets.ts'

/** Text of a value: null and undefined are empty. */
export function toText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : String(value)
}

/** `disabled`, `disabled="{{true}}"` and `disabled="true"` are true; absent, null, false, 0 and empty are not. */
export function toFlag(value: unknown, fallback = false): boolean {
  return value === undefined ? fallback : Boolean(value)
}

/** As toFlag, but the text "false" is false: for attributes that are true by default and hard to switch off otherwise. */
export function toSwitch(value: unknown, fallback: boolean): boolean {
  return value === 'false' ? false : toFlag(value, fallback)
}

export function toNumber(value: unknown, fallback: number): number {
  const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value ?? NaN)
  return Number.isFinite(number) ? number : fallback
}

const converted = new Map<string, string>()
/** Style texts come from data: the cache is emptied rather than let grow. */
const MAX_CACHED = 2000

/** An inline style as CSS text: rpx as a part of the page's width, files of the package as addresses. Objects are taken too. */
export function toCss(value: unknown): string | undefined {
  if (value === null || value === undefined || value === false || value === '') return undefined
  const text = typeof value === 'object' ? cssOfObject(value) : String(value)
  if (!/rpx|url\(/i.test(text)) return text
  let css = converted.get(text)
  if (css === undefined) {
    if (converted.size >= MAX_CACHED) converted.clear()
    css = text
      .replace(
        /(^|[^\w.#-])([+-]?(?:\d+\.?\d*|\.\d+))rpx\b/gi,
        (_, before: string, number: string) => `${before}calc(var(--rpx) * ${Number(number)})`,
      )
      .replace(/url\(\s*(["']?)(.*?)\1\s*\)/gi, (_, _quote: string, address: string) => `url("${assetUrl(address)}")`)
    converted.set(text, css)
  }
  return css
}

function cssOfObject(value: object): string {
  return Object.entries(value)
    .map(([name, each]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${toText(each)}`)
    .join(';')
}

/** A length attribute: a bare number is in px. */
export function toLength(value: unknown, fallback: string): string {
  if (value === null || value === undefined || value === '') return fallback
  const text = String(value)
  return /^[+-]?[\d.]+$/.test(text) ? `${text}px` : (toCss(text) ?? fallback)
}
