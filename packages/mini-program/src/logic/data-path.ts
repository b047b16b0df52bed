/**
 * Paths of setData: `a.b`, `a[0].b`, `a['k']`. Reads them into steps and writes at them, making missing parents.
 * Only own properties are followed, so that a path never reaches a prototype.
 */
import { isRecord } from '../bridge/plain.ts'

export type DataPath = (string | number)[]

/** The steps of a path as written. @throws TypeError for a bracket that does not close, or the step `__proto__`. */
export function parseDataPath(written: string): DataPath {
  const steps: DataPath = []
  let name = ''
  let at = 0
  const endName = (): void => {
    if (name !== '') steps.push(name)
    name = ''
  }
  while (at < written.length) {
    const char = written[at]!
    if (char === '.') {
      endName()
      at += 1
    } else if (char === '[') {
      endName()
      const close = written.indexOf(']', at)
      if (close === -1) throw new TypeError(`setData: "${written}" has a [ without its ]`)
      steps.push(bracketStep(written.slice(at + 1, close).trim()))
      at = close + 1
    } else {
      name += char
      at += 1
    }
  }
  endName()
  if (steps.length === 0) steps.push(written)
  if (steps.includes('__proto__')) throw new TypeError('setData: "__proto__" is not a name that data can have')
  return steps
}

function bracketStep(inside: string): string | number {
  if (/^\d+$/.test(inside)) return Number(inside)
  const quoted = /^(['"])(.*)\1$/.exec(inside)
  return quoted ? quoted[2]! : inside
}

type Container = Record<string | number, unknown>

/** Sets the value in `root`. Missing parents, and parents that hold no object, become lists or objects. */
export function setAtPath(root: object, path: DataPath, value: unknown): void {
  let parent = root as Container
  for (let i = 0; i < path.length - 1; i += 1) {
    const step = path[i]!
    const child = Object.hasOwn(parent, step) ? parent[step] : undefined
    if (isRecord(child) || Array.isArray(child)) {
      parent = child as Container
    } else {
      const made: Container = typeof path[i + 1] === 'number' ? ([] as unknown as Container) : {}
      parent[step] = made
      parent = made
    }
  }
  parent[path.at(-1)!] = value
}

/** What lies at the path; undefined when there is nothing. */
export function getAtPath(root: object, path: DataPath): unknown {
  let value: unknown = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Container)[step]
  }
  return value
}
