/**
 * One postmaster: reading what it says of itself (`postmaster.pid`), starting it apart from this process so that it
 * outlives a kill, connecting to it, and shutting it down.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, statSync } from 'node:fs'
import { readFile, rename, stat } from 'node:fs/promises'
import { createServer, Socket, type AddressInfo } from 'node:net'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { isOneOf } from './binaries.ts'
import type { Cluster } from './cluster.ts'

/** Where a postmaster listens. */
export interface Address {
  /** A host name, or the folder of its Unix socket. */
  host: string
  port: number
}

export interface PidFile {
  pid: number
  /** The number of the shared memory that all processes of the server hold; null when it is not there yet. */
  sharedMemory: number | null
  socket: Address | null
  tcp: Address | null
}

/** Which number its socket carries; the socket's folder is its own, so it meets nobody else's. */
const SOCKET_PORT = 5432
const LOG_LIMIT_BYTES = 10_000_000

/**
 * How much memory a server may keep pages in: a quarter of the machine's or container's, as the PostgreSQL manual advises (19.4.1), from 128 MB,
 * its own default, to 1 GB. It is taken as pages are read, so a small wallet takes little of it. MB.
 */
export const pageMemoryMb = (machineBytes: number): number =>
  Math.min(1024, Math.max(128, Math.floor(machineBytes / 4 / 2 ** 20)))

/** What `postmaster.pid` says, or null when there is none (or it is just being written). Layout: PostgreSQL miscadmin.h. */
export async function readPidFile(data: string): Promise<PidFile | null> {
  let lines: string[]
  try {
    lines = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
  } catch (error) {
    if (isOneOf(error, 'ENOENT')) return null
    throw error
  }
  const [pid, , , port, socketFolder, listens, memory] = lines
  if (!Number(pid)) return null
  const at = (host: string | undefined): Address | null => (host && Number(port) ? { host, port: Number(port) } : null)
  const id = memory?.trim().split(/\s+/)[1]
  return {
    pid: Number(pid),
    sharedMemory: id === undefined ? null : Number(id),
    socket: at(socketFolder),
    tcp: at(listens && listens !== '' ? '127.0.0.1' : undefined),
  }
}

/** Starts a postmaster in a session of its own, its output in the log file. `port` also opens it on 127.0.0.1. */
export async function spawnPostmaster(cluster: Cluster, port: number | undefined): Promise<ChildProcess> {
  const onWindows = process.platform === 'win32'
  const tcpPort = port ?? (onWindows ? await freePort() : undefined)
  const settings: Record<string, string> = {
    listen_addresses: tcpPort === undefined ? '' : '127.0.0.1',
    port: String(tcpPort ?? SOCKET_PORT),
    ...(onWindows ? {} : { unix_socket_directories: cluster.socketFolder, unix_socket_permissions: '0700' }),
    password_encryption: 'scram-sha-256',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    max_connections: '100',
    shared_buffers: `${pageMemoryMb(Math.min(totalmem(), process.constrainedMemory() || Infinity))}MB`,
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements of errors are kept, the values of rows and parameters are not: they are the users' own.
    log_error_verbosity: 'terse',
    log_line_prefix: '%m [%p] ',
  }
  await keepLogSmall(cluster.logFile)
  const log = openSync(cluster.logFile, 'a', 0o600)
  try {
    const [command, args] = cluster.runAs.command(cluster.binaries.postgres, [
      '-D',
      cluster.data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ])
    const child = spawn(command, args, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
      ...cluster.runAs.owner,
    })
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

/** A connection that keeps the process alive only while it is used. */
export interface Connection {
  client: pg.Client
  socket: Socket
}

/**
 * Connects as the superuser.
 * @throws Error with the code of PostgreSQL (57P03: starting or stopping) or of the system (ENOENT, ECONNREFUSED)
 */
export async function connect(cluster: Cluster, address: Address): Promise<Connection> {
  const socket = new Socket()
  const client = new pg.Client({
    ...address,
    user: 'postgres',
    password: cluster.password,
    database: 'postgres',
    application_name: 'tradepay supervisor',
    connectionTimeoutMillis: 5_000,
    stream: () => socket,
  })
  // Losing the connection is noticed by the supervisor through 'end'.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return { client, socket }
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}

/** Asks for a fast shutdown: open transactions are rolled back, everything acknowledged is on disk. */
export function askToStop(cluster: Cluster, pid: number): void {
  if (process.platform === 'win32') {
    spawnSync(cluster.binaries.pgCtl, ['stop', '--mode=fast', '--no-wait', '--pgdata', cluster.data], {
      stdio: 'ignore',
    })
  } else {
    signal(pid, 'SIGINT')
  }
}

/** Stops at once; the next start recovers from the log of writes. */
export function stopAtOnce(pid: number): void {
  signal(pid, 'SIGQUIT')
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!isOneOf(error, 'ESRCH')) throw error
  }
}

/** Size of the log now, to read later what came after. */
export function logSize(cluster: Cluster): number {
  try {
    return statSync(cluster.logFile).size
  } catch {
    return 0
  }
}

/** The last lines that were logged after `from`. */
export async function logSince(cluster: Cluster, from: number): Promise<string> {
  const bytes = await readFile(cluster.logFile).catch(() => Buffer.alloc(0))
  return bytes.subarray(from).toString('utf8').trim().split('\n').slice(-12).join('\n')
}

async function keepLogSmall(file: string): Promise<void> {
  try {
    if ((await stat(file)).size > LOG_LIMIT_BYTES) await rename(file, `${file}.old`)
  } catch (error) {
    if (!isOneOf(error, 'ENOENT')) throw error
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}
