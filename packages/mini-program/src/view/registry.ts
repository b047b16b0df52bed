/**
 * Where the `view` text of a packed program puts its pages, and the tools it makes nodes with. The packager writes
 * calls of what stands here (package-format.ts, `view`); both sides change together.
 */
import type { ComponentChild, ComponentChildren } from 'preact'

/** The data of a page or a template. */
export type Data = Record<string, unknown>

/** Handlers of one tag: key `tap` or `capture:tap`; name of the page's method, and 1 when the event stops there. */
export type Handlers = Record<string, [handler: unknown, stops: 0 | 1]>

/** Attributes of a tag: camel case, values typed as the bindings gave them. */
export interface Attributes {
  [name: string]: unknown
  $on?: Handlers
  $data?: Record<string, unknown>
  $mark?: Record<string, unknown>
}

export type RenderTemplate = (data: Data) => ComponentChildren
export type Templates = Record<string, RenderTemplate>
export interface ViewFile {
  render: RenderTemplate
  templates: Templates
}

/** Names are one letter because they stand thousands of times in a packed program. */
export interface RenderTools {
  /** Element: a built-in component, or a plain block for an unknown tag. */
  e(tag: string, attributes: Attributes | null, children?: ComponentChildren): ComponentChild
  /** Fragment with a key: a branch of a condition. */
  f(key: string, children: ComponentChildren): ComponentChild
  /**
   * List: `a:for`. A row is made again only when its item, its index or one of `uses` changed. `key` is a property of
   * the item, `*this`, a function, or null for the position.
   */
  l(
    list: unknown,
    uses: unknown[],
    key: string | null | ((item: unknown, index: unknown) => unknown),
    row: (item: unknown, index: unknown) => ComponentChildren,
  ): ComponentChild
  /** Template: the first of `files` (a table, or the id of an imported file) that has the name. */
  t(files: (Templates | string)[], name: unknown, data: Data): ComponentChild
  /** Text of a value: null and undefined are empty. */
  s(value: unknown): string
  /** Own property of a value, undefined when the value is null. */
  g(value: unknown, key: unknown): unknown
  /** Array of a value that is spread into an array literal. */
  a(value: unknown): unknown[]
  /** Module: an export of an SJS module. */
  m(id: string, exported: string): unknown
}

type SjsFactory = (
  require: (id: string) => unknown,
  module: { exports: unknown },
  exports: unknown,
  constructorName: (value: unknown) => string | undefined,
) => void

export class Registry {
  readonly #files = new Map<string, { define: (tools: RenderTools) => ViewFile; made?: ViewFile }>()
  readonly #pages = new Map<string, string>()
  readonly #sjs = new Map<string, { define: SjsFactory; module?: { exports: unknown } }>()

  defineFile(id: string, define: (tools: RenderTools) => ViewFile): void {
    this.#files.set(id, { define })
  }

  defineSjs(id: string, define: SjsFactory): void {
    this.#sjs.set(id, { define })
  }

  definePage(path: string, id: string): void {
    this.#pages.set(path, id)
  }

  /** The file of a page. @throws Error when the program has no such page */
  page(path: string, tools: RenderTools): ViewFile {
    const id = this.#pages.get(path)
    if (id === undefined) throw new Error(`The program has no page ${path}.`)
    return this.file(id, tools)
  }

  file(id: string, tools: RenderTools): ViewFile {
    const file = this.#files.get(id)
    if (!file) throw new Error(`The program has no view file ${id}.`)
    return (file.made ??= file.define(tools))
  }

  /** Runs an SJS module once and gives its exports. A circle sees the exports made so far. */
  sjs(id: string): unknown {
    const entry = this.#sjs.get(id)
    if (!entry) throw new Error(`The program has no SJS module ${id}.`)
    if (!entry.module) {
      entry.module = { exports: {} }
      entry.define((other) => this.sjs(other), entry.module, entry.module.exports, constructorName)
    }
    return entry.module.exports
  }
}

/** `x.constructor` is a text in SJS: the documented way of testing types. */
function constructorName(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  return Object.prototype.toString.call(value).slice(8, -1)
}
