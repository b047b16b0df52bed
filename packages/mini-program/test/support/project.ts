/** Mini programs written for a test, in a folder that is thrown away. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pack, type Packed } from '../../src/packager/index.ts'

export type Files = Record<string, string | Uint8Array>

/** A folder with these files; app.json, app.js and a page index are there unless the files say otherwise. */
export async function makeProject(files: Files): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tradepay-program-'))
  const all: Files = {
    'app.json': JSON.stringify({ pages: ['pages/index/index'] }),
    'app.js': 'App({})',
    'pages/index/index.js': 'Page({})',
    'pages/index/index.axml': '<view/>',
    ...files,
  }
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

export async function packFiles(files: Files): Promise<Packed> {
  const project = await makeProject(files)
  try {
    return await pack(project.folder)
  } finally {
    await project.remove()
  }
}

/** Packs a program whose only page has this AXML. */
export function packAxml(axml: string, more: Files = {}): Promise<Packed> {
  return packFiles({ 'pages/index/index.axml': axml, ...more })
}
