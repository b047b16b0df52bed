/**
 * Breaks a server's database connections where a step says so: before a statement is sent, while it runs, or after it ran but
 * before its answer came. What the server sees is what the driver gives it when a real connection dies.
 *
 * The statements are counted over all connections of the pool; whatever is not reached by the end of the step is disarmed.
 */
import type pg from 'pg'
import type { Fault } from './steps.ts'

type Query = (...args: unknown[]) => unknown

export class FaultyPool {
  readonly pool: pg.Pool
  readonly #clients = new Set<pg.PoolClient>()
  /** Backends of connections that were cut: until they are gone, what they were doing may still happen. */
  readonly cut: number[] = []
  /** Errors by which the database told of a deadlock. Locks are taken in one order, so there must be none. */
  deadlocks = 0
  /** Statements since it was armed. */
  #count = 0
  #armed: Fault | null = null
  /** True when the armed fault has happened. */
  fired = false
  #onCrash: () => void = () => undefined
  /** The dead do nothing, not on a connection either that was still being made when they died. */
  #crashed = false

  constructor(pool: pg.Pool) {
    this.pool = pool
    pool.on('connect', (client) => {
      this.#clients.add(client)
      client.once('end', () => this.#clients.delete(client))
      const query = client.query.bind(client) as Query
      client.query = ((...args: unknown[]) => this.#query(client, query, args)) as pg.PoolClient['query']
    })
  }

  arm(fault: Fault | null, onCrash: () => void): void {
    this.#armed = fault
    this.#onCrash = onCrash
    this.#count = 0
    this.fired = false
  }

  /** Cuts every connection at once and lets no new one be made. */
  crash(): void {
    this.#crashed = true
    for (const client of [...this.#clients]) this.#cut(client)
    this.pool.end().catch(() => undefined)
  }

  #query(client: pg.PoolClient, query: Query, args: unknown[]): unknown {
    const callback = args.at(-1)
    const isCallback = typeof callback === 'function'
    const settle = (error: Error | null, result?: unknown): void => {
      if (isCallback) (callback as (error: Error | null, result?: unknown) => void)(error, result)
    }
    const run = async (): Promise<unknown> => {
      if (this.#crashed) {
        this.#cut(client)
        throw lost()
      }
      const fault = this.#reached(args[0])
      if (fault) this.fired = true
      if (fault?.how === 'CRASH') {
        this.#onCrash()
        throw lost()
      }
      if (fault?.how === 'BEFORE') this.#cut(client)
      const running = query(...(isCallback ? args.slice(0, -1) : args)) as Promise<unknown>
      if (fault?.how === 'DURING') this.#cut(client)
      const result = await running
      if (fault?.how === 'AFTER') {
        this.#cut(client)
        throw lost()
      }
      return result
    }
    const outcome = run().catch((error: Error & { code?: string }) => {
      if (error.code === '40P01') this.deadlocks++
      throw error
    })
    if (!isCallback) return outcome
    outcome.then(
      (result) => settle(null, result),
      (error: Error) => settle(error),
    )
    return undefined
  }

  /** The armed fault, when this is the statement it waits for. */
  #reached(statement: unknown): Fault | null {
    const fault = this.#armed
    if (!fault || this.fired) return null
    this.#count++
    const text = typeof statement === 'string' ? statement : (statement as { text?: string }).text
    return fault.at === 'COMMIT' ? (text === 'commit' ? fault : null) : this.#count === fault.at ? fault : null
  }

  #cut(client: pg.PoolClient): void {
    const { processID, connection } = client as unknown as {
      processID: number
      connection: { stream: { destroy(): void } }
    }
    this.cut.push(processID)
    connection.stream.destroy()
  }
}

/** What the driver says when a connection dies under a query. */
const lost = (): Error => new Error('Connection terminated unexpectedly')
