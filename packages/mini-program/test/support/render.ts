/**
 * Renders a packed page to text without a browser: tags with their attributes, to see what the markup became. The
 * tools are those of the view but for elements, which become text.
 */
import { isValidElement, type ComponentChildren } from 'preact'
import { runInNewContext } from 'node:vm'
import { Registry, type Attributes, type Data, type RenderTools } from '../../src/view/registry.ts'
import { createTools } from '../../src/view/tools.ts'
import type { PackedProgram } from '../../src/package-format.ts'

export interface Shown {
  tag: string
  attributes: Attributes
  children: (Shown | string)[]
}

/** The tree that the page's render function gives for the data. */
export function renderTree(program: PackedProgram, data: Data, path = program.homePage): (Shown | string)[] {
  const registry = new Registry()
  runInNewContext(program.view, { __views: registry })
  const tools: RenderTools = {
    ...createTools(registry),
    e: (tag, attributes, children) => ({ shown: { tag, attributes: attributes ?? {}, children: flatten(children) } }),
    f: (_, children) => flatten(children).map((child) => (typeof child === 'string' ? child : { shown: child })),
    l: (list, _uses, _key, row) => entries(list).map(([index, item]) => row(item, index)) as never,
    t: (files, name, given) => {
      for (const file of files) {
        const templates = typeof file === 'string' ? registry.file(file, tools).templates : file
        const render = templates[String(name)]
        if (render) return render(given) as never
      }
      return null
    },
  }
  return flatten(registry.page(path, tools).render(data))
}

/** The tree as short markup: `<view class="a">text</view>`, without events and datasets. */
export function renderText(program: PackedProgram, data: Data = {}, path?: string): string {
  const write = (node: Shown | string): string => {
    if (typeof node === 'string') return node
    const attributes = Object.entries(node.attributes)
      .filter(([name]) => !name.startsWith('$'))
      .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    return `<${node.tag}${attributes.join('')}>${node.children.map(write).join('')}</${node.tag}>`
  }
  return renderTree(program, data, path).map(write).join('')
}

function entries(list: unknown): [unknown, unknown][] {
  if (Array.isArray(list)) return [...list.entries()]
  if (typeof list === 'number') return Array.from({ length: list }, (_, index) => [index, index])
  return typeof list === 'object' && list !== null ? Object.entries(list) : []
}

function flatten(children: ComponentChildren): (Shown | string)[] {
  if (children === null || children === undefined || typeof children === 'boolean') return []
  if (Array.isArray(children)) return children.flatMap(flatten)
  if (typeof children === 'object' && 'shown' in children) return [children.shown as Shown]
  if (isValidElement(children)) throw new Error('A real element where text was expected.')
  return typeof children === 'object' && Symbol.iterator in children
    ? [...(children as Iterable<ComponentChildren>)].flatMap(flatten)
    : [String(children)]
}
