/**
 * The SQL of mini programs, their clients, versions and releases.
 */
import type { Queryable } from '../db/transaction.ts'
import type { LiveProgram, ReleaseSettings } from './types.ts'

interface LiveRow {
  app_id: string
  merchant_id: string
  merchant_name: string
  name: string
  slogan: string
  pay_only_own_orders: boolean
  version: string
  package_hash: string
  icon_path: string | null
  settings: ReleaseSettings
}

const selectLive = `select p.app_id, p.merchant_id, m.name as merchant_name, p.name, p.slogan, p.pay_only_own_orders,
    r.version, v.package_hash, v.manifest ->> 'icon' as icon_path, r.settings
  from mini_programs p
  join merchants m on m.merchant_id = p.merchant_id
  join releases r on r.app_id = p.app_id and r.state = 'LIVE'
  join mini_program_versions v on v.app_id = r.app_id and v.version = r.version`

function toLive(row: LiveRow): LiveProgram {
  return {
    appId: row.app_id,
    merchantId: row.merchant_id,
    merchantName: row.merchant_name,
    name: row.name,
    slogan: row.slogan,
    payOnlyOwnOrders: row.pay_only_own_orders,
    version: row.version,
    packageHash: row.package_hash,
    iconPath: row.icon_path,
    settings: row.settings,
  }
}

export async function insertProgram(
  tx: Queryable,
  program: { appId: string; merchantId: string; name: string; slogan: string; payOnlyOwnOrders: boolean; now: Date },
): Promise<void> {
  await tx.query({
    name: 'program-insert',
    text: `insert into mini_programs (app_id, merchant_id, name, slogan, state, pay_only_own_orders, created_at)
      values ($1, $2, $3, $4, 'CREATED', $5, $6)`,
    values: [program.appId, program.merchantId, program.name, program.slogan, program.payOnlyOwnOrders, program.now],
  })
}

export async function insertProgramClients(tx: Queryable, appId: string, clientIds: string[]): Promise<void> {
  await tx.query({
    name: 'program-clients-insert',
    text: `insert into mini_program_clients (app_id, client_id)
      select $1, t.client_id from unnest($2::text[]) as t (client_id) on conflict do nothing`,
    values: [appId, clientIds],
  })
}

export async function programExists(db: Queryable, appId: string): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'program-exists',
    text: 'select 1 from mini_programs where app_id = $1',
    values: [appId],
  })
  return rowCount === 1
}

/** @returns null when there is no such program */
export async function mayPay(db: Queryable, appId: string, clientId: string): Promise<boolean | null> {
  const { rows } = await db.query<{ may_pay: boolean }>({
    name: 'program-may-pay',
    text: `select not p.pay_only_own_orders or c.client_id is not null as may_pay
      from mini_programs p left join mini_program_clients c on c.app_id = p.app_id and c.client_id = $2
      where p.app_id = $1`,
    values: [appId, clientId],
  })
  return rows[0]?.may_pay ?? null
}

export async function isClient(db: Queryable, appId: string, clientId: string): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'program-is-client',
    text: 'select 1 from mini_program_clients where app_id = $1 and client_id = $2',
    values: [appId, clientId],
  })
  return rowCount === 1
}

/** Adds a version unless the number is taken; answers the hash that holds the number. */
export async function insertVersion(
  db: Queryable,
  version: { appId: string; version: string; packageHash: string; manifest: Record<string, unknown>; now: Date },
): Promise<string> {
  await db.query({
    name: 'program-version-insert',
    text: `insert into mini_program_versions (app_id, version, package_hash, manifest, created_at)
      values ($1, $2, $3, $4, $5) on conflict (app_id, version) do nothing`,
    values: [version.appId, version.version, version.packageHash, JSON.stringify(version.manifest), version.now],
  })
  const { rows } = await db.query<{ package_hash: string }>({
    name: 'program-version-hash',
    text: 'select package_hash from mini_program_versions where app_id = $1 and version = $2',
    values: [version.appId, version.version],
  })
  return rows[0]!.package_hash
}

/** Locks the program, so that two releases of it queue up. @returns false when there is no such program */
export async function lockProgram(tx: Queryable, appId: string): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'program-lock',
    text: 'select 1 from mini_programs where app_id = $1 for update',
    values: [appId],
  })
  return rowCount === 1
}

export async function versionExists(tx: Queryable, appId: string, version: string): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'program-version-exists',
    text: 'select 1 from mini_program_versions where app_id = $1 and version = $2',
    values: [appId, version],
  })
  return rowCount === 1
}

/** Ends the release before and writes the new one. The caller has locked the program. */
export async function replaceRelease(
  tx: Queryable,
  release: { releaseId: string; appId: string; version: string; settings: ReleaseSettings; now: Date },
): Promise<void> {
  await tx.query({
    name: 'release-end',
    text: `update releases set state = 'ENDED' where app_id = $1 and state = 'LIVE'`,
    values: [release.appId],
  })
  await tx.query({
    name: 'release-insert',
    text: `insert into releases (release_id, app_id, version, state, settings, created_at)
      values ($1, $2, $3, 'LIVE', $4, $5)`,
    values: [release.releaseId, release.appId, release.version, JSON.stringify(release.settings), release.now],
  })
  await tx.query({
    name: 'program-set-live',
    text: `update mini_programs set state = 'LIVE' where app_id = $1`,
    values: [release.appId],
  })
}

export async function listLive(db: Queryable): Promise<LiveProgram[]> {
  const { rows } = await db.query<LiveRow>({
    name: 'program-list-live',
    text: `${selectLive} where p.state = 'LIVE' order by p.created_at, p.app_id`,
  })
  return rows.map(toLive)
}

export async function findLive(db: Queryable, appId: string): Promise<LiveProgram | null> {
  const { rows } = await db.query<LiveRow>({
    name: 'program-find-live',
    text: `${selectLive} where p.state = 'LIVE' and p.app_id = $1`,
    values: [appId],
  })
  return rows[0] ? toLive(rows[0]) : null
}

/** The path of the icon inside a package, as a manifest of it says; null when none does. */
export async function iconPathOf(db: Queryable, packageHash: string): Promise<string | null> {
  const { rows } = await db.query<{ icon_path: string }>({
    name: 'program-icon-path',
    text: `select manifest ->> 'icon' as icon_path from mini_program_versions
      where package_hash = $1 and manifest ->> 'icon' is not null order by created_at limit 1`,
    values: [packageHash],
  })
  return rows[0]?.icon_path ?? null
}
