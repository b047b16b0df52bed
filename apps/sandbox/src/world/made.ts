/**
 * What was made at the sandbox doors and the wallet itself does not keep: which apps and people these are, private keys
 * that the sandbox made, PINs. It lies in the sandbox's schema, so it survives a restart and goes at a reset.
 */
import type pg from 'pg'

export interface MadeApp {
  clientId: string
  merchantId: string
  name: string
  currency: string
}

export interface MadePerson {
  userId: string
  name: string
  loginId: string
  pin: string
  about: string
}

export interface MadeStore {
  /** In the order in which they were made. */
  apps(): Promise<MadeApp[]>
  addApp(app: MadeApp): Promise<void>
  people(): Promise<MadePerson[]>
  addPerson(person: MadePerson): Promise<void>
  /** Keeps that a version is taken, and its private key when the sandbox made it. May be repeated. */
  addKey(clientId: string, version: number, privateKey: string | null): Promise<void>
  /** Every version that a client was given at the doors, retired ones too. */
  keys(clientId: string): Promise<{ version: number; privateKey: string | null }[]>
}

export function madeStore(db: pg.Pool): MadeStore {
  return {
    async apps() {
      const { rows } = await db.query<MadeApp>(
        `select client_id as "clientId", merchant_id as "merchantId", name, currency from sandbox.apps order by id`,
      )
      return rows
    },
    async addApp({ clientId, merchantId, name, currency }) {
      await db.query('insert into sandbox.apps (client_id, merchant_id, name, currency) values ($1, $2, $3, $4)', [
        clientId,
        merchantId,
        name,
        currency,
      ])
    },
    async people() {
      const { rows } = await db.query<MadePerson>(
        `select user_id as "userId", name, login_id as "loginId", pin, about from sandbox.people order by id`,
      )
      return rows
    },
    async addPerson({ userId, name, loginId, pin, about }) {
      await db.query('insert into sandbox.people (user_id, name, login_id, pin, about) values ($1, $2, $3, $4, $5)', [
        userId,
        name,
        loginId,
        pin,
        about,
      ])
    },
    async addKey(clientId, version, privateKey) {
      await db.query(
        `insert into sandbox.app_keys (client_id, version, private_key) values ($1, $2, $3)
         on conflict (client_id, version) do nothing`,
        [clientId, version, privateKey],
      )
    },
    async keys(clientId) {
      const { rows } = await db.query<{ version: number; privateKey: string | null }>(
        'select version, private_key as "privateKey" from sandbox.app_keys where client_id = $1',
        [clientId],
      )
      return rows
    },
  }
}
