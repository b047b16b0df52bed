/**
 * Connections to strangers that are kept for the next request to the same origin: opening one costs more than using it.
 *
 * Each was let through by the guard when it was opened, and is used again only for the very protocol, host and port that it
 * was opened for. It is closed when it was idle for some seconds, when it is a minute old (a name that has moved is
 * followed), and when too many are idle. An idle connection does not keep the process alive.
 */
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'

/** Servers commonly close what was idle for five seconds: to be the first avoids writing into what is just being closed. */
export const IDLE_MS = 4_000
/** Oldest connection that is used again. Milliseconds. */
export const AGE_MAX_MS = 60_000
/** Most idle connections to one origin, and to all. */
const IDLE_PER_ORIGIN_MAX = 128
const IDLE_MAX = 512

export interface Connections {
  /** What opens and keeps connections for this protocol. */
  agent(protocol: string): http.Agent
  /** Closes those that are idle. May be used further. */
  closeIdle(): void
}

/** @param lookup resolves and judges the name of every connection that is opened */
export function createConnections(lookup: LookupFunction): Connections {
  const options = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: IDLE_PER_ORIGIN_MAX, lookup }
  const plain = keeping(new http.Agent(options))
  const secure = keeping(new https.Agent(options))
  return {
    agent: (protocol) => (protocol === 'https:' ? secure : plain),
    closeIdle() {
      for (const socket of [plain, secure].flatMap(idle)) socket.destroy()
    },
  }
}

/** Adds what the agent has no setting for: how old a connection may be, and how many may be idle in all. */
function keeping<Agent extends http.Agent>(agent: Agent): Agent {
  const firstKeptAt = new WeakMap<Duplex, number>()
  // Answers whether the connection stays, which its published type leaves out.
  const keep = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => boolean
  agent.keepSocketAlive = (socket: Duplex): boolean => {
    const now = performance.now()
    const since = firstKeptAt.get(socket) ?? now
    firstKeptAt.set(socket, since)
    return keep(socket) && now - since < AGE_MAX_MS && idleCount(agent) < IDLE_MAX
  }
  return agent
}

const idle = ({ freeSockets }: http.Agent): Duplex[] => Object.values(freeSockets).flatMap((sockets) => sockets ?? [])

function idleCount({ freeSockets }: http.Agent): number {
  let count = 0
  for (const origin in freeSockets) count += freeSockets[origin]?.length ?? 0
  return count
}
