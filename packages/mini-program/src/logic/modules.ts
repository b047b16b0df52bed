/**
 * The module registry of a program: CommonJS as the packager writes it. A module runs once, the first time it is
 * required; a circle of requires sees the exports made so far; a name that is not exported is undefined, not an error.
 */

type Require = (specifier: string) => unknown
type ModuleBody = (require: Require, module: { exports: unknown }, exports: unknown) => void

export interface Modules {
  /** Called by the packed script, once for each file. */
  define(path: string, body: ModuleBody): void
  has(path: string): boolean
  /** Runs the module if it has not run. @throws Error for an unknown path, or what the module throws. */
  require(path: string): unknown
}

export function createModules(): Modules {
  const bodies = new Map<string, ModuleBody>()
  const loaded = new Map<string, { exports: unknown }>()

  function require(path: string): unknown {
    const key = keyOf(path)
    const known = loaded.get(key)
    if (known) return known.exports
    const body = bodies.get(key)
    if (!body) throw new Error(`module "${path}" is not in the package`)
    const module: { exports: unknown } = { exports: {} }
    loaded.set(key, module)
    try {
      body.call(module.exports, (specifier) => require(find(specifier, key)), module, module.exports)
    } catch (error) {
      // A module that threw has not run: the next require tries again instead of handing out half of it.
      loaded.delete(key)
      throw error
    }
    return module.exports
  }

  /**
   * The registered path that a specifier means in a file. The packager resolves what it can see; this serves requires
   * with a computed name: `/x` from the root, `./x` beside the file, else npm from the nearest folder up, else the root.
   */
  function find(specifier: string, from: string): string {
    for (const base of candidates(specifier, from)) {
      for (const path of [base, `${base}.js`, `${base}.ts`, `${base}/index.js`]) if (bodies.has(path)) return path
    }
    throw new Error(`cannot find module "${specifier}" from "${from}"`)
  }

  return {
    define(path, body) {
      bodies.set(keyOf(path), body)
    },
    has: (path) => bodies.has(keyOf(path)),
    require,
  }
}

const keyOf = (path: string): string => path.replace(/^\/+/, '')

function candidates(specifier: string, from: string): string[] {
  if (specifier.startsWith('/')) return [keyOf(specifier)]
  const folder = from.split('/').slice(0, -1)
  if (specifier.startsWith('.')) return [join(folder, specifier)]
  const found = [keyOf(specifier)]
  for (let depth = folder.length; depth >= 0; depth -= 1) {
    found.push([...folder.slice(0, depth), 'node_modules', specifier].join('/'))
  }
  return found
}

function join(folder: string[], specifier: string): string {
  const parts = [...folder]
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}
