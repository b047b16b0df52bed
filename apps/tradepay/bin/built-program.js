/**
 * The program as JavaScript: bundled once for its sources and kept in `dist/program-<hash of them>`, because a bundle is ready in
 * a fraction of the time that some five hundred files take. A kill half-way leaves no half bundle, and two starts at once do no
 * harm. Where nothing can be written, the sources are read as they are, by tsx.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const home = join(root, 'apps/tradepay/dist')
/** How long a bundle of other sources is kept, for a program that may still run from it. Milliseconds. */
const KEEP_MS = 24 * 60 * 60 * 1000

/**
 * @param {string} entry the source to begin with, seen from the root of the workspace; default: the command
 * @returns {Promise<string>} the URL to import or fork
 */
export async function builtProgram(entry = 'apps/tradepay/src/main.ts') {
  const main = join(root, entry)
  const folder = join(home, `program-${hashOfSources(main)}`)
  const program = pathToFileURL(join(folder, basename(main, '.ts') + '.js')).href
  if (existsSync(folder)) return program
  const aside = join(home, `.program-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(aside, { recursive: true })
    await bundle(main, aside)
    await rename(aside, folder).catch((error) => {
      if (!existsSync(folder)) throw error
    })
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error?.code)) throw error
    const { register } = await import('tsx/esm/api')
    register()
    return pathToFileURL(main).href
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  removeOld(folder)
  return program
}

/** Bundles the workspace's own packages; what npm installed stays where it is. */
async function bundle(main, folder) {
  const { build } = await import('esbuild')
  await build({
    entryPoints: [main],
    outdir: folder,
    bundle: true,
    // What a command does not need is not read for it.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'workspace',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || /^@(tradepay|coffee-shop)\//.test(path) ? null : { external: true },
          )
          // A source finds the files beside it by its own address.
          onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
            contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', addressOf(path, folder)),
            loader: 'ts',
          }))
        },
      },
    ],
  })
}

/** The expression for a source's address, seen from the bundle: the workspace may be moved or copied whole. */
function addressOf(path, folder) {
  const way = relative(folder, path).split(sep).join('/')
  return `new URL(${JSON.stringify(way)}, import.meta.url).href`
}

/** Of the names and contents of everything that the program may be made of. */
function hashOfSources(main) {
  const hash = createHash('sha256')
  for (const file of [main, ...sources(), ...typescriptIn(dirname(main))]) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

function sources() {
  const packages = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => join(root, parent, name))
      .filter((folder) => existsSync(join(folder, 'package.json'))),
  )
  const files = [...packages, join(root, 'examples/coffee-shop/server')].flatMap((folder) => [
    join(folder, 'package.json'),
    ...readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map(({ name }) => join(folder, name)),
    ...typescriptIn(join(folder, 'src')),
  ])
  return [fileURLToPath(import.meta.url), ...files]
}

function typescriptIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true })
    .filter((name) => /(?<!\.test)\.tsx?$/.test(name))
    .sort()
    .map((name) => join(folder, name))
}

function removeOld(current) {
  for (const name of readdirSync(home)) {
    const folder = join(home, name)
    if (!/^\.?program-/.test(name) || folder === current) continue
    if (Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > KEEP_MS)
      rmSync(folder, { recursive: true, force: true })
  }
}
