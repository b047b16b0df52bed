/**
 * A database on a disk of a few megabytes that a test can fill: a tablespace on a file system in memory. Where nothing may be
 * mounted (only root of a whole machine may), its tables raise the error of a full disk instead, and a note says so.
 */
import { execFileSync } from 'node:child_process'
import { chown, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { errorCode } from '../../src/db/transaction.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { createFailingTables } from './failing-tables.ts'

const SIZE = '64m'
const CHUNK_BYTES = 64 * 1024
const DISK_FULL = '53100'
/** What grows when money moves. */
const TABLES = ['orders', 'payments', 'transfers', 'notifications', 'refunds']

export interface SmallDisk {
  database: TestDatabase
  /** False where the full disk is made up by triggers. */
  real: boolean
  /** Not a byte is left for the database. */
  fill(): Promise<void>
  /** There is room again. */
  free(): Promise<void>
  close(): Promise<void>
}

/** Makes the disk, and the database on it. */
export async function createSmallDisk(): Promise<SmallDisk> {
  const database = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'tradepay-small-disk-'))
  let mounted = false
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0700`, 'tmpfs', folder], { stdio: 'ignore' })
    mounted = true
    return await onDisk(database, folder)
  } catch (error) {
    if (mounted) execFileSync('umount', ['-l', folder])
    await rm(folder, { recursive: true, force: true })
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    process.stderr.write(
      `NOTE: no small disk can be mounted here (${reason}): the database itself says that its disk is full.\n`,
    )
    return madeUp(database)
  }
}

async function onDisk(database: TestDatabase, folder: string): Promise<SmallDisk> {
  const name = new URL(database.url).pathname.slice(1)
  const space = `${name}_disk`
  const cluster = new URL(database.url)
  cluster.pathname = '/postgres'
  async function inCluster(...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: cluster.href })
    await client.connect()
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }
  await database.asSuperuser(async (client) => {
    const { rows } = await client.query<{ data_directory: string }>('show data_directory')
    const { uid, gid } = await stat(rows[0]!.data_directory)
    await chown(folder, uid, gid)
  })
  await inCluster(`create tablespace ${space} location '${folder}'`, `alter database ${name} set tablespace ${space}`)
  const filler = join(folder, 'filler')
  return {
    database,
    real: true,
    async fill() {
      const file = await open(filler, 'w')
      try {
        for (let bytes = CHUNK_BYTES; bytes >= 1;) {
          try {
            await file.write(Buffer.alloc(bytes, 1))
          } catch (error) {
            if (errorCode(error) !== 'ENOSPC') throw error
            bytes = Math.floor(bytes / 2)
          }
        }
      } finally {
        await file.close()
      }
    },
    free: () => rm(filler, { force: true }),
    async close() {
      await rm(filler, { force: true })
      await database.close()
      await inCluster(`drop tablespace ${space}`)
      execFileSync('umount', [folder])
      await rm(folder, { recursive: true })
    },
  }
}

async function madeUp(database: TestDatabase): Promise<SmallDisk> {
  const tables = await createFailingTables(database)
  return {
    database,
    real: false,
    async fill() {
      for (const table of TABLES) await tables.fail(table, { code: DISK_FULL })
    },
    free: () => tables.recover(),
    close: () => database.close(),
  }
}
