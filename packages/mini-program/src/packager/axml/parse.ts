/**
 * AXML text to a tree. Tolerant like HTML: an unclosed tag ends where its parent ends, a stray end tag is dropped, each
 * with a warning. htmlparser2's tokenizer reads the characters; the tree is built here, because its own parser mends
 * silently and a developer must be told.
 */
import { QuoteType, Tokenizer } from 'htmlparser2'
import type { SourceText, Warnings } from '../pack-error.ts'
import { maskBindings } from './bindings.ts'

export interface AxmlAttribute {
  name: string
  /** As written, entities not decoded. Null when the attribute has no value. */
  value: string | null
  nameOffset: number
  valueOffset: number
}

export interface AxmlElement {
  kind: 'element'
  name: string
  attributes: AxmlAttribute[]
  children: AxmlNode[]
  offset: number
  source: SourceText
}

export interface AxmlText {
  kind: 'text'
  /** As written, entities not decoded. */
  text: string
  offset: number
  source: SourceText
}

export type AxmlNode = AxmlElement | AxmlText

/** Tags that never hold anything: when one is left open, what follows are its neighbours, not its children. */
const EMPTY_TAGS = new Set([
  'image',
  'input',
  'icon',
  'progress',
  'slider',
  'switch',
  'checkbox',
  'radio',
  'import',
  'include',
  'import-sjs',
  'br',
])

export function parseAxml(source: SourceText, warnings: Warnings): AxmlNode[] {
  const { text } = source
  const root: AxmlElement = { kind: 'element', name: '', attributes: [], children: [], offset: 0, source }
  const open: AxmlElement[] = [root]
  let attribute: AxmlAttribute | null = null
  let current: AxmlElement | null = null
  const top = () => open[open.length - 1]!

  const addText = (start: number, end: number) => {
    const siblings = top().children
    const last = siblings[siblings.length - 1]
    if (last?.kind === 'text' && last.offset + last.text.length === start) last.text += text.slice(start, end)
    else siblings.push({ kind: 'text', text: text.slice(start, end), offset: start, source })
  }
  const leaveUnclosed = () => {
    const element = open.pop()!
    warnings.add(source.place(element.offset), `<${element.name}> is not closed; it ends where its parent ends.`)
    if (EMPTY_TAGS.has(element.name)) {
      top().children.push(...element.children)
      element.children = []
    }
  }
  const closeTag = (name: string, offset: number) => {
    let depth = open.length - 1
    while (depth > 0 && open[depth]!.name !== name) depth--
    if (depth === 0) {
      warnings.add(source.place(offset), `</${name}> closes nothing; it is dropped.`)
      return
    }
    while (open.length - 1 > depth) leaveUnclosed()
    open.pop()
  }

  const tokenizer = new Tokenizer(
    { xmlMode: true, decodeEntities: false },
    {
      ontext: addText,
      ontextentity: () => undefined,
      onopentagname(start, end) {
        current = {
          kind: 'element',
          name: text.slice(start, end),
          attributes: [],
          children: [],
          offset: start - 1,
          source,
        }
        top().children.push(current)
        open.push(current)
      },
      onattribname(start, end) {
        attribute = { name: text.slice(start, end), value: null, nameOffset: start, valueOffset: end }
      },
      onattribdata(start, end) {
        if (!attribute) return
        if (attribute.value === null) attribute.valueOffset = start
        attribute.value = text.slice(attribute.valueOffset, end)
      },
      onattribentity: () => undefined,
      onattribend(quote) {
        if (!attribute || !current) return
        if (attribute.value === null && quote !== QuoteType.NoValue) attribute.value = ''
        const { name, nameOffset } = attribute
        if (current.attributes.some((other) => other.name === name)) {
          warnings.add(source.place(nameOffset), `Attribute ${name} stands twice; the first one counts.`)
        } else current.attributes.push(attribute)
        attribute = null
      },
      onopentagend: () => undefined,
      onselfclosingtag: () => {
        open.pop()
      },
      onclosetag(start, end) {
        closeTag(text.slice(start, end).trim(), start - 2)
      },
      oncdata(start, end, endOffset) {
        addText(start, end - endOffset)
      },
      oncomment: () => undefined,
      ondeclaration: () => undefined,
      onprocessinginstruction: () => undefined,
      onend: () => undefined,
    },
  )
  tokenizer.write(maskBindings(text))
  tokenizer.end()
  while (open.length > 1) leaveUnclosed()
  return root.children
}

const ENTITIES: Record<string, string> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
  ensp: '\u2002',
  emsp: '\u2003',
}

/** Decodes the entities that AXML knows, and numeric ones; others stay as they are written. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-z]+));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole
      const code = decimal !== undefined ? Number(decimal) : parseInt(hex!, 16)
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}
