/** The tools that a packed program's render functions make nodes with (`RenderTools` in registry.ts). */
import { Fragment, h, type ComponentChild, type ComponentChildren } from 'preact'
import { COMPONENTS } from './components/index.ts'
import { elementName, hostProps } from './host-props.ts'
import { tellError } from './link.ts'
import type { Attributes, Data, Registry, RenderTools, Templates } from './registry.ts'
import { Rows } from './rows.ts'
import { toText } from './values.ts'

const NO_ATTRIBUTES: Attributes = {}

export function createTools(registry: Registry): RenderTools {
  const missing = new Set<string>()
  const tools: RenderTools = {
    e(tag, attributes, children): ComponentChild {
      const given = attributes ?? NO_ATTRIBUTES
      const component = COMPONENTS.get(tag)
      if (component) return h(component, given, children)
      const props = hostProps(given)
      if (given['key'] !== undefined) props['key'] = given['key']
      return h(elementName(tag), props, children)
    },
    f: (key, children) => h(Fragment, { key }, children),
    l: (list, uses, rowKey, row) => h(Rows, { list, uses, rowKey, row }),
    t(files, name, data): ComponentChild {
      const render = findTemplate(files, toText(name))
      if (render) return h(Fragment, { key: `t:${toText(name)}` }, render(data))
      if (name && !missing.has(toText(name))) {
        missing.add(toText(name))
        tellError(new Error(`There is no template "${toText(name)}" here.`))
      }
      return null
    },
    s: toText,
    g(value, key): unknown {
      if (value === null || value === undefined) return undefined
      const name = typeof key === 'number' ? key : toText(key)
      return Object.hasOwn(Object(value) as object, name)
        ? (value as Record<string | number, unknown>)[name]
        : undefined
    },
    a: (value) =>
      Array.isArray(value)
        ? value
        : value === null || value === undefined
          ? []
          : Array.from(value as Iterable<unknown>),
    m(id, exported): unknown {
      const exports = registry.sjs(id) as Record<string, unknown> | null | undefined
      if (exported !== 'default') return exports?.[exported]
      // A module written with `module.exports =` is its own default.
      return exports?.['__esModule'] ? exports['default'] : exports
    },
  }

  function findTemplate(files: (Templates | string)[], name: string): ((data: Data) => ComponentChildren) | undefined {
    for (const file of files) {
      const templates = typeof file === 'string' ? registry.file(file, tools).templates : file
      if (templates[name]) return templates[name]
    }
    return undefined
  }
  return tools
}
