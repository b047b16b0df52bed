/**
 * Builds the wallet app into a folder that any server can serve: `index.html` for every page of the app, and
 * `assets/` whose names carry the hash of their content.
 */
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
}
