/**
 * A road between a pool and PostgreSQL on which accidents happen where a test wants them: the connection is cut before a
 * chosen statement reaches the database, or after it was run and before its answer comes back; a statement is held up; or
 * nobody gets in. It reads the frames of PostgreSQL's protocol (manual,
 * "Frontend/Backend Protocol") and changes none.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'

export interface Fault {
  /** The name of the prepared statement, or the text of a plain one, for instance `commit`. */
  at: string
  /** Only when this statement was run in the same transaction before. Default: in any. */
  having?: string
  /** BEFORE: the statement never arrives. AFTER: it is run, and nobody hears of it. */
  when: 'BEFORE' | 'AFTER'
  /** How often. Default 1. */
  times?: number
}

export interface FaultProxy {
  /** The database through this road. */
  url: string
  /** From now on: cuts the connection there. Answers how often it has happened yet. */
  cut(fault: Fault): { count(): number }
  /** Holds the next such statement up before it reaches the database. */
  hold(at: Pick<Fault, 'at' | 'having'>): { reached: Promise<void>; release(): void }
  /** Whether whoever comes is turned away. Who is connected stays. */
  refuse(refusing: boolean): void
  /** Cuts every connection at once. */
  cutAll(): void
  /** Connections now. */
  connections(): number
  close(): Promise<void>
}

interface Incident extends Fault {
  left: number
  happened: number
  /** Waits for this instead of cutting. */
  holding: { arrived(): void; released: Promise<void> } | null
}

/** Opens a road to a database, by its URL. */
export async function createFaultProxy(databaseUrl: string): Promise<FaultProxy> {
  const target = new URL(databaseUrl)
  const links = new Set<Link>()
  const incidents: Incident[] = []
  let refusing = false
  const server = createServer((client) => {
    if (refusing) return void client.destroy()
    const link = new Link(client, connectTo(target), incidents)
    links.add(link)
    link.ended.then(() => links.delete(link))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.searchParams.delete('host')
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)

  return {
    url: url.href,
    cut(fault) {
      const incident: Incident = { ...fault, left: fault.times ?? 1, happened: 0, holding: null }
      incidents.push(incident)
      return { count: () => incident.happened }
    },
    hold(at) {
      let arrived = (): void => undefined
      let release = (): void => undefined
      const reached = new Promise<void>((resolve) => (arrived = resolve))
      const released = new Promise<void>((resolve) => (release = resolve))
      incidents.push({ ...at, when: 'BEFORE', left: 1, happened: 0, holding: { arrived, released } })
      return { reached, release: () => release() }
    },
    refuse: (yes) => void (refusing = yes),
    cutAll: () => links.forEach((link) => link.cut()),
    connections: () => links.size,
    async close() {
      links.forEach((link) => link.cut())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** By TCP, or by the Unix socket that the `host` of the query names. */
function connectTo(target: URL): Socket {
  const port = Number(target.port || 5432)
  const folder = target.searchParams.get('host')
  return folder ? connect(join(folder, `.s.PGSQL.${port}`)) : connect(port, target.hostname)
}

const QUERY = 'Q'
const PARSE = 'P'
const BIND = 'B'
const SYNC = 'S'
const READY_FOR_QUERY = 'Z'

/** One connection through the road. */
class Link {
  readonly ended: Promise<void>
  #fromClient: Buffer = Buffer.alloc(0)
  #fromServer: Buffer = Buffer.alloc(0)
  #started = false
  #held = false
  /** The statements of the transaction that is open. */
  #seen = new Set<string>()
  /** How often the database has been asked to say that it is ready, and has said so; the first time by connecting. */
  #asked = 1
  #answered = 0
  /** The answer at which it is cut: the one to the statement of an incident. Other statements may be on their way before and behind. */
  #cutAt = Infinity
  readonly #client: Socket
  readonly #server: Socket
  readonly #incidents: Incident[]

  constructor(client: Socket, server: Socket, incidents: Incident[]) {
    this.#client = client
    this.#server = server
    this.#incidents = incidents
    this.ended = new Promise((resolve) => client.once('close', () => resolve()))
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => this.cut())
    }
    client.on('data', (data) => {
      this.#fromClient = Buffer.concat([this.#fromClient, data])
      this.#passOn()
    })
    server.on('data', (data) => this.#passBack(data))
  }

  cut(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  /** The database is left first, and has rolled back before the client hears of it: its locks are gone then. */
  #leave(): void {
    this.#held = true
    this.#server.end()
  }

  /** Frames of the client, one by one, as far as they are whole. */
  #passOn(): void {
    while (!this.#held) {
      // The first frame has no type.
      const head = this.#started ? 1 : 0
      if (this.#fromClient.length < head + 4) return
      const length = head + this.#fromClient.readUInt32BE(head)
      if (this.#fromClient.length < length) return
      const frame = this.#fromClient.subarray(0, length)
      const statement = this.#started ? statementOf(frame) : null
      const incident = statement === null ? null : this.#incidentAt(statement)
      if (incident) {
        incident.left -= 1
        incident.happened += 1
        if (incident.holding) return this.#hold(incident.holding)
        if (incident.when === 'BEFORE') return this.#leave()
        this.#cutAt = this.#asked + 1
      }
      this.#started = true
      this.#fromClient = this.#fromClient.subarray(length)
      if (statement !== null) this.#remember(statement)
      if ([QUERY, SYNC].includes(String.fromCharCode(frame[0]!)) && head === 1) this.#asked += 1
      this.#server.write(frame)
    }
  }

  #hold({ arrived, released }: NonNullable<Incident['holding']>): void {
    this.#held = true
    arrived()
    void released.then(() => {
      this.#held = false
      this.#passOn()
    })
  }

  #incidentAt(statement: string): Incident | null {
    const happens = ({ at, having, left }: Incident): boolean =>
      left > 0 && at === statement && (having === undefined || this.#seen.has(having))
    return this.#incidents.find(happens) ?? null
  }

  #remember(statement: string): void {
    if (statement.startsWith('begin')) this.#seen.clear()
    this.#seen.add(statement)
  }

  #passBack(data: Buffer): void {
    if (this.#cutAt === Infinity) this.#client.write(data)
    this.#fromServer = Buffer.concat([this.#fromServer, data])
    while (this.#fromServer.length >= 5) {
      const length = 1 + this.#fromServer.readUInt32BE(1)
      if (this.#fromServer.length < length) return
      // An answer is whole when the database is ready for more: then the statement was certainly run.
      if (String.fromCharCode(this.#fromServer[0]!) === READY_FOR_QUERY) this.#answered += 1
      if (this.#answered === this.#cutAt) return this.cut()
      this.#fromServer = this.#fromServer.subarray(length)
    }
  }
}

/** The name of the prepared statement that a frame is about, the text of a plain one, or null. */
function statementOf(frame: Buffer): string | null {
  const body = frame.subarray(5)
  const textFrom = (start: number): string => body.toString('utf8', start, body.indexOf(0, start))
  switch (String.fromCharCode(frame[0]!)) {
    case QUERY:
    case PARSE:
      return textFrom(0)
    case BIND:
      return textFrom(body.indexOf(0) + 1)
    default:
      return null
  }
}
