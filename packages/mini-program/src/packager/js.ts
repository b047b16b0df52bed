/**
 * The program's own modules: each file by itself from ESM, CommonJS or TypeScript to CommonJS text in a small module
 * registry, with every require already resolved. Not a bundler, because real programs import names that are never
 * exported, which in CommonJS is undefined and in a bundler an error (miniprogram-format §1).
 */
import * as acorn from 'acorn'
import { transform, type Message } from 'esbuild'
import { compareText, PackError, SourceText, type Place, type Warnings } from './pack-error.ts'
import type { Project } from './read-project.ts'
import { isNode, replaceStretches, walkScript, type AnyNode } from './walk-script.ts'

const ENDINGS = ['.js', '.ts', '.mjs', '.cjs', '.json', '/index.js', '/index.ts', '/index.json']

export interface CompiledModules {
  code: string
  /** Names read of `my`, in order. */
  apis: string[]
  /** Project paths of the files. */
  files: string[]
}

/** Compiles the entries and all they require. @throws PackError for a file that is not JavaScript or cannot be found */
export async function compileModules(
  entries: string[],
  project: Project,
  warnings: Warnings,
): Promise<CompiledModules> {
  const modules = new Map<string, { file: string; text: string }>()
  const apis = new Set<string>()
  const waiting = [...entries]
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const id = moduleId(file)
    if (modules.has(id)) continue
    if (file.endsWith('.json')) {
      modules.set(id, { file, text: jsonModule(project.text(file)) })
      continue
    }
    const source = project.text(file)
    const { text, requires } = linkModule(await toCommonJs(source, warnings), source, project, warnings, apis)
    modules.set(id, { file, text })
    waiting.push(...requires)
  }
  const ordered = [...modules].sort(([a], [b]) => compareText(a, b))
  return {
    code: ordered
      .map(([id, { text }]) => `__modules.define(${JSON.stringify(id)},function(require,module,exports){\n${text}\n});`)
      .join('\n'),
    apis: [...apis].sort(compareText),
    files: ordered.map(([, { file }]) => file),
  }
}

/** The script file of a page or the app: `.js`, else `.ts`. */
export function scriptOf(base: string, project: Project): string | null {
  return [`${base}.js`, `${base}.ts`].find((path) => project.has(path)) ?? null
}

function moduleId(file: string): string {
  return file.replace(/\.(ts|mjs|cjs)$/, '.js')
}

function jsonModule(source: SourceText): string {
  try {
    return `module.exports = JSON.parse(${JSON.stringify(JSON.stringify(JSON.parse(source.text)))})`
  } catch (error) {
    throw new PackError(
      source.place(0),
      'The required file is not JSON',
      `Mend it: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
}

/** @throws PackError at the place of the first syntax error */
export async function toCommonJs(source: SourceText, warnings: Warnings): Promise<string> {
  try {
    const result = await transform(source.text, {
      loader: source.file.endsWith('.ts') ? 'ts' : 'js',
      format: 'cjs',
      target: 'es2022',
      supported: { 'dynamic-import': false },
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      tsconfigRaw: '{}',
    })
    for (const warning of result.warnings) warnings.add(placeOf(warning, source), warning.text)
    return result.code
  } catch (error) {
    const [first] = (error as { errors?: Message[] }).errors ?? []
    if (!first) throw error
    throw new PackError(placeOf(first, source), first.text, 'Mend the script here.')
  }
}

function placeOf(message: Message, source: SourceText): Place {
  return { file: source.file, line: message.location?.line ?? 1, column: (message.location?.column ?? 0) + 1 }
}

/** Puts final ids into the requires of a CommonJS text. Places in messages are those of the written file. */
function linkModule(
  code: string,
  source: SourceText,
  project: Project,
  warnings: Warnings,
  apis: Set<string>,
): { text: string; requires: string[] } {
  const tree = acorn.parse(code, {
    ecmaVersion: 'latest',
    sourceType: 'script',
    allowReturnOutsideFunction: true,
    allowHashBang: true,
  })
  const stretches: { start: number; end: number; text: string }[] = []
  const requires: string[] = []
  walkScript(tree, (node) => {
    if (declaresRequire(node)) return false
    if (isNamed(node, 'MemberExpression')) {
      const api = memberName(node)
      if (isIdentifier(node['object'], 'my') && api) apis.add(api)
    }
    if (!isNamed(node, 'CallExpression')) return undefined
    const { callee, arguments: given } = node as unknown as acorn.CallExpression
    if (isGlobalThisTrick(callee)) stretches.push({ start: node.start, end: node.end, text: 'globalThis' })
    if (!isIdentifier(callee, 'require') || given.length !== 1) return undefined
    const [target] = given
    if (target?.type !== 'Literal' || typeof target.value !== 'string') {
      warnings.add(
        source.place(Math.max(0, source.text.indexOf('require('))),
        'A require whose path is computed can only find files that are required elsewhere by a plain path.',
      )
      return undefined
    }
    const spec = target.value
    const place = source.place(
      Math.max(0, source.text.search(new RegExp(`['"\`]${spec.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"\`]`))),
    )
    const file = project.resolve(source.file, spec, { endings: ENDINGS, bare: true }, place)
    if (!file) {
      throw new PackError(
        place,
        `There is no module "${spec}"`,
        /^[./]/.test(spec)
          ? 'Create the file, or mend the path.'
          : 'Install it into node_modules of the mini program, or mend the path.',
      )
    }
    if (!/\.(js|ts|mjs|cjs|json)$/.test(file))
      throw new PackError(place, `"${spec}" is not a script or JSON`, 'Require only modules.')
    requires.push(file)
    stretches.push({ start: target.start, end: target.end, text: JSON.stringify(moduleId(file)) })
    return undefined
  })
  return { text: replaceStretches(code, stretches), requires }
}

function isNamed(node: AnyNode, type: string): boolean {
  return node.type === type
}

function isIdentifier(node: unknown, name: string): boolean {
  return isNode(node) && node.type === 'Identifier' && node['name'] === name
}

function memberName(node: AnyNode): string | null {
  const property = node['property']
  if (!isNode(property)) return null
  if (!node['computed']) return typeof property['name'] === 'string' ? property['name'] : null
  return typeof property['value'] === 'string' ? property['value'] : null
}

/** A function that has its own `require`, as bundled libraries do: its calls are not ours. */
function declaresRequire(node: AnyNode): boolean {
  const parameters = node['params']
  return Array.isArray(parameters) && parameters.some((parameter) => isIdentifier(parameter, 'require'))
}

/** `Function("return this")()`: how libraries find the global object; the runtime allows no such call. */
function isGlobalThisTrick(callee: acorn.Expression | acorn.Super): boolean {
  if (callee.type !== 'CallExpression' && callee.type !== 'NewExpression') return false
  const [body] = callee.arguments
  return (
    isIdentifier(callee.callee, 'Function') &&
    callee.arguments.length === 1 &&
    body?.type === 'Literal' &&
    /^\s*return this;?\s*$/.test(String(body.value))
  )
}
