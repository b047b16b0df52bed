/**
 * The attributes of one tag as the object literal that the view's components read: plain attributes in camel case, and
 * events, dataset and marks under `$on`, `$data`, `$mark` (view/registry.ts says what each holds).
 */
import type { FileContext } from './nodes.ts'
import type { AxmlAttribute, AxmlElement } from './parse.ts'
import { compileValue, type Value } from './value.ts'

const EVENT = /^(capture-)?(on|catch)([A-Z]\w*)$/
/** Directives and events of other platforms: Alipay ignores them. */
const FOREIGN = /^(wx:|bind|mut-bind|capture-bind|catch:?[a-z]|on[a-z]|tt:|s-|v-|@|:|#)/
const PLAIN_NAME = /^[A-Za-z_][\w-]*$/
const PICTURE_TAGS = new Set(['image', 'cover-image'])

/** Code of the attributes, or 'null' when there are none. Directives (`a:…`) and `ignored` names are left out. */
export function compileAttributes(element: AxmlElement, context: FileContext, ignored: ReadonlySet<string>): string {
  const { source, scope, warnings } = context.of(element)
  const plain: string[] = []
  const data: string[] = []
  const marks: string[] = []
  const events: { code: string; fixed: boolean }[] = []
  for (const attribute of element.attributes) {
    const { name } = attribute
    if (name.startsWith('a:') || ignored.has(name)) continue
    const event = EVENT.exec(name)
    if (event) {
      events.push(compileEvent(event, compileValue(attribute, source, scope)))
    } else if (FOREIGN.test(name)) {
      warnings.add(source.place(attribute.nameOffset), `${name} is not of this format; it is ignored.${hintFor(name)}`)
    } else if (name === 'slot' || name === 'slot-scope' || name === 'ref') {
      warnings.add(
        source.place(attribute.nameOffset),
        `${name} belongs to custom components, which do not run yet; it is ignored.`,
      )
    } else if (name.startsWith('data-') && name.length > 5) {
      data.push(`${JSON.stringify(camelCase(name.slice(5)))}:${compileValue(attribute, source, scope).code}`)
    } else if (name.startsWith('mark:') && name.length > 5) {
      marks.push(`${JSON.stringify(name.slice(5))}:${compileValue(attribute, source, scope).code}`)
    } else if (!PLAIN_NAME.test(name) || name === '__proto__') {
      warnings.add(source.place(attribute.nameOffset), `"${name}" is not an attribute; it is ignored.`)
    } else {
      const value = compileValue(attribute, source, scope)
      if (name === 'src' && PICTURE_TAGS.has(element.name)) checkPicture(attribute, value, element, context)
      plain.push(`${JSON.stringify(camelCase(name))}:${value.code}`)
    }
  }
  if (data.length > 0) plain.push(`$data:{${data.join(',')}}`)
  if (marks.length > 0) plain.push(`$mark:{${marks.join(',')}}`)
  if (events.length > 0) {
    const code = `{${events.map((event) => event.code).join(',')}}`
    // An object that never changes is made once, so that the view sees at a glance that it is the same.
    plain.push(`$on:${events.every((event) => event.fixed) ? context.hoist(code) : code}`)
  }
  return plain.length === 0 ? 'null' : `{${plain.join(',')}}`
}

function compileEvent(match: RegExpExecArray, handler: Value): { code: string; fixed: boolean } {
  const [, capture, kind, name] = match
  const type = name![0]!.toLowerCase() + name!.slice(1)
  const key = capture ? `capture:${type}` : type
  return {
    code: `${JSON.stringify(key)}:[${handler.code},${kind === 'catch' ? 1 : 0}]`,
    fixed: handler.fixed !== undefined,
  }
}

function hintFor(name: string): string {
  const event = /^(?:bind|catch|on):?([a-z]\w*)$/.exec(name)
  if (!event) return name.startsWith('wx:') ? ` Write a:${name.slice(3)}.` : ''
  return ` Write ${name.startsWith('catch') ? 'catch' : 'on'}${event[1]![0]!.toUpperCase()}${event[1]!.slice(1)}.`
}

/** A picture that the markup names and the package lacks is warned of; a relative path becomes one from the root. */
function checkPicture(attribute: AxmlAttribute, value: Value, element: AxmlElement, context: FileContext): void {
  const { source, warnings, project } = context.of(element)
  if (typeof value.fixed !== 'string' || value.fixed === '' || /^[a-z][a-z\d+.-]*:|^\/\//i.test(value.fixed)) return
  const place = source.place(attribute.valueOffset)
  const written = value.fixed.replace(/[?#].*$/, '')
  const found =
    project.resolve(source.file, written, { endings: [], bare: false }, place) ??
    (/^[./]/.test(written) ? null : project.resolve(source.file, `/${written}`, { endings: [], bare: false }, place))
  if (found) value.code = JSON.stringify(found)
  else warnings.add(place, `There is no picture ${value.fixed}.`)
}

export function camelCase(name: string): string {
  return name.replace(/-+([A-Za-z\d])/g, (_, letter: string) => letter.toUpperCase())
}
