/**
 * What a killed postmaster leaves behind: its number, which the system keeps until its parent has asked how it ended, and two
 * files that name it, for which PostgreSQL refuses to start while there is a process of that number. Nobody may ever ask, so
 * the files are taken away when it is certain that nothing of that server runs any more.
 */
import { readFileSync } from 'node:fs'
import { link, readdir, readFile, rename, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { isOneOf } from './binaries.ts'
import { isAlive, type Cluster } from './cluster.ts'
import type { PidFile } from './postmaster.ts'

/**
 * True when the postmaster has ended and so has every process that it started: these would still write. PostgreSQL tells by the
 * same sign, a piece of shared memory that all of them hold. Where the system does not tell, the answer is no.
 * Source: proc(5), /proc/pid/stat and /proc/sysvipc/shm.
 */
export function hasEnded({ pid, sharedMemory }: PidFile): boolean {
  return sharedMemory !== null && stateOf(pid) === 'Z' && holdersOf(sharedMemory) === 0
}

/**
 * Whether the process with this number is certainly not a postmaster: after a restart of the machine or container
 * another program may have got the number. Where the system does not tell, the answer is no.
 */
export function isCertainlyAnother(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`)
  return stat !== null && !stat.includes('(postgres)')
}

/** Takes away what says that this process runs: `postmaster.pid`, and the lock of its socket. May be repeated. */
export async function removeLocks(data: string, { pid, socket }: PidFile): Promise<void> {
  await removeLock(join(data, 'postmaster.pid'), pid)
  if (socket) await removeLock(join(socket.host, `.s.PGSQL.${socket.port}.lock`), pid)
}

/** One that another start has written meanwhile stays. */
async function removeLock(file: string, pid: number): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString('hex')}`
  try {
    await rename(file, aside)
    const first = (await readFile(aside, 'utf8')).split('\n', 1)[0]
    if (Number(first) !== pid) await link(aside, file)
  } catch (error) {
    if (!isOneOf(error, 'ENOENT', 'EEXIST')) throw error
  } finally {
    await rm(aside, { force: true })
  }
}

/** What {@link removeLock} has set aside. */
const ASIDE = /^(postmaster\.pid|\.s\.PGSQL\.[0-9]+\.lock)\.[0-9a-f]{8}$/

/**
 * Puts back the locks of a live server that a start had set aside when it was killed, and clears away those of others: before
 * a server is started, which would else be refused, and the live one end itself within a minute. May be repeated, also while
 * another start has one aside.
 */
export async function putLocksBack({ data, socketFolder }: Pick<Cluster, 'data' | 'socketFolder'>): Promise<void> {
  for (const folder of [data, socketFolder]) {
    for (const name of await readdir(folder)) {
      const lock = ASIDE.exec(name)?.[1]
      if (lock !== undefined) await putBack(join(folder, name), join(folder, lock))
    }
  }
}

async function putBack(aside: string, file: string): Promise<void> {
  try {
    const pid = parseInt(await readFile(aside, 'utf8'))
    if (pid > 0 && isAlive(pid) && stateOf(pid) !== 'Z' && !isCertainlyAnother(pid)) await link(aside, file)
  } catch (error) {
    if (!isOneOf(error, 'ENOENT', 'EEXIST')) throw error
  }
  await rm(aside, { force: true })
}

/** A letter; `Z` has ended and waits to be asked how. The name before it may hold anything, brackets too. */
function stateOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`)
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
}

/** How many processes hold it; null where the system does not tell. */
function holdersOf(sharedMemory: number): number | null {
  const lines = read('/proc/sysvipc/shm')?.split('\n')
  const [header, ...rows] = (lines ?? []).map((line) => line.trim().split(/\s+/))
  const [id, holders] = [header?.indexOf('shmid') ?? -1, header?.indexOf('nattch') ?? -1]
  if (id < 0 || holders < 0) return null
  const row = rows.find((fields) => Number(fields[id]) === sharedMemory)
  return row ? Number(row[holders]) : 0
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
