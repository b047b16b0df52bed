/**
 * The folder of packages: files named by the SHA-256 of their bytes, so a file never changes and may be kept by every
 * cache for ever. A file is complete the moment it has its name: it is written aside, flushed, then renamed.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../db/transaction.ts'

export interface PackageFolder {
  /** Stores the bytes and answers their hash. May be repeated, also by several servers at once. */
  write(bytes: Buffer): Promise<string>
  /** @returns null when there is no such package */
  read(hash: string): Promise<Buffer | null>
}

/** True for what can be the name of a package: 64 hexadecimal digits, so no name leads out of the folder. */
export function isPackageHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

export function packageFolder(folder: string): PackageFolder {
  const pathOf = (hash: string): string => join(folder, `${hash}.json`)

  return {
    async write(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex')
      await mkdir(folder, { recursive: true })
      const aside = join(folder, `.${hash}.${randomUUID()}`)
      try {
        const file = await open(aside, 'wx')
        try {
          await file.writeFile(bytes)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(aside, pathOf(hash))
      } catch (error) {
        await rm(aside, { force: true })
        throw error
      }
      // The new name itself must survive a crash before a row of the database speaks of it.
      const directory = await open(folder, 'r')
      await directory.sync().finally(() => directory.close())
      return hash
    },

    async read(hash) {
      if (!isPackageHash(hash)) return null
      try {
        return await readFile(pathOf(hash))
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return null
        throw error
      }
    },
  }
}
