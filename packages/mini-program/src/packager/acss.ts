/**
 * ACSS to CSS: imports inlined, rpx to a length relative to the page's width, type selectors to the view's elements,
 * local files to data URIs. What cannot be parsed is skipped with a warning, as a browser would, because real programs
 * hold such rules (miniprogram-format §3).
 */
import postcss, { type AtRule, type Declaration, type Root } from 'postcss'
import valueParser from 'postcss-value-parser'
import { renameTypeSelectors } from './acss-selectors.ts'
import { assetType } from './assets.ts'
import { PackError, SourceText, type Place, type Warnings } from './pack-error.ts'
import type { Project } from './read-project.ts'

const ENDINGS = ['.acss', '.css']
/** A media query cannot hold a variable: there rpx is taken as on a page 375 px wide. */
const PX_PER_RPX_IN_QUERIES = 0.5
/** More mistakes than this in one file: it is no ACSS. */
const MAX_MENDS = 200

export interface CompiledStyle {
  css: string
  /** Files it was made of, itself first. */
  files: string[]
}

/** @throws PackError when an import leads out of the project, or the file cannot be read as ACSS at all */
export function compileAcss(path: string, project: Project, warnings: Warnings): CompiledStyle {
  const files: string[] = []
  const css = compileFile(path, project, warnings, [], files)
  return { css, files }
}

function compileFile(path: string, project: Project, warnings: Warnings, trail: string[], files: string[]): string {
  if (!files.includes(path)) files.push(path)
  const source = project.text(path)
  const root = parseTolerantly(source, warnings)
  const imported: string[] = []
  const placeOf = (node: { source?: { start?: { offset: number } } }): Place =>
    source.place(node.source?.start?.offset ?? 0)
  root.walkAtRules((rule) => {
    if (rule.name === 'import') {
      const css = inlineImport(rule, path, project, warnings, [...trail, path], files, placeOf(rule))
      if (css !== null) imported.push(css)
      rule.remove()
    } else if (rule.name === 'charset' || rule.name === 'namespace') rule.remove()
    else if (rule.name === 'media' || rule.name === 'container') convertQuery(rule, warnings, placeOf(rule))
  })
  root.walkRules((rule) => {
    if (isKeyframes(rule.parent)) return
    let { selector } = rule
    if (/(^|\n)\s*\/\//.test(selector)) {
      warnings.add(placeOf(rule), 'A comment with // is not CSS; it is skipped. Write /* … */.')
      selector = selector.replace(/(^|\n)\s*\/\/[^\n]*/g, '$1').trim()
    }
    if (selector === '') rule.remove()
    else rule.selector = renameTypeSelectors(selector)
  })
  root.walkDecls((declaration) => {
    if (declaration.prop.startsWith('//')) {
      warnings.add(placeOf(declaration), 'A comment with // is not CSS; it is skipped. Write /* … */.')
      declaration.remove()
    } else convertValue(declaration, path, project, warnings, placeOf(declaration))
  })
  root.walkComments((comment) => {
    comment.remove()
  })
  return [...imported, root.toString().trim()].filter((css) => css !== '').join('\n')
}

/** Parses; at each mistake blots out what stands there up to the end of the declaration, and tries again. */
function parseTolerantly(source: SourceText, warnings: Warnings): Root {
  let text = source.text
  for (let mends = 0; mends <= MAX_MENDS; mends++) {
    try {
      return postcss.parse(text)
    } catch (error) {
      if (!(error instanceof postcss.CssSyntaxError)) throw error
      const offset = offsetOf(text, error.line ?? 1, error.column ?? 1)
      warnings.add(source.place(Math.min(offset, source.text.length)), `${error.reason}: skipped.`)
      text = mend(text, offset, error.reason)
    }
  }
  throw new PackError(source.place(0), 'The file is not ACSS', 'Mend the mistakes that the warnings name.')
}

function mend(text: string, offset: number, reason: string): string {
  if (/unclosed block/i.test(reason)) return `${text}\n}`
  if (/unclosed comment/i.test(reason)) return `${text}*/`
  if (/^unexpected }/i.test(reason)) return `${text.slice(0, offset)} ${text.slice(offset + 1)}`
  // The mistake may be noticed late: what it spoils is the whole declaration that it stands in.
  const start = /[^;{}\n]*$/.exec(text.slice(0, offset))!.index
  const rest = /^[^;}\n]*;?/.exec(text.slice(offset))![0]
  const end = Math.max(offset + rest.length, offset + 1)
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, ' ') + text.slice(end)
}

function offsetOf(text: string, line: number, column: number): number {
  let offset = 0
  for (let count = 1; count < line; count++) offset = text.indexOf('\n', offset) + 1
  return Math.min(offset + column - 1, text.length)
}

function inlineImport(
  rule: AtRule,
  path: string,
  project: Project,
  warnings: Warnings,
  trail: string[],
  files: string[],
  place: Place,
): string | null {
  const [target, ...rest] = valueParser(rule.params).nodes
  const spec =
    target?.type === 'string'
      ? target.value
      : target?.type === 'function' && target.value === 'url'
        ? (target.nodes[0]?.value ?? '')
        : ''
  if (spec === '' || /^([a-z][a-z\d+.-]*:|\/\/)/i.test(spec)) {
    warnings.add(place, `@import ${rule.params} is not a file of the project; it is skipped.`)
    return null
  }
  const relative = /^[./]/.test(spec)
    ? null
    : project.resolve(path, `./${spec}`, { endings: ENDINGS, bare: false }, place)
  const file = relative ?? project.resolve(path, spec, { endings: ENDINGS, bare: true }, place)
  if (!file) {
    warnings.add(place, `There is no file ${spec} to import; it is skipped.`)
    return null
  }
  if (trail.includes(file)) {
    warnings.add(place, `${file} imports itself; it is skipped.`)
    return null
  }
  const css = compileFile(file, project, warnings, trail, files)
  const media = valueParser.stringify(rest).trim()
  return media === '' ? css : `@media ${media} {\n${css}\n}`
}

function isKeyframes(node: unknown): boolean {
  const { type, name } = (node ?? {}) as { type?: string; name?: string }
  return type === 'atrule' && /keyframes$/i.test(name ?? '')
}

const RPX = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)rpx$/i

function convertQuery(rule: AtRule, warnings: Warnings, place: Place): void {
  if (!/rpx/i.test(rule.params)) return
  warnings.add(place, `A query cannot measure in rpx; it is taken as on a page of 375 px.`)
  rule.params = rule.params.replace(
    /([+-]?(?:\d+\.?\d*|\.\d+))rpx\b/gi,
    (_, number: string) => `${Number(number) * PX_PER_RPX_IN_QUERIES}px`,
  )
}

function convertValue(
  declaration: Declaration,
  path: string,
  project: Project,
  warnings: Warnings,
  place: Place,
): void {
  if (!/rpx|url\(/i.test(declaration.value)) return
  const value = valueParser(declaration.value)
  value.walk((node) => {
    if (node.type === 'word') {
      const number = RPX.exec(node.value)?.[1]
      if (number !== undefined) node.value = Number(number) === 0 ? '0px' : `calc(var(--rpx) * ${Number(number)})`
    } else if (node.type === 'function' && node.value.toLowerCase() === 'url') {
      const [target] = node.nodes
      if (target && (target.type === 'word' || target.type === 'string')) {
        target.value = dataUriOf(target.value, path, project, warnings, place)
        // A data URI holds no quote, but quotes keep every other address whole.
        if (target.type === 'word') Object.assign(target, { type: 'string', quote: '"' })
      }
      return false
    }
    return undefined
  })
  declaration.value = value.toString()
}

function dataUriOf(address: string, path: string, project: Project, warnings: Warnings, place: Place): string {
  if (address === '' || /^([a-z][a-z\d+.-]*:|\/\/|#)/i.test(address)) return address
  const written = address.replace(/[?#].*$/, '')
  const type = assetType(written)
  const file = type ? project.resolve(path, written, { endings: [], bare: false }, place) : null
  if (!type || !file) {
    warnings.add(place, `There is no picture or font ${address}.`)
    return address
  }
  return `data:${type};base64,${project.bytes(file).toString('base64')}`
}
