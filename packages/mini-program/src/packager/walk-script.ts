/** Walks a script's syntax tree. Used for what the packager rewrites in modules: requires, names, calls. */
import type { Node } from 'acorn'

export type AnyNode = Node & Record<string, unknown>

/** Visits every node, parents first. A visitor that returns false skips what is inside. */
export function walkScript(
  node: Node,
  visit: (node: AnyNode, parent: AnyNode | null, key: string) => boolean | undefined,
): void {
  step(node as AnyNode, null, '')

  function step(current: AnyNode, parent: AnyNode | null, key: string): void {
    if (visit(current, parent, key) === false) return
    for (const [name, value] of Object.entries(current)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) step(child, current, name)
    }
  }
}

export function isNode(value: unknown): value is AnyNode {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value
  )
}

/** Replaces stretches of a text; they must not overlap. */
export function replaceStretches(text: string, stretches: { start: number; end: number; text: string }[]): string {
  let result = ''
  let from = 0
  for (const stretch of stretches.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(from, stretch.start) + stretch.text
    from = stretch.end
  }
  return result + text.slice(from)
}
