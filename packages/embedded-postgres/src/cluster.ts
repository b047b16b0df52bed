/**
 * The cluster on disk: where it lies, and its creation, once. It is made in a temporary sibling and renamed, password
 * and data together, so that a kill in the middle leaves either nothing or a whole cluster.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chooseRunAs, type Owner, type RootWay, type RunAs } from './as-user.ts'
import {
  binariesIn,
  copyNative,
  findNative,
  isOneOf,
  repairLinks,
  useYourOwnDatabase,
  type Binaries,
} from './binaries.ts'

export interface Cluster {
  binaries: Binaries
  runAs: RunAs
  data: string
  socketFolder: string
  logFile: string
  /** Of the superuser `postgres`. Never printed. */
  password: string
}

/** Longest path of a Unix socket, without the terminating zero (Linux: 108 bytes with it, macOS 104). */
const SOCKET_PATH_MAX = 103
const SOCKET_NAME = '/.s.PGSQL.00000.lock'

/** Finds the cluster of the folder, or creates it. Safe when two processes do it at once: both get the same one. */
export async function openCluster(folder: string, options: { rootWay: RootWay; native?: string }): Promise<Cluster> {
  const root = resolve(folder)
  await mkdir(root, { recursive: true, mode: 0o700 })
  const base = (await pointedTo(root)) ?? root
  const runAs = chooseRunAs(await ownerOf(join(base, 'cluster', 'data')), options.rootWay)
  const home = base === root ? await homeFor(root, runAs) : base

  let native = await repairLinks(options.native ?? findNative(), home)
  if (!canRun(binariesIn(native), runAs) && runAs.owner) native = await copyNative(native, home)
  const binaries = binariesIn(native)

  await removeLeftovers(home)
  if (!(await ownerOf(join(home, 'cluster', 'data')))) await create(home, binaries, runAs)
  await refuseOtherVersion(join(home, 'cluster', 'data'), binaries)
  return {
    binaries,
    runAs,
    data: join(home, 'cluster', 'data'),
    socketFolder: await makeSocketFolder(home, runAs.owner),
    logFile: join(root, 'postgres.log'),
    password: (await readFile(join(home, 'cluster', 'password'), 'utf8')).trim(),
  }
}

async function create(home: string, binaries: Binaries, runAs: RunAs): Promise<void> {
  const staging = join(home, `cluster.new-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    await mkdir(staging, { mode: 0o700 })
    const passwordFile = join(staging, 'password')
    await writeFile(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
    if (runAs.owner) for (const path of [passwordFile, staging]) await chown(path, runAs.owner.uid, runAs.owner.gid)
    await run(binaries.initdb, runAs, [
      `--pgdata=${join(staging, 'data')}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      // Every way in asks for the password: no trust, neither on TCP nor on the socket.
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ])
    await rename(staging, join(home, 'cluster'))
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    // Another start was faster: its cluster is as good.
    if (isOneOf(error, 'ENOTEMPTY', 'EEXIST', 'EPERM') && (await ownerOf(join(home, 'cluster', 'data')))) return
    throw error
  }
}

async function run(program: string, runAs: RunAs, args: string[]): Promise<void> {
  const [command, commandArgs] = runAs.command(program, args)
  const child = spawn(command, commandArgs, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], ...runAs.owner })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const outcome = await new Promise<number | string>((settle) => {
    child.on('error', (error) => settle(error.message))
    child.on('close', (code, signal) => settle(code ?? signal ?? 'unknown'))
  })
  if (outcome === 0) return
  const hint =
    typeof outcome === 'string' && outcome.includes('ENOENT')
      ? ` It needs a system with glibc (not musl). ${useYourOwnDatabase}`
      : ''
  throw new Error(`The database could not be created: initdb ended with ${outcome}.${hint}\n${said.trim()}`)
}

/**
 * Where the cluster of a root process lies. When it must run as another user and that user cannot go into the folder
 * (below /root), it lies outside, and a small file in the folder says where.
 */
async function homeFor(root: string, { owner }: RunAs): Promise<string> {
  if (!owner || canEnter(root, owner)) return root
  await chmod(root, 0o711)
  if (canEnter(root, owner)) return root
  const name = `tradepay-postgres-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`
  const outside = join('/var/lib', name)
  await mkdir(outside, { recursive: true, mode: 0o711 })
  await writeFile(join(root, 'cluster-lies-in'), `${outside}\n`)
  return outside
}

async function pointedTo(root: string): Promise<string | null> {
  try {
    return (await readFile(join(root, 'cluster-lies-in'), 'utf8')).trim()
  } catch (error) {
    if (isOneOf(error, 'ENOENT')) return null
    throw error
  }
}

/** Asks the system itself, by trying: the way through every parent folder counts. */
function canEnter(folder: string, owner: Owner): boolean {
  return spawnSync('test', ['-x', folder], { cwd: '/', stdio: 'ignore', ...owner }).status === 0
}

function canRun(binaries: Binaries, runAs: RunAs): boolean {
  const [command, args] = runAs.command(binaries.postgres, ['--version'])
  return spawnSync(command, args, { cwd: '/', stdio: 'ignore', ...runAs.owner }).status === 0
}

async function makeSocketFolder(home: string, owner: Owner | null): Promise<string> {
  const near = join(home, 'socket')
  if (Buffer.byteLength(near + SOCKET_NAME) <= SOCKET_PATH_MAX) return await privateFolder(near, owner)
  const name = `tradepay-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`
  const short = join(tmpdir(), name)
  return await privateFolder(
    Buffer.byteLength(short + SOCKET_NAME) <= SOCKET_PATH_MAX ? short : join('/tmp', name),
    owner,
  )
}

/** A folder that only the database's user may enter. @throws Error when somebody else made it first */
async function privateFolder(path: string, owner: Owner | null): Promise<string> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (!isOneOf(error, 'EEXIST')) throw error
  })
  if (owner) await chown(path, owner.uid, owner.gid)
  const found = await lstat(path)
  const expected = owner?.uid ?? process.getuid?.() ?? found.uid
  if (!found.isDirectory() || found.uid !== expected) {
    throw new Error(`${path} belongs to somebody else, so the database cannot listen there. Remove it and start again.`)
  }
  await chmod(path, 0o700)
  return path
}

/** Removes what killed creations left behind, never that of a process that still lives. */
async function removeLeftovers(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const pid = /^cluster\.new-([0-9]+)-/.exec(name)?.[1]
    if (pid && Number(pid) !== process.pid && !isAlive(Number(pid))) {
      // The killed start's initdb may still be writing there. What cannot be removed now is removed by a later start.
      await rm(join(home, name), { recursive: true, force: true }).catch(() => undefined)
    }
  }
}

async function refuseOtherVersion(data: string, binaries: Binaries): Promise<void> {
  const made = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim()
  const share = await readFile(join(binaries.native, 'share', 'postgresql', 'postgres.bki'), 'utf8').catch(() => '')
  const ours = /^# PostgreSQL ([0-9]+)/.exec(share)?.[1]
  if (ours && ours !== made) {
    throw new Error(
      `${data} was made by PostgreSQL ${made}, but PostgreSQL ${ours} is installed. ` +
        `Install the version of this package that made it, or choose another data folder.`,
    )
  }
}

async function ownerOf(path: string): Promise<Owner | null> {
  try {
    const { uid, gid } = await stat(path)
    return { uid, gid }
  } catch (error) {
    if (isOneOf(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

/** Whether a process with this number exists. One that died and waits to be reaped still counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isOneOf(error, 'EPERM')
  }
}
