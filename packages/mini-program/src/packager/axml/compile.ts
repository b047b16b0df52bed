/**
 * One AXML file to one `__views.defineFile` call. Finds what the file brings in: templates of imported files (of that
 * file only, not of those it imports itself), nodes of included files, SJS names.
 */
import { PackError, type SourceText, type Warnings } from '../pack-error.ts'
import type { Project } from '../read-project.ts'
import { attributeOf, compileNodes, type FileContext } from './nodes.ts'
import { parseAxml, type AxmlElement, type AxmlNode } from './parse.ts'
import { Scope } from './scope.ts'

export interface CompiledFile {
  /** A call of __views.defineFile. */
  code: string
  /** AXML files whose templates this one uses. */
  imports: string[]
  /** SJS modules this one uses. */
  sjs: string[]
  /** Files read besides the file itself. */
  included: string[]
  tags: Set<string>
}

/** @throws PackError for a mistake that cannot be mended */
export function compileAxml(path: string, project: Project, warnings: Warnings): CompiledFile {
  const included = new Set<string>()
  const nodes = readNodes(path, project, warnings, [], included)
  const imports: string[] = []
  const templates = new Map<string, AxmlElement>()
  const sjsNames = new Map<string, string>()
  const sjs = new Map<string, string>()
  const find = (element: AxmlElement, attribute: string, endings: string[], bare: boolean): string => {
    const { source } = element
    const given = attributeOf(element, attribute)
    const place = source.place(given?.valueOffset ?? element.offset)
    const spec = given?.value?.trim()
    if (!spec) throw new PackError(place, `<${element.name}> has no ${attribute}`, 'Name the file.')
    const found = project.resolve(source.file, spec, { endings, bare }, place)
    if (!found) throw new PackError(place, `There is no file ${spec}`, 'Create it, or mend the path.')
    return found
  }
  const declare = (element: AxmlElement) => {
    const name = attributeOf(element, 'name')
    if (element.name === 'import') {
      const file = find(element, 'src', ['.axml'], false)
      if (!imports.includes(file)) imports.push(file)
    } else if (element.name === 'import-sjs') {
      const file = find(element, 'from', ['.sjs'], true)
      if (!name?.value)
        throw new PackError(
          element.source.place(element.offset),
          '<import-sjs> has no name',
          'Write name="m" or name="{a, b}".',
        )
      for (const [local, exported] of sjsImports(name.value, element, name.valueOffset)) {
        const variable = `m${sjsNames.size}`
        sjsNames.set(local, variable)
        sjs.set(variable, `r.m(${JSON.stringify(file)},${JSON.stringify(exported)})`)
      }
      sjsFiles.add(file)
    } else if (element.name === 'template' && name && !attributeOf(element, 'is')) {
      if (templates.has(name.value ?? '')) {
        warnings.add(
          element.source.place(element.offset),
          `A template "${name.value}" stands here already; the first one counts.`,
        )
      } else templates.set(name.value ?? '', element)
    }
  }
  const sjsFiles = new Set<string>()
  eachElement(nodes, declare)

  const hoisted: string[] = []
  const tags = new Set<string>()
  let count = 0
  const contextFor = (scope: Scope): FileContext => ({
    of: (node) => ({ source: node.source, scope, warnings, project }),
    hoist(code) {
      const known = hoisted.indexOf(code)
      return `c${known === -1 ? hoisted.push(code) - 1 : known}`
    },
    unique: () => `i${++count}`,
    tags,
  })
  const bodies = [...templates].map(([name, element]) => {
    const body = compileNodes(element.children, contextFor(new Scope(sjsNames)))
    return `t[${JSON.stringify(name)}]=function(d){return [${body.join(',')}]};`
  })
  const render = compileNodes(nodes, contextFor(new Scope(sjsNames)))
  const code = [
    `__views.defineFile(${JSON.stringify(path)},function(r){"use strict";`,
    ...[...sjs].map(([variable, value]) => `var ${variable}=${value};`),
    ...hoisted.map((constant, index) => `var c${index}=${constant};`),
    `var t=Object.create(null),f=[t${imports.map((file) => `,${JSON.stringify(file)}`).join('')}];`,
    ...bodies,
    `return {templates:t,render:function(d){return [${render.join(',\n')}]}};`,
    '});',
  ].join('\n')
  return { code, imports, sjs: [...sjsFiles], included: [...included], tags }
}

/** Nodes of a file with those of included files in place. `trail` holds the files being read, to find a circle. */
function readNodes(
  path: string,
  project: Project,
  warnings: Warnings,
  trail: string[],
  included: Set<string>,
): AxmlNode[] {
  const expand = (nodes: AxmlNode[]): AxmlNode[] =>
    nodes.flatMap((node): AxmlNode[] => {
      if (node.kind === 'text') return [node]
      if (node.name !== 'include') return [{ ...node, children: expand(node.children) }]
      const src = attributeOf(node, 'src')
      const place = node.source.place(src?.valueOffset ?? node.offset)
      const file = src?.value
        ? project.resolve(path, src.value.trim(), { endings: ['.axml'], bare: false }, place)
        : null
      if (!file)
        throw new PackError(
          place,
          `There is no file ${src?.value ?? '(no src)'} to include`,
          'Create it, or mend the path.',
        )
      if (file === path || trail.includes(file))
        throw new PackError(place, `${file} includes itself`, 'Break the circle.')
      included.add(file)
      return readNodes(file, project, warnings, [...trail, path], included).filter((each) => !isTemplate(each))
    })
  return expand(parseAxml(project.text(path), warnings))
}

function isTemplate(node: AxmlNode): boolean {
  return node.kind === 'element' && node.name === 'template' && attributeOf(node, 'is') === undefined
}

function eachElement(nodes: AxmlNode[], visit: (element: AxmlElement) => void): void {
  for (const node of nodes) {
    if (node.kind === 'text') continue
    visit(node)
    eachElement(node.children, visit)
  }
}

/** `m` takes the default export, `{a, b: c}` named ones: pairs of local name and exported name. */
function sjsImports(written: string, element: AxmlElement, offset: number): [local: string, exported: string][] {
  const source: SourceText = element.source
  const text = written.trim()
  const name = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u
  if (name.test(text)) return [[text, 'default']]
  const inner = /^\{([^{}]*)\}$/.exec(text)?.[1]
  const pairs = inner
    ?.split(',')
    .map((piece) => piece.split(':').map((word) => word.trim()))
    .filter((words) => words[0] !== '')
  if (!pairs || pairs.some((words) => words.length > 2 || !words.every((word) => name.test(word)))) {
    throw new PackError(
      source.place(offset),
      `"${written}" does not name SJS exports`,
      'Write name="m" or name="{a, b: c}".',
    )
  }
  return pairs.map((words) => [words[1] ?? words[0]!, words[0]!])
}
