/**
 * The page's data in the view. Changes are applied without touching what is there: a part that no change reaches keeps
 * its identity, which is how a list knows the rows it need not make again.
 */
import type { Change, Json } from '../bridge/messages.ts'

type Container = Json[] | { [key: string]: Json }

/** The data after the changes, in order. Missing parents are made: an array where the next step is a number. */
export function applyChanges(data: Json, changes: Change[]): Json {
  // What this batch has copied already may be changed in place: a thousand changes copy an array once.
  const fresh = new Set<Container>()
  let root = data
  for (const change of changes) root = applyAt(root, change.path, 0, change, fresh)
  return root
}

function applyAt(node: Json, path: (string | number)[], depth: number, change: Change, fresh: Set<Container>): Json {
  const step = path[depth]
  if (step === undefined) return 'splice' in change ? spliced(node, change.splice, fresh) : change.value
  // A plain assignment of this key would change the copy's prototype.
  if (step === '__proto__') return node
  const copy = copyOf(node, step, fresh)
  if (Array.isArray(copy)) {
    const index = Number(step)
    if (Number.isInteger(index) && index >= 0)
      copy[index] = applyAt(copy[index] ?? null, path, depth + 1, change, fresh)
  } else {
    const key = String(step)
    copy[key] = applyAt(Object.hasOwn(copy, key) ? copy[key]! : null, path, depth + 1, change, fresh)
  }
  return copy
}

function copyOf(node: Json, step: string | number, fresh: Set<Container>): Container {
  if (typeof node === 'object' && node !== null && fresh.has(node)) return node
  let copy: Container
  if (Array.isArray(node)) copy = node.slice()
  else if (typeof node === 'object' && node !== null) copy = { ...node }
  else copy = typeof step === 'number' ? [] : {}
  fresh.add(copy)
  return copy
}

function spliced(
  node: Json,
  splice: { start: number; deleteCount: number; items: Json[] },
  fresh: Set<Container>,
): Json {
  const copy = copyOf(Array.isArray(node) ? node : [], 0, fresh) as Json[]
  copy.splice(splice.start, splice.deleteCount, ...splice.items)
  return copy
}
