/**
 * The same JSON as other languages and libraries write it: blanks, indents, escapes, the order of members. Whoever parses and
 * writes again signs one of these.
 */
import type { Change } from './search.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

interface Style {
  /** One step of indent; '' writes one line. */
  indent: string
  /** Behind a comma, on one line. */
  comma: string
  colon: string
  sorted: boolean
  escape(text: string): string
}

const plain: Style = { indent: '', comma: ',', colon: ':', sorted: false, escape: (text) => text }

const layouts: [string, Partial<Style>][] = [
  ['on one line without blanks', {}],
  ['with blanks behind commas and colons, as Python writes it', { comma: ', ', colon: ': ' }],
  ['indented by two blanks', { indent: '  ', colon: ': ' }],
  ['indented by four blanks', { indent: '    ', colon: ': ' }],
  ['indented by tabs', { indent: '\t', colon: ': ' }],
]

const escapesOf = (units: RegExp) => {
  return (text: string): string =>
    text.replace(units, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
const unicode = escapesOf(/[\u0080-\uffff]/g)
const slashes = (text: string): string => text.replaceAll('/', '\\/')

const escapes: [string, (text: string) => string][] = [
  ['', (text) => text],
  ['with / as \\/ and letters beyond ASCII as \\u…, as PHP writes it', (text) => slashes(unicode(text))],
  ['with letters beyond ASCII as \\u…', unicode],
  ['with / as \\/', slashes],
  ['with <, > and & as \\u…, as Go writes it', escapesOf(/[<>&]/g)],
  ["with <, >, &, = and ' as \\u…, as Gson writes it", escapesOf(/[<>&=']/g)],
]

/** Every style, those first that are nearest to the plain one. */
const styles = layouts
  .flatMap((layout, far) =>
    escapes.flatMap((escaping, farther) =>
      [false, true].map((sorted) => ({ layout, escaping, sorted, far: far + farther + (sorted ? 2 : 0) })),
    ),
  )
  .sort((one, other) => one.far - other.far)

/** Deeper than any message of these APIs: such content is not written again. */
const DEEPEST = 32

/** How many of the spellings are likely enough to be tried beside another mistake. */
export const LIKELY_JSON_SPELLINGS = 24

/**
 * Changes that replace the JSON of a draft, the likely ones first. None when the text is no JSON object or list.
 * @param replace puts the text where the JSON stood
 */
export function jsonChanges<Draft>(text: string, replace: (draft: Draft, text: string) => Draft): Change<Draft>[] {
  const value = parsed(text)
  if (value === null) return []
  const all: Change<Draft>[] = []
  const seen = new Set([text])
  const add = (detail: string, spelled: string): void => {
    if (seen.has(spelled)) return
    seen.add(spelled)
    all.push({ cause: 'BODY_RESERIALISED', detail, apply: (draft) => replace(draft, spelled) })
  }
  for (const { layout, escaping, sorted } of styles) {
    const [layoutWords, style] = layout
    const [escapingWords, escape] = escaping
    const words = ['what was signed is', layoutWords, escapingWords, sorted ? 'with sorted members' : '']
    add(words.filter((each) => each !== '').join(' '), write(value, { ...plain, ...style, sorted, escape }))
  }
  const isEmpty = (each: Json): boolean => each === null || each === ''
  add(
    'members that are null were left out of what was signed',
    write(
      without(value, (each) => each === null),
      plain,
    ),
  )
  add('members that are empty were left out of what was signed', write(without(value, isEmpty), plain))
  add('what was signed has its numbers as text', write(numbersAsText(value), plain))
  return all
}

function parsed(text: string): Json | null {
  try {
    const value = JSON.parse(text) as Json
    return value !== null && typeof value === 'object' && !isDeeper(value, DEEPEST) ? value : null
  } catch {
    return null
  }
}

function isDeeper(value: Json, depth: number): boolean {
  if (value === null || typeof value !== 'object') return false
  return depth === 0 || Object.values(value).some((each) => isDeeper(each, depth - 1))
}

function write(value: Json, style: Style, margin = ''): string {
  if (value === null || typeof value !== 'object') return style.escape(JSON.stringify(value))
  const inner = margin + style.indent
  const [open, close, items] = Array.isArray(value)
    ? ['[', ']', value.map((each) => write(each, style, inner))]
    : [
        '{',
        '}',
        membersOf(value, style.sorted).map(
          ([name, each]) => style.escape(JSON.stringify(name)) + style.colon + write(each, style, inner),
        ),
      ]
  if (items.length === 0) return open + close
  if (style.indent === '') return open + items.join(style.comma) + close
  return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`
}

function membersOf(value: { [name: string]: Json }, sorted: boolean): [string, Json][] {
  const members = Object.entries(value)
  return sorted ? members.sort(([one], [other]) => (one < other ? -1 : 1)) : members
}

function without(value: Json, dropped: (value: Json) => boolean): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((each) => without(each, dropped))
  return mapMembers(value, (each) => (dropped(each) ? undefined : without(each, dropped)))
}

function numbersAsText(value: Json): Json {
  if (typeof value === 'number') return String(value)
  if (value === null || typeof value !== 'object') return value
  return Array.isArray(value) ? value.map(numbersAsText) : mapMembers(value, numbersAsText)
}

function mapMembers(value: { [name: string]: Json }, map: (value: Json) => Json | undefined): { [name: string]: Json } {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => {
      const mapped = map(each)
      return mapped === undefined ? [] : [[name, mapped]]
    }),
  )
}
