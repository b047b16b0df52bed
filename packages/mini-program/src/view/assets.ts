/**
 * Files of the package as addresses that this frame can show. An address is made when something first shows the file:
 * a program may hold many pictures that no page on screen uses.
 */
import type { PackedProgram } from '../package-format.ts'

let assets: PackedProgram['assets'] = {}
let pageFolder = '/'
const addresses = new Map<string, string>()

/** `page` is the page's path without a leading slash: relative addresses start from it. */
export function setAssets(all: PackedProgram['assets'], page: string): void {
  assets = all
  pageFolder = `/${page.split('/').slice(0, -1).join('/')}/`
}

/** The address of a file of the package; any other address as it is. */
export function assetUrl(address: string): string {
  if (address === '' || /^([a-z][a-z\d+.-]*:|\/\/)/i.test(address)) return address
  const path = findAsset(address)
  if (path === null) return address
  let url = addresses.get(path)
  if (url === undefined) {
    const { type, base64 } = assets[path]!
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
    url = URL.createObjectURL(new Blob([bytes], { type }))
    addresses.set(path, url)
  }
  return url
}

function findAsset(address: string): string | null {
  const written = address.replace(/[?#].*$/, '')
  const candidates = written.startsWith('/') ? [written] : [normalise(pageFolder + written), normalise(`/${written}`)]
  return candidates.find((path) => Object.hasOwn(assets, path)) ?? null
}

function normalise(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}
