/**
 * `npm run pack:sdk [-- FOLDER]`: the merchant SDK as a merchant installs it: one tarball without dependencies, with the
 * workspace's packages bundled in, for ES modules, CommonJS and TypeScript. Prints where it lies; default folder `dist/`.
 *
 * In the workspace the package is its sources; the manifest that is published is written here, beside the bundles.
 */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, type Metafile } from 'esbuild'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'

const root = fileURLToPath(new URL('..', import.meta.url))
const home = join(root, 'packages/merchant-sdk')
const entry = join(home, 'src/index.ts')

/** The packages of the workspace that become part of the bundles. */
const bundled = ['money', 'signature', 'contract']

/** The oldest Node that the bundles are written for, as the workspace's own `engines`. */
const TARGET = 'node20.19'

/**
 * Writes the package into an empty folder, as it is published.
 * @throws Error when something of outside got into a bundle
 */
export async function buildSdk(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await Promise.all([bundle(folder, 'esm', 'index.js'), bundle(folder, 'cjs', 'index.cjs'), bundleTypes(folder)])
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`)
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  await copyFile(join(home, 'README.md'), join(folder, 'README.md'))
}

/** Builds and packs. @returns the tarball's path */
export async function packSdk(destination: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tradepay-sdk-'))
  try {
    await buildSdk(folder)
    await mkdir(destination, { recursive: true })
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination]
    const { stdout } = await promisify(execFile)('npm', args, { cwd: folder })
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
    return join(destination, filename)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bundle(folder: string, format: 'esm' | 'cjs', name: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: join(folder, name),
    bundle: true,
    format,
    platform: 'node',
    target: TARGET,
    metafile: true,
    absWorkingDir: root,
    logLevel: 'warning',
  })
  requireOwnSources(metafile)
}

/** A library that came in by an import nobody noticed would be installed without its licence. */
function requireOwnSources({ inputs }: Metafile): void {
  const foreign = Object.keys(inputs).filter((input) => !/^packages\/[a-z-]+\/src\//.test(input))
  if (foreign.length > 0) throw new Error(`The SDK bundles what is not ours: ${foreign.join(', ')}.`)
}

async function bundleTypes(folder: string): Promise<void> {
  const paths = Object.fromEntries(
    bundled.map((name) => [`@tradepay/${name}`, [join(root, 'packages', name, 'src/index.ts')]]),
  )
  const types = await rollup({
    input: entry,
    external: /^node:/,
    plugins: [dts({ tsconfig: join(home, 'tsconfig.json'), compilerOptions: { paths } })],
  })
  // The same declarations serve both kinds of modules; each needs a file of its own kind beside it.
  await types.write({ file: join(folder, 'index.d.ts'), format: 'es' })
  await copyFile(join(folder, 'index.d.ts'), join(folder, 'index.d.cts'))
  await types.close()
}

async function manifest(): Promise<object> {
  const { name, version, license, description } = await readJson(join(home, 'package.json'))
  const { engines } = await readJson(join(root, 'package.json'))
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    engines,
    sideEffects: false,
    main: './index.cjs',
    module: './index.js',
    types: './index.d.ts',
    exports: {
      '.': {
        import: { types: './index.d.ts', default: './index.js' },
        require: { types: './index.d.cts', default: './index.cjs' },
      },
      './package.json': './package.json',
    },
    files: ['index.js', 'index.cjs', 'index.d.ts', 'index.d.cts'],
  }
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await packSdk(resolve(process.argv[2] ?? join(root, 'dist'))))
}
