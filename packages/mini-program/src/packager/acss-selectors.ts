/**
 * Selectors of ACSS as the view needs them: type selectors name built-in components, and a component `view` is the
 * element `tp-view`. Alipay compiles such a selector to a class, so it weighs as much as a class: `:is(tp-view,.a-view)`.
 */

const IDENTIFIER = /^-?(?:[A-Za-z_\u0080-\uFFFF]|\\.)(?:[\w-]|[\u0080-\uFFFF]|\\.)*/
/** Pseudo-classes whose arguments are selectors; the others' arguments are left alone. */
const TAKES_SELECTORS = /^(not|is|where|has|matches|-webkit-any)$/i

/** Element name in the view of a tag or of a type selector. */
export function elementName(tag: string): string {
  return `tp-${tag.toLowerCase().replace(/[^a-z\d-]/g, '-')}`
}

/** A selector list with its type selectors renamed. */
export function renameTypeSelectors(selector: string): string {
  let result = ''
  let at = 0
  while (at < selector.length) {
    const char = selector[at]!
    const rest = selector.slice(at)
    if (char === '.' || char === '#') {
      const name = IDENTIFIER.exec(rest.slice(1))?.[0] ?? ''
      result += char + name
      at += 1 + name.length
    } else if (char === ':') {
      const colons = rest.startsWith('::') ? '::' : ':'
      const name = IDENTIFIER.exec(rest.slice(colons.length))?.[0] ?? ''
      result += colons + name
      at += colons.length + name.length
      if (selector[at] === '(') {
        const end = closingOf(selector, at, '(', ')')
        const inside = selector.slice(at + 1, end)
        result += `(${TAKES_SELECTORS.test(name) ? renameTypeSelectors(inside) : inside})`
        at = end + 1
      }
    } else if (char === '[') {
      const end = closingOf(selector, at, '[', ']')
      result += selector.slice(at, end + 1)
      at = end + 1
    } else {
      const name = IDENTIFIER.exec(rest)?.[0]
      if (name === undefined) {
        result += char
        at++
      } else {
        const element = elementName(name)
        result += `:is(${element},.a-${element.slice(3)})`
        at += name.length
      }
    }
  }
  return result
}

function closingOf(text: string, open: number, opening: string, closing: string): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    const char = text[at]
    if (char === '"' || char === "'") {
      const end = text.indexOf(char, at + 1)
      if (end === -1) break
      at = end
    } else if (char === opening) depth++
    else if (char === closing && --depth === 0) return at
  }
  return text.length
}
