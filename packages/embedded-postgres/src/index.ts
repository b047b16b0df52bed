/**
 * Real PostgreSQL without installing anything: `startPostgres` gives the address of a running server whose data lies
 * in a folder. It is durable (fsync on), asks for a generated password on every way in, and survives kills of either side.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { RootWay } from './as-user.ts'
import { openCluster, type Cluster } from './cluster.ts'
import { attach, detach, type Attached } from './supervisor.ts'

/** Pause after a server that has died did not come up again. Milliseconds. */
const AGAIN_MS = 1_000

export interface StartOptions {
  /** Where everything lies: data, password, log, socket. Made when missing. */
  folder: string
  /** Also listen on 127.0.0.1 at this port. Default: only on a Unix socket (on Windows: a free port). */
  port?: number
  /** As root: how to start programs that refuse root. Default: in a user namespace, else as another user. */
  rootWay?: RootWay
  /** Folder with the programs (`bin`, `lib`, `share`). Default: that of the installed package. */
  native?: string
}

export interface RunningPostgres {
  /** Superuser URL of the database `postgres`. Contains the password: do not print it. */
  url: string
  /** True when a live server was found and is used further. */
  adopted: boolean
  /** Ends this use. The last user of the folder stops the server and waits for it. May be repeated. */
  stop(): Promise<void>
}

/**
 * Starts PostgreSQL in the folder, or adopts the one that runs there. May be called again at any time, by this or
 * another process, also while another call runs. While it is in use, a server that dies is started again.
 *
 * @throws Error on platforms without programs, for folders of another user, and when the server does not come up:
 * each says what to do
 */
export async function startPostgres(options: StartOptions): Promise<RunningPostgres> {
  const cluster = await openCluster(options.folder, {
    rootWay: options.rootWay ?? 'any',
    ...(options.native === undefined ? {} : { native: options.native }),
  })
  let attached = await attach(cluster, options.port)
  let stopping: Promise<void> | null = null
  let restart: Promise<void> = Promise.resolve()

  const watch = (): void => {
    attached.holder.client.once('end', () => {
      if (!stopping) restart = again()
    })
  }
  const again = async (): Promise<void> => {
    while (!stopping) {
      try {
        attached = await attach(cluster, options.port)
        return watch()
      } catch {
        // Whoever uses the database sees the refused connections, and the log says why. It may yet come up.
        await wait(AGAIN_MS, undefined, { ref: false })
      }
    }
  }
  watch()
  const first = attached
  return {
    url: urlOf(cluster, first),
    adopted: first.adopted,
    stop: () => (stopping ??= restart.then(() => end(cluster, attached))),
  }
}

async function end(cluster: Cluster, attached: Attached): Promise<void> {
  try {
    await detach(cluster, attached)
  } catch {
    // The server had ended before: nothing is left to stop.
  }
}

function urlOf(cluster: Cluster, { address }: Attached): string {
  const login = `postgres://postgres:${encodeURIComponent(cluster.password)}@`
  return address.host.startsWith('/')
    ? `${login}localhost:${address.port}/postgres?host=${encodeURIComponent(address.host)}`
    : `${login}${address.host}:${address.port}/postgres`
}
