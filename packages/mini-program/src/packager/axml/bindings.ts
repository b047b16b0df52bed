/**
 * Finds `{{ expression }}` in text. Braces, brackets and quotes inside an expression are balanced, because an object
 * literal may end right before the binding does (`{{ {a: {b: 1}} }}`): looking for the next `}}` is not enough.
 */

export type Part = { kind: 'text'; text: string; start: number } | { kind: 'binding'; text: string; start: number }

/**
 * Where the binding that starts after `{{` at `start` ends: the offset of its closing `}}`, or -1 when it is not closed
 * or a second `{{` stands inside it, which no expression can hold and an unclosed binding always runs into.
 */
export function findBindingEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at]!
    if (char === '"' || char === "'" || char === '`') {
      at = findQuoteEnd(text, at)
      if (at === -1) return -1
    } else if (char === '{' || char === '(' || char === '[') {
      if (char === '{' && text[at + 1] === '{' && at !== start) return -1
      depth++
    } else if (char === '}' && depth === 0) {
      return text[at + 1] === '}' ? at : -1
    } else if (char === '}' || char === ')' || char === ']') {
      if (depth === 0) continue // A stray bracket: the expression parser says what is wrong with it.
      depth--
    }
  }
  return -1
}

function findQuoteEnd(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === text[open]) return at
  }
  return -1
}

/** Splits text into literal parts and bindings. `unclosed` is told the offset of a `{{` that has no end. */
export function splitBindings(text: string, unclosed: (offset: number) => void): Part[] {
  const parts: Part[] = []
  let from = 0
  for (;;) {
    const open = text.indexOf('{{', from)
    if (open === -1) break
    const end = findBindingEnd(text, open + 2)
    if (end === -1) {
      unclosed(open)
      break
    }
    if (open > from) parts.push({ kind: 'text', text: text.slice(from, open), start: from })
    parts.push({ kind: 'binding', text: text.slice(open + 2, end), start: open + 2 })
    from = end + 2
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from), start: from })
  return parts
}

/**
 * The text with the inside of every binding blotted out, same length: a tokenizer that reads it is not led astray by
 * `<`, `>` or quotes in an expression. Comments are left alone.
 */
export function maskBindings(text: string): string {
  let masked = ''
  let from = 0
  while (from < text.length) {
    const comment = text.indexOf('<!--', from)
    const open = text.indexOf('{{', from)
    if (open === -1) break
    if (comment !== -1 && comment < open) {
      const close = text.indexOf('-->', comment + 4)
      const end = close === -1 ? text.length : close + 3
      masked += text.slice(from, end)
      from = end
      continue
    }
    const end = findBindingEnd(text, open + 2)
    const stop = end === -1 ? open + 2 : end + 2
    masked += text.slice(from, open) + (end === -1 ? text.slice(open, stop) : '\uE000'.repeat(stop - open))
    from = stop
  }
  return masked + text.slice(from)
}
