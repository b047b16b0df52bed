/**
 * The files of a mini program on disk, seen as absolute project paths (`/pages/menu/menu.js`). Guarantees that nothing
 * outside of the folder is ever read: a path must be one that walking the folder found, links are never followed, and
 * a path that climbs out of the root is refused.
 */
import { lstatSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import { join, posix } from 'node:path'
import { compareText, PackError, SourceText, startOf, type Place } from './pack-error.ts'

/** More files than this in one program is a mistaken folder (a home, a repository), not a mini program. */
const MAX_FILES = 20_000

export interface ResolveOptions {
  /** Endings to try after the path as written, such as ['.js', '/index.js']. */
  endings: string[]
  /** Whether a bare name such as `lodash` or `util/x` may be a package under node_modules, then a file of the root. */
  bare: boolean
}

export class Project {
  readonly #sizes = new Map<string, number>()
  readonly #links = new Set<string>()
  readonly #walkedPackages = new Set<string>()
  readonly #root: string

  /** @throws PackError when the folder is missing or has too many files. */
  constructor(folder: string) {
    let root: string
    try {
      root = realpathSync(folder)
    } catch {
      throw new PackError(startOf('/'), 'The folder does not exist', 'Give the folder that holds app.json.')
    }
    if (!lstatSync(root).isDirectory()) {
      throw new PackError(startOf('/'), 'This is not a folder', 'Give the folder that holds app.json.')
    }
    this.#root = root
    this.#walk('')
  }

  /** Paths of all files, without node_modules and names that begin with a dot, in a fixed order. */
  files(): string[] {
    return [...this.#sizes.keys()].filter((path) => !path.includes('/node_modules/')).sort(compareText)
  }

  /** Links found in the folder. They are not packed. */
  links(): string[] {
    return [...this.#links].sort(compareText)
  }

  has(path: string): boolean {
    if (path.includes('/node_modules/')) this.#walkPackageOf(path)
    return this.#sizes.has(path)
  }

  /** Size in bytes on disk. */
  size(path: string): number {
    return this.#sizes.get(path) ?? 0
  }

  bytes(path: string): Buffer {
    if (!this.has(path)) throw new PackError(startOf(path), 'The file does not exist', 'Create it, or remove its name.')
    return readFileSync(join(this.#root, ...path.split('/').filter(Boolean)))
  }

  /** The text of a UTF-8 file without its byte order mark. */
  text(path: string): SourceText {
    return new SourceText(
      path,
      this.bytes(path)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    )
  }

  /**
   * The file that `spec`, written in `from`, names: `/x` from the root, `./x` and `../x` from the file, anything else a
   * package, then the root. Null when there is none.
   * @throws PackError when the path leads out of the project or to a link
   */
  resolve(from: string, spec: string, options: ResolveOptions, place: Place): string | null {
    if (spec.includes('\\') || spec.includes('\0')) {
      throw new PackError(place, `"${spec}" is not a path`, 'Use forward slashes.')
    }
    if (spec.startsWith('/')) return this.#find(this.#inside('/', spec, place), options.endings, place)
    if (/^\.\.?(\/|$)/.test(spec)) {
      return this.#find(this.#inside(posix.dirname(from), spec, place), options.endings, place)
    }
    if (!options.bare) return this.#find(this.#inside(posix.dirname(from), spec, place), options.endings, place)
    for (let folder = posix.dirname(from); ; folder = posix.dirname(folder)) {
      if (posix.basename(folder) !== 'node_modules') {
        const base = this.#inside(folder, `node_modules/${spec}`, place)
        const found = this.#find(base, options.endings, place) ?? this.#mainOf(base, options.endings, place)
        if (found) return found
      }
      if (folder === '/') break
    }
    return this.#find(this.#inside('/', spec, place), options.endings, place)
  }

  #inside(folder: string, spec: string, place: Place): string {
    const segments = folder.split('/').filter(Boolean)
    for (const segment of spec.split('/')) {
      if (segment === '' || segment === '.') continue
      if (segment !== '..') segments.push(segment)
      else if (segments.pop() === undefined) {
        throw new PackError(place, `"${spec}" leads out of the project`, 'Only files of the project can be packed.')
      }
    }
    return `/${segments.join('/')}`
  }

  #find(base: string, endings: string[], place: Place): string | null {
    for (const ending of ['', ...endings]) {
      const path = base === '/' ? ending : base + ending
      if (!path.startsWith('/')) continue
      if (this.has(path)) return path
      for (const link of this.#links) {
        if (path === link || path.startsWith(`${link}/`)) {
          throw new PackError(place, `${link} is a link`, 'Links are not packed: put the file itself into the project.')
        }
      }
    }
    return null
  }

  #mainOf(base: string, endings: string[], place: Place): string | null {
    const described = `${base}/package.json`
    if (!this.has(described)) return null
    try {
      const { module, main } = JSON.parse(this.text(described).text) as { module?: unknown; main?: unknown }
      for (const entry of [main, module]) {
        if (typeof entry !== 'string') continue
        const found = this.#find(this.#inside(base, entry, place), endings, place)
        if (found) return found
      }
    } catch (error) {
      if (error instanceof PackError) throw error
      throw new PackError(startOf(described), 'The file is not JSON', 'Install the package again.')
    }
    return null
  }

  /** node_modules can be huge: a package is walked when something names it. */
  #walkPackageOf(path: string): void {
    const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(path)
    const folder = match?.[1]
    if (!folder || this.#walkedPackages.has(folder)) return
    this.#walkedPackages.add(folder)
    const parts = folder.split('/').filter(Boolean)
    for (let count = 1; count <= parts.length; count++) {
      const part = `/${parts.slice(0, count).join('/')}`
      const stat = lstatSync(join(this.#root, part), { throwIfNoEntry: false })
      if (!stat) return
      if (stat.isSymbolicLink()) {
        this.#links.add(part)
        return
      }
    }
    if (lstatSync(join(this.#root, folder)).isDirectory()) this.#walk(folder)
  }

  #walk(folder: string): void {
    for (const entry of readdirSync(join(this.#root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      if (entry.isSymbolicLink()) this.#links.add(path)
      else if (entry.isDirectory()) this.#walk(path)
      else if (entry.isFile()) {
        this.#sizes.set(path, lstatSync(join(this.#root, path)).size)
        if (this.#sizes.size > MAX_FILES) {
          throw new PackError(
            startOf(path),
            `There are more than ${MAX_FILES} files`,
            'Give the folder of one mini program.',
          )
        }
      }
    }
  }
}
