/** `tradepay pack DIR`: packs a mini program as the wallet would, and says what is wrong with it by file and line. */
import { rename, writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { pack, PackError } from '@tradepay/mini-program/packager'
import { CommandError } from './command-error.ts'

/** @returns what to print */
export async function packFolder(directory: string, out: string | undefined): Promise<string> {
  const folder = resolve(directory)
  const file = resolve(out ?? `${basename(folder)}.packed.json`)
  try {
    const { bytes, manifest, warnings } = await pack(folder)
    await writeFile(`${file}.new`, bytes)
    await rename(`${file}.new`, file)
    return [
      ...warnings.map(({ file: source, line, column, message }) => `warning: ${source}:${line}:${column}: ${message}`),
      `Packed ${manifest.pages.length} pages, ${manifest.files.length} files, ${(bytes.length / 1024).toFixed(0)} KiB into ${file}`,
    ].join('\n')
  } catch (error) {
    if (error instanceof PackError) throw new CommandError(error.message)
    throw error
  }
}
