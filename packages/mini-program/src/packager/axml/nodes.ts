/**
 * AXML nodes to the JavaScript that makes them: conditions, repetitions, templates, text and built-in components.
 * Source of the rules: miniprogram-format §2, Directives.
 */
import { PackError, type SourceText, type Warnings } from '../pack-error.ts'
import type { Project } from '../read-project.ts'
import { compileAttributes } from './attributes.ts'
import { compileExpression, compileObjectContents } from './expression.ts'
import { decodeEntities, type AxmlAttribute, type AxmlElement, type AxmlNode, type AxmlText } from './parse.ts'
import type { Scope } from './scope.ts'
import { compilePart, compileValue, joinStrings, partsOf, placeIn } from './value.ts'

/** What the nodes of one file share while they are compiled. */
export interface FileContext {
  /** The file an included node was written in, with what belongs to the compiled one. */
  of(node: AxmlNode): { source: SourceText; scope: Scope; warnings: Warnings; project: Project }
  /** Puts a constant at the top of the file's code and gives its name. */
  hoist(code: string): string
  /** A text that no other call of this file gives. */
  unique(): string
  /** Tags seen, for the manifest. */
  tags: Set<string>
}

const DIRECTIVES = new Set(['a:for', 'a:for-item', 'a:for-index', 'a:for-items', 'a:key', 'a:if', 'a:elif', 'a:else'])
/** Tags that are declarations, not nodes. */
const DECLARATIONS = new Set(['import', 'import-sjs'])
const KEY = new Set(['key'])
const NOTHING: ReadonlySet<string> = new Set()

/** Code of each node, in order; null nodes are left out. */
export function compileNodes(nodes: AxmlNode[], context: FileContext, inText = false): string[] {
  const codes: string[] = []
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at]!
    if (node.kind === 'text') {
      const code = compileText(node, context, inText)
      if (code !== null) codes.push(code)
      continue
    }
    if (directive(node, 'a:if') && !directive(node, 'a:for')) {
      const chain: AxmlElement[] = [node]
      for (let next = at + 1; next < nodes.length; next++) {
        const sibling = nodes[next]!
        if (sibling.kind === 'text' && sibling.text.trim() === '') continue
        if (sibling.kind === 'text' || !(directive(sibling, 'a:elif') || directive(sibling, 'a:else'))) break
        chain.push(sibling)
        at = next
        if (directive(sibling, 'a:else')) break
      }
      codes.push(compileChain(chain, context, inText))
      continue
    }
    const stray = directive(node, 'a:elif') ?? directive(node, 'a:else')
    if (stray) {
      const { source } = context.of(node)
      throw new PackError(
        source.place(stray.nameOffset),
        `${stray.name} does not follow an a:if`,
        'Put it on the tag right after the one with a:if.',
      )
    }
    const code = compileElement(node, context, inText)
    if (code !== null) codes.push(code)
  }
  return codes
}

function compileChain(chain: AxmlElement[], context: FileContext, inText: boolean): string {
  let code = 'null'
  for (const element of chain.toReversed()) {
    // Each branch has a key of its own: what leaves is destroyed, never turned into the other branch.
    const body = `r.f(${JSON.stringify(context.unique())},[${compileElement(element, context, inText) ?? ''}])`
    const test = directive(element, 'a:if') ?? directive(element, 'a:elif')
    code = test ? `(${conditionOf(test, element, context)} ? ${body} : ${code})` : body
  }
  return code
}

function conditionOf(attribute: AxmlAttribute, element: AxmlElement, context: FileContext): string {
  const { source, scope } = context.of(element)
  return compileValue(attribute, source, scope).code
}

/** One element with its a:for, and an a:if under it; the a:if of a chain is the chain's affair. */
function compileElement(element: AxmlElement, context: FileContext, inText: boolean): string | null {
  if (DECLARATIONS.has(element.name) || (element.name === 'template' && !attributeOf(element, 'is'))) return null
  const { source, scope, warnings } = context.of(element)
  for (const attribute of element.attributes) {
    if (attribute.name.startsWith('a:') && !DIRECTIVES.has(attribute.name)) {
      warnings.add(source.place(attribute.nameOffset), `${attribute.name} is not a directive; it is ignored.`)
    }
  }
  const list = directive(element, 'a:for') ?? directive(element, 'a:for-items')
  if (!list) return compileTag(element, context, inText, NOTHING)
  let listCode = compileValue(list, source, scope).code
  if (list.value === null || !list.value.includes('{{')) {
    if (!/^\s*\d+\s*$/.test(list.value ?? '')) {
      warnings.add(source.place(list.nameOffset), 'a:for has no binding: nothing is repeated. Write a:for="{{list}}".')
      return null
    }
    listCode = String(Number(list.value))
  }
  const name = (directiveName: string, fallback: string) => {
    const value = directive(element, directiveName)?.value?.trim()
    return value && /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(value) ? value : fallback
  }
  const itemName = name('a:for-item', 'item')
  const indexName = name('a:for-index', 'index')
  const test = directive(element, 'a:if')
  const loop = scope.loop(itemName, indexName, () => {
    const key = keyOf(element, context, itemName, indexName)
    const body = compileTag(element, context, inText, KEY) ?? 'null'
    return { key, body: test ? `(${conditionOf(test, element, context)} ? ${body} : null)` : body }
  })
  const parameters = `function(${loop.item},${loop.index})`
  const key = loop.result.key.expression
    ? `${parameters}{return ${loop.result.key.expression}}`
    : JSON.stringify(loop.result.key.name)
  return `r.l(${listCode},[${loop.uses.join(',')}],${key},${parameters}{return ${loop.result.body}})`
}

/** a:key is a property's name or *this; `key="{{…}}"` is an expression. `a:key="item.id"` is a common slip. */
function keyOf(
  element: AxmlElement,
  context: FileContext,
  itemName: string,
  indexName: string,
): { name: string | null; expression?: string } {
  const { source, scope } = context.of(element)
  const key = directive(element, 'a:key') ?? attributeOf(element, 'key')
  if (!key?.value) return { name: null }
  if (key.value.includes('{{')) return { name: null, expression: compileValue(key, source, scope).code }
  const name = key.value.trim()
  if (name === indexName) return { name: null }
  if (name === itemName) return { name: '*this' }
  return { name: name.startsWith(`${itemName}.`) ? name.slice(itemName.length + 1) : name }
}

function compileTag(
  element: AxmlElement,
  context: FileContext,
  inText: boolean,
  ignored: ReadonlySet<string>,
): string | null {
  const { name } = element
  const { source, warnings } = context.of(element)
  if (name === 'template') return compileTemplateUse(element, context)
  if (name === 'block') return `[${compileNodes(element.children, context, inText).join(',')}]`
  if (name === 'slot') {
    warnings.add(
      source.place(element.offset),
      '<slot> belongs to custom components, which do not run yet; it shows nothing.',
    )
    return null
  }
  context.tags.add(name)
  const children = compileNodes(element.children, context, name === 'text' || inText)
  const attributes = compileAttributes(element, context, ignored)
  return `r.e(${JSON.stringify(name)},${attributes}${children.length > 0 ? `,[${children.join(',')}]` : ''})`
}

function compileTemplateUse(element: AxmlElement, context: FileContext): string {
  const { source, scope } = context.of(element)
  const is = compileValue(attributeOf(element, 'is')!, source, scope)
  const data = attributeOf(element, 'data')
  let dataCode = '({})'
  if (data?.value) {
    const parts = partsOf(data.value, data.valueOffset, source).filter(
      (part) => part.kind === 'binding' || part.text.trim() !== '',
    )
    const [part] = parts
    if (parts.length !== 1 || part!.kind !== 'binding') {
      throw new PackError(
        source.place(data.valueOffset),
        'data of a template is not one binding',
        'Write data="{{name, other: value, ...rest}}".',
      )
    }
    dataCode = compileObjectContents(decodeEntities(part!.text), scope, placeIn(part!, data.valueOffset, source))
  }
  return `r.t(f,${is.code},${dataCode})`
}

/** White space of the source between tags is layout, not content; inside a text it is one space. Null when nothing is left. */
function compileText(node: AxmlText, context: FileContext, inText: boolean): string | null {
  const { source, scope } = context.of(node)
  const parts = partsOf(node.text, node.offset, source)
  const codes: string[] = []
  const kept = parts.filter((part, index) => {
    if (part.kind === 'binding') {
      codes.push(compileExpression(decodeEntities(part.text), scope, placeIn(part, node.offset, source)))
      return true
    }
    let text = part.text
    if (index === 0) text = text.replace(/^\s*\n\s*/, '')
    if (index === parts.length - 1) text = text.replace(/\s*\n\s*$/, '')
    text = text.replace(/[ \t\r\n\f]+/g, ' ')
    if (parts.length === 1 && text.trim() === '') return false
    if (inText) text = text.replaceAll('\\n', '\n')
    if (text === '') return false
    codes.push(compilePart({ ...part, text }, node.offset, source, scope))
    return true
  })
  return kept.length === 0 ? null : joinStrings(kept, codes)
}

export function attributeOf(element: AxmlElement, name: string): AxmlAttribute | undefined {
  return element.attributes.find((attribute) => attribute.name === name)
}

const directive = attributeOf
