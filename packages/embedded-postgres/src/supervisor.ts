/**
 * Keeps one postmaster running for a folder, however many processes want it and however they end. A live one is
 * adopted; a dead one is started again, with patience while the system still holds its number; the last process that
 * uses it stops it. What was committed survives all of it.
 */
import type { ChildProcess } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { useYourOwnDatabase } from './binaries.ts'
import { isAlive, type Cluster } from './cluster.ts'
import { hasEnded, isCertainlyAnother, putLocksBack, removeLocks } from './left-over.ts'
import {
  askToStop,
  connect,
  logSince,
  logSize,
  readPidFile,
  spawnPostmaster,
  stopAtOnce,
  type Address,
  type Connection,
} from './postmaster.ts'

/** A running postmaster, and the connection by which this process counts as one of its users. */
export interface Attached {
  /** True when it was running already. */
  adopted: boolean
  address: Address
  pid: number
  holder: Connection
}

/** Each user holds it shared; whoever gets it alone is the last. An advisory lock of the database `postgres`. */
const USERS_LOCK = 7_243_001
/** How long a start may be refused before it is given up: processes of a killed server may still be working. */
const PATIENCE_MS = 10_000
/** How long a postmaster that answers "starting up" or "in recovery" is waited for. */
const RECOVERY_MS = 300_000
/** How long a process that is certainly no postmaster may hold the number in postmaster.pid. */
const FOREIGN_PID_MS = 2_000
const STOP_MS = 10_000
const STEP_MS = 25

/**
 * Adopts the postmaster of the cluster, or starts one.
 * @throws Error with the end of the log when none comes up
 */
export async function attach(cluster: Cluster, port: number | undefined): Promise<Attached> {
  const began = performance.now()
  const logFrom = logSize(cluster)
  let child: ChildProcess | null = null
  let childEnded = false
  let lastError: unknown = null
  let giveUpAt = began + PATIENCE_MS
  let foreignSince: number | null = null

  while (performance.now() < giveUpAt) {
    let running = await readPidFile(cluster.data)
    if (running === null) {
      await putLocksBack(cluster)
      running = await readPidFile(cluster.data)
    }
    if (running && hasEnded(running)) {
      await removeLocks(cluster.data, running)
      running = null
    }
    if (running && isAlive(running.pid)) {
      const address = chooseAddress(running.tcp, running.socket, port)
      if (address) {
        try {
          const holder = await hold(cluster, address)
          return { adopted: child === null || child.pid !== running.pid, address, pid: running.pid, holder }
        } catch (error) {
          lastError = error
          if (isStartingOrStopping(error)) giveUpAt = Math.min(performance.now() + PATIENCE_MS, began + RECOVERY_MS)
        }
      }
      foreignSince = isCertainlyAnother(running.pid) ? (foreignSince ?? performance.now()) : null
      if (foreignSince !== null && performance.now() - foreignSince > FOREIGN_PID_MS) {
        await removeLocks(cluster.data, running)
      }
    } else if (child === null || childEnded) {
      // Refusals are tried again a few times a second: each is one quick process.
      if (childEnded) await wait(8 * STEP_MS)
      childEnded = false
      child = await spawnPostmaster(cluster, port)
      const ended = (): void => void (childEnded = true)
      child.once('exit', ended)
      child.once('error', (error) => {
        lastError = error
        ended()
      })
    }
    await wait(STEP_MS)
    // The number may be held by a process that died and is not reaped yet: PostgreSQL itself refuses until it is.
    if (childEnded) child = null
  }
  const log = await logSince(cluster, logFrom)
  throw new Error(
    `PostgreSQL did not start in ${cluster.data}: ${log || String(lastError)}\n(The whole log: ${cluster.logFile}. ` +
      `To do without the embedded database: ${useYourOwnDatabase})`,
  )
}

/**
 * Ends this process's use. The last user stops the postmaster and waits until it has stopped; others leave it to
 * those who still use it.
 */
export async function detach(cluster: Cluster, attached: Attached): Promise<void> {
  const { client, socket } = attached.holder
  socket.ref()
  try {
    await client.query('select pg_advisory_unlock_shared($1)', [USERS_LOCK])
    const { rows } = await client.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [USERS_LOCK])
    // Holding the lock alone until the end makes a newcomer wait, see the shutdown, and start afresh.
    if (rows[0]?.last) await stopPostmaster(cluster, attached.pid)
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function stopPostmaster(cluster: Cluster, pid: number): Promise<void> {
  askToStop(cluster, pid)
  const isRunning = async (): Promise<boolean> => isAlive(pid) && (await readPidFile(cluster.data))?.pid === pid
  const until = performance.now() + STOP_MS
  while (await isRunning()) {
    if (performance.now() > until) {
      stopAtOnce(pid)
      return
    }
    await wait(STEP_MS)
  }
}

/** Connects, makes sure that it is this cluster, and takes a share of the users' lock. */
async function hold(cluster: Cluster, address: Address): Promise<Connection> {
  const connection = await connect(cluster, address)
  const { client, socket } = connection
  try {
    const { rows } = await client.query<{ data_directory: string }>('show data_directory')
    const found = rows[0]?.data_directory ?? ''
    if ((await realpath(found)) !== (await realpath(cluster.data))) {
      throw new Error(`another cluster (${found}) listens where this one is expected`)
    }
    await client.query('select pg_advisory_lock_shared($1)', [USERS_LOCK])
    socket.unref()
    return connection
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}

function chooseAddress(tcp: Address | null, socket: Address | null, port: number | undefined): Address | null {
  return port === undefined ? (socket ?? tcp) : (tcp ?? socket)
}

/** 57P03 cannot_connect_now · 57P01 and 57P02: it ended the connection because it stops. */
function isStartingOrStopping(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['57P01', '57P02', '57P03'].includes(String(error.code))
}
