/**
 * Builds the wallet app into a folder that any server can serve: `index.html` for every page of the app, and
 * `assets/` whose names carry the hash of their content. Beside each text lies its compressed form (.br, .gz), so that
 * a server only picks the file and compresses nothing itself.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'vite'
import config from './vite.config.ts'

/**
 * Builds the wallet app, in production mode, without a word to the console.
 * @param outFolder absolute path; it is emptied first
 * @throws when a source does not compile
 */
export async function buildWalletApp(outFolder: string): Promise<void> {
  await build({
    ...config,
    configFile: false,
    mode: 'production',
    logLevel: 'silent',
    build: { ...config.build, outDir: outFolder },
  })
  await compressAll(outFolder)
}

async function compressAll(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = files.filter((file) => file.isFile() && /\.(html|js|css|svg)$/.test(file.name))
  await Promise.all(
    texts.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      const content = await readFile(path)
      const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
      await writeFile(`${path}.br`, await promisify(brotliCompress)(content, quality))
      await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
    }),
  )
}
