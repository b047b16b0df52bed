/**
 * SJS modules: script that runs in the view. Each is compiled to a function that reaches no global object: every name
 * it uses that is not on a short list of harmless ones is a local variable without a value, and `x.constructor` gives
 * a text, as SJS documents (miniprogram-format §7).
 */
import * as acorn from 'acorn'
import { toCommonJs } from './js.ts'
import { compareText, PackError, type Warnings } from './pack-error.ts'
import type { Project } from './read-project.ts'
import { isNode, replaceStretches, walkScript } from './walk-script.ts'

/** Globals that reach nothing: no page, no network, no time-outs, no way to make code from text. */
const HARMLESS = new Set([
  'Math',
  'JSON',
  'Number',
  'String',
  'Boolean',
  'Array',
  'Object',
  'Date',
  'RegExp',
  'Map',
  'Set',
  'Symbol',
  'BigInt',
  'Error',
  'TypeError',
  'RangeError',
  'parseInt',
  'parseFloat',
  'isNaN',
  'isFinite',
  'encodeURIComponent',
  'decodeURIComponent',
  'encodeURI',
  'decodeURI',
  'undefined',
  'NaN',
  'Infinity',
])
/** What the wrapper provides. `arguments` belongs to each function and cannot be declared in strict code. */
const PROVIDED = new Set([
  'require',
  'module',
  'exports',
  'constructorName',
  'getRegExp',
  'getDate',
  'console',
  'arguments',
  'eval',
])
const PRELUDE =
  'var getRegExp=function(p,f){return new RegExp(p,f)},getDate=function(){return new (Date.bind.apply(Date,[null].concat([].slice.call(arguments))))()},console={log:function(){}};'

export interface CompiledSjs {
  code: string
  files: string[]
}

/** Calls of __views.defineSjs for the entries and all they import. @throws PackError */
export async function compileSjs(entries: string[], project: Project, warnings: Warnings): Promise<CompiledSjs> {
  const modules = new Map<string, string>()
  const waiting = [...entries]
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    if (modules.has(file)) continue
    const { code, imports } = await compileModule(file, project, warnings)
    modules.set(file, code)
    waiting.push(...imports)
  }
  const ordered = [...modules].sort(([a], [b]) => compareText(a, b))
  return { code: ordered.map(([, code]) => code).join('\n'), files: ordered.map(([file]) => file) }
}

async function compileModule(
  file: string,
  project: Project,
  warnings: Warnings,
): Promise<{ code: string; imports: string[] }> {
  const source = project.text(file)
  const code = await toCommonJs(source, warnings)
  const tree = acorn.parse(code, { ecmaVersion: 'latest', sourceType: 'script' })
  const names = new Set<string>()
  const imports: string[] = []
  const stretches: { start: number; end: number; text: string }[] = []
  walkScript(tree, (node, parent, key) => {
    if (node.type === 'Identifier' && !isOwnName(parent, key)) {
      if (node['name'] === 'eval')
        throw new PackError(
          source.place(Math.max(0, source.text.indexOf('eval'))),
          'SJS cannot use eval',
          'Write the code itself.',
        )
      names.add(String(node['name']))
    }
    if (node.type === 'MemberExpression' && isConstructor(node) && !isAssigned(parent, key)) {
      const object = node['object']
      if (isNode(object)) {
        stretches.push({ start: node.start, end: node.start, text: 'constructorName(' })
        stretches.push({ start: object.end, end: node.end, text: ')' })
      }
    }
    if (node.type === 'CallExpression') {
      const { callee, arguments: given } = node as unknown as acorn.CallExpression
      const [target] = given
      if (callee.type === 'Identifier' && callee.name === 'require') {
        const spec = target?.type === 'Literal' && typeof target.value === 'string' ? target.value : null
        const place = source.place(Math.max(0, spec === null ? 0 : source.text.indexOf(spec)))
        const found = spec === null ? null : project.resolve(file, spec, { endings: ['.sjs'], bare: true }, place)
        if (!found?.endsWith('.sjs'))
          throw new PackError(
            place,
            `SJS cannot import ${spec ?? 'a computed path'}`,
            'Import a .sjs file by its path.',
          )
        imports.push(found)
        stretches.push({ start: target!.start, end: target!.end, text: JSON.stringify(found) })
      }
    }
    return undefined
  })
  const hidden = [...names].filter((name) => !HARMLESS.has(name) && !PROVIDED.has(name)).sort(compareText)
  const text = [
    `__views.defineSjs(${JSON.stringify(file)},function(require,module,exports,constructorName){"use strict";${PRELUDE}`,
    hidden.length > 0 ? `var ${hidden.join(',')};` : '',
    `(function(){\n${replaceStretches(code, stretches)}\n})();`,
    '});',
  ]
  return { code: text.filter((line) => line !== '').join('\n'), imports }
}

/** Names of properties and labels are not variables. */
function isOwnName(parent: { type: string; computed?: unknown; shorthand?: unknown } | null, key: string): boolean {
  if (!parent) return false
  if (parent.type === 'MemberExpression') return key === 'property' && parent.computed !== true
  if (parent.type === 'Property' || parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition') {
    return key === 'key' && parent.computed !== true
  }
  return parent.type === 'LabeledStatement' || parent.type === 'BreakStatement' || parent.type === 'ContinueStatement'
}

function isConstructor(node: Record<string, unknown>): boolean {
  const property = node['property']
  if (!isNode(property)) return false
  return node['computed'] === true ? property['value'] === 'constructor' : property['name'] === 'constructor'
}

/** An assignment needs the place, not the value. */
function isAssigned(parent: { type: string } | null, key: string): boolean {
  return (parent?.type === 'AssignmentExpression' && key === 'left') || parent?.type === 'UpdateExpression'
}
