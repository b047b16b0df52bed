/**
 * The built pages: wallet app, frames of the mini program runtime, flow page. Each is built once for its sources and
 * kept in a folder that is named by their hash; a later start finds it there and builds nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import { access, constants, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface BuiltPages {
  walletAppFolder: string
  framesFolder: string
  flowPageFolder: string
}

interface Page {
  name: string
  /** Files and folders that it is made of. */
  sources: string[]
  build(outFolder: string): Promise<void>
}

/** How long a build of other sources is kept, for a server that may still serve it. Milliseconds. */
const KEEP_MS = 24 * 60 * 60 * 1000

/**
 * Builds what is not built yet.
 * @param fallbackFolder where builds go when the program's own folder cannot be written
 * @param announce told the name of a page before it is built
 */
export async function buildPages(fallbackFolder: string, announce: (name: string) => void): Promise<BuiltPages> {
  const home = await writableHome(fallbackFolder)
  const folderOf = async (page: Page): Promise<string> => {
    const folder = join(home, `${page.name}-${await hashOf(page.sources)}`)
    if (await exists(folder)) return folder
    announce(page.name)
    // Built aside and renamed: a kill half-way leaves no half page, and two starts at once do no harm.
    const aside = join(home, `.${page.name}-${randomBytes(6).toString('hex')}`)
    try {
      await page.build(aside)
      await rename(aside, folder).catch(async (error: unknown) => {
        if (!(await exists(folder))) throw error
      })
    } finally {
      await rm(aside, { recursive: true, force: true })
    }
    await removeOld(home, page.name, folder)
    return folder
  }
  const { walletApp, frames, flowPage } = pages()
  return {
    framesFolder: await folderOf(frames),
    flowPageFolder: await folderOf(flowPage),
    walletAppFolder: await folderOf(walletApp),
  }
}

function pages(): Record<'walletApp' | 'frames' | 'flowPage', Page> {
  const { resolve } = createRequire(import.meta.url)
  const walletApp = dirname(resolve('@tradepay/wallet-app/build'))
  const contract = dirname(resolve('@tradepay/contract'))
  const money = dirname(resolve('@tradepay/money'))
  const flowPageSource = join(dirname(dirname(resolve('@tradepay/sandbox'))), 'flow-page')
  const miniProgram = dirname(dirname(resolve('@tradepay/mini-program/host')))
  return {
    walletApp: {
      name: 'wallet-app',
      sources: [
        ...['src', 'index.html', 'build.ts', 'vite.config.ts'].map((name) => join(walletApp, name)),
        contract,
        money,
        miniProgram,
      ],
      build: async (folder) => (await import('@tradepay/wallet-app/build')).buildWalletApp(folder),
    },
    frames: {
      name: 'frames',
      sources: [miniProgram, contract],
      build: async (folder) => {
        await mkdir(folder, { recursive: true })
        await (await import('@tradepay/mini-program/frames')).buildFrames(folder)
      },
    },
    flowPage: {
      name: 'flow-page',
      sources: [flowPageSource, contract, fileURLToPath(import.meta.url)],
      build: (folder) => buildFlowPage(flowPageSource, folder),
    },
  }
}

async function buildFlowPage(source: string, folder: string): Promise<void> {
  const { build } = await import('vite')
  await build({
    root: source,
    configFile: false,
    mode: 'production',
    logLevel: 'silent',
    publicDir: false,
    esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
    build: {
      target: 'es2022',
      outDir: folder,
      emptyOutDir: true,
      rollupOptions: {
        input: join(source, 'main.tsx'),
        output: { entryFileNames: 'flow.js', inlineDynamicImports: true },
        // The page needs the contract's types and tables, not its schemas.
        treeshake: { manualPureFunctions: ['Type'] },
      },
    },
  })
  await cp(join(source, 'index.html'), join(folder, 'index.html'))
  const styles = await Promise.all(flowPageStyles.map((name) => readFile(join(source, `${name}.css`), 'utf8')))
  await writeFile(join(folder, 'flow.css'), styles.join(''))
}

/** In the order in which they must stand: the last one narrows what the others say. */
const flowPageStyles = ['page', 'diagram', 'details', 'afterwards', 'small']

/** The hash of the files' names and contents, and of the Node version that builds them. */
async function hashOf(sources: string[]): Promise<string> {
  const hash = createHash('sha256').update(process.version)
  for (const source of sources) {
    for (const file of await filesOf(source)) {
      const bytes = await readFile(file)
      hash.update(`${relative(dirname(source), file)}\0${bytes.length}\0`).update(bytes)
    }
  }
  return hash.digest('hex').slice(0, 16)
}

async function filesOf(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path]
  const entries = await readdir(path, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/[\\/](node_modules|dist)[\\/]|\.test\.tsx?$/.test(file))
    .sort()
}

async function writableHome(fallback: string): Promise<string> {
  const own = fileURLToPath(new URL('../dist/', import.meta.url))
  try {
    await mkdir(own, { recursive: true })
    await access(own, constants.W_OK)
    return own
  } catch {
    await mkdir(fallback, { recursive: true })
    return fallback
  }
}

async function removeOld(home: string, name: string, current: string): Promise<void> {
  for (const entry of await readdir(home)) {
    const folder = join(home, entry)
    if (folder === current || !(entry.startsWith(`${name}-`) || entry.startsWith(`.${name}-`))) continue
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Number.MAX_SAFE_INTEGER }))
    if (Date.now() - mtimeMs > KEEP_MS) await rm(folder, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
