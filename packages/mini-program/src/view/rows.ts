/**
 * The rows of an `a:for`. A row is made again only when its item, its index or an outer name it uses changed; the
 * others are handed back as they were, and Preact passes over them. That is what makes one change in a long list cheap.
 */
import { Component, Fragment, h, type ComponentChildren, type VNode } from 'preact'
import { tellError } from './link.ts'

export interface RowsProps {
  list: unknown
  uses: unknown[]
  rowKey: string | null | ((item: unknown, index: unknown) => unknown)
  row: (item: unknown, index: unknown) => ComponentChildren
}

interface Made {
  item: unknown
  index: unknown
  node: VNode
}

export class Rows extends Component<RowsProps> {
  #made = new Map<string, Made>()
  #uses: unknown[] = []

  override shouldComponentUpdate(next: RowsProps): boolean {
    return next.list !== this.props.list || !areSame(next.uses, this.props.uses)
  }

  override render({ list, uses, rowKey, row }: RowsProps): ComponentChildren {
    const before = areSame(uses, this.#uses) ? this.#made : new Map<string, Made>()
    const made = new Map<string, Made>()
    const nodes: VNode[] = []
    for (const [index, item] of entriesOf(list)) {
      const key = freeKey(keyOf(rowKey, item, index), made)
      const old = before.get(key)
      const entry = old && old.item === item && old.index === index ? old : this.#make(row, item, index, key, old)
      if (!entry) continue
      made.set(key, entry)
      nodes.push(entry.node)
    }
    this.#made = made
    this.#uses = uses
    return nodes
  }

  /** A row whose expression throws stays as it was, or away; the others show. */
  #make(row: RowsProps['row'], item: unknown, index: unknown, key: string, old: Made | undefined): Made | undefined {
    try {
      return { item, index, node: h(Fragment, { key }, row(item, index)) }
    } catch (error) {
      tellError(error)
      return old
    }
  }
}

/** Arrays, objects by key, a number as that many rows from 0; anything else has no rows. */
function entriesOf(list: unknown): Iterable<[index: unknown, item: unknown]> {
  if (Array.isArray(list)) return list.entries()
  if (typeof list === 'number')
    return Array.from({ length: Math.max(0, Math.floor(list)) }, (_, index) => [index, index])
  if (typeof list === 'string') return Array.from(list).entries()
  return typeof list === 'object' && list !== null ? Object.entries(list) : []
}

function keyOf(rowKey: RowsProps['rowKey'], item: unknown, index: unknown): string {
  let key: unknown
  if (typeof rowKey === 'function') key = rowKey(item, index)
  else if (rowKey === '*this') key = item
  else if (rowKey !== null && typeof item === 'object' && item !== null) key = (item as Record<string, unknown>)[rowKey]
  return key === undefined || key === null || typeof key === 'object'
    ? `#${String(index)}`
    : `${typeof key}:${String(key)}`
}

/** Two rows with the same key are a slip of the program: each still shows. */
function freeKey(key: string, taken: Map<string, unknown>): string {
  if (!taken.has(key)) return key
  let count = 2
  while (taken.has(`${key} ${count}`)) count++
  return `${key} ${count}`
}

function areSame(a: unknown[], b: unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]))
}
