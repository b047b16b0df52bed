/**
 * The reference pages are those of the docstrings: they are made again, beside, and compared. TypeDoc reads the whole package
 * for that, which takes its seconds; it also refuses what has no docstring.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

async function pagesIn(folder: string): Promise<Map<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const pages = files
    .filter((file) => file.isFile())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path.slice(folder.length), await readFile(path, 'utf8')] as const
    })
  return new Map(await Promise.all(pages))
}

test('docs/reference/merchant-sdk is what "npm run reference" writes', async () => {
  const made = await mkdtemp(join(tmpdir(), 'tradepay-reference-'))
  try {
    const typedoc = join(root, 'node_modules/typedoc/bin/typedoc')
    const args = ['--options', join(root, 'packages/merchant-sdk/typedoc.json'), '--out', made]
    await promisify(execFile)(process.execPath, [typedoc, ...args])
    const [fresh, committed] = await Promise.all([pagesIn(made), pagesIn(join(root, 'docs/reference/merchant-sdk'))])
    expect([...committed.keys()].sort()).toEqual([...fresh.keys()].sort())
    const stale = [...fresh].filter(([name, text]) => committed.get(name) !== text).map(([name]) => name)
    expect(stale, 'run "npm run reference"').toEqual([])
  } finally {
    await rm(made, { recursive: true, force: true })
  }
}, 180_000)
