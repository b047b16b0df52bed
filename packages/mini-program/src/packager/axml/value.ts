/**
 * An attribute's value as JavaScript: exactly one binding keeps its type, anything else becomes a string, an attribute
 * without a value is true (miniprogram-format §2, Bindings).
 */
import { PackError, type Place, type SourceText } from '../pack-error.ts'
import { splitBindings, type Part } from './bindings.ts'
import { compileExpression } from './expression.ts'
import { decodeEntities, type AxmlAttribute } from './parse.ts'
import type { Scope } from './scope.ts'

export interface Value {
  code: string
  /** The value when it does not depend on data. */
  fixed?: string | true
}

/** Parts of a text that stands at `offset` of the file. @throws PackError for a binding that is not closed */
export function partsOf(text: string, offset: number, source: SourceText): Part[] {
  return splitBindings(text, (open) => {
    throw new PackError(
      source.place(offset + open),
      'A binding {{ is not closed',
      'Close it with }}, and close every bracket and quote inside it.',
    )
  })
}

export function compilePart(part: Part, offset: number, source: SourceText, scope: Scope): string {
  if (part.kind === 'text') return JSON.stringify(decodeEntities(part.text))
  return compileExpression(decodeEntities(part.text), scope, placeIn(part, offset, source))
}

/** Places inside a binding. Where entities were decoded before it, the column is that of the written text's start. */
export function placeIn(part: Part, offset: number, source: SourceText): (at: number) => Place {
  return (at) => source.place(offset + part.start + Math.min(at, part.text.length))
}

export function compileValue(attribute: AxmlAttribute, source: SourceText, scope: Scope): Value {
  if (attribute.value === null) return { code: 'true', fixed: true }
  const parts = partsOf(attribute.value, attribute.valueOffset, source)
  if (parts.length === 0) return { code: '""', fixed: '' }
  const [first] = parts
  if (parts.length === 1 && first!.kind === 'text') {
    const fixed = decodeEntities(first!.text)
    return { code: JSON.stringify(fixed), fixed }
  }
  const codes = parts.map((part) => compilePart(part, attribute.valueOffset, source, scope))
  if (parts.length === 1) return { code: codes[0]! }
  return { code: joinStrings(parts, codes) }
}

export function joinStrings(parts: Part[], codes: string[]): string {
  const strings = codes.map((code, index) => (parts[index]!.kind === 'text' ? code : `r.s(${code})`))
  return strings.length === 1 ? strings[0]! : `(${strings.join(' + ')})`
}
