/**
 * Pictures and fonts of a program. All of them are packed, not only those named in the markup, because a path may come
 * from data at run time.
 */
import { extname } from 'node:path/posix'
import type { PackedProgram } from '../package-format.ts'
import type { Project } from './read-project.ts'

const TYPES: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
}

/** The media type of a picture or font by its name's ending; null for other files. */
export function assetType(path: string): string | null {
  return TYPES[extname(path).toLowerCase()] ?? null
}

export function readAssets(project: Project): PackedProgram['assets'] {
  const assets: PackedProgram['assets'] = {}
  for (const path of project.files()) {
    const type = assetType(path)
    if (type) assets[path] = { type, base64: project.bytes(path).toString('base64') }
  }
  return assets
}

/** The picture that stands for the program: `icon` of app.json, else a file named icon at a usual place. */
export function findIcon(project: Project, named: string | null): string | null {
  const folders = ['', '/assets', '/images', '/image', '/icons']
  const usual = folders.flatMap((folder) => ['svg', 'png', 'webp', 'jpg'].map((ending) => `${folder}/icon.${ending}`))
  const candidates = named ? [`/${named.replace(/^(\.?\/)+/, '')}`, ...usual] : usual
  return candidates.find((path) => project.has(path) && assetType(path)?.startsWith('image/')) ?? null
}
