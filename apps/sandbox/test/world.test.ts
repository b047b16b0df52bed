/** The seeded world: what sandbox.json promises, restarts, and the way back. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sandboxPaths } from '@tradepay/contract'
import { parsePublicKey } from '@tradepay/signature'
import { migrate, createPool, verify } from '@tradepay/wallet-server'
import { afterEach, describe, expect, it } from 'vitest'
import { people, startSandbox } from '../src/index.ts'
import { callAt, createDatabase, createOrder, freePort, miniProgramFolder, testSandbox } from './support.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function open(): Promise<Awaited<ReturnType<typeof testSandbox>>> {
  const test = await testSandbox()
  undo.push(() => test.close())
  return test
}

describe('the seeded world', () => {
  it('has the rich user first, the integration app last, and keys that only their owner may read', async () => {
    const { sandbox, options } = await open()
    const { world } = sandbox
    expect(world.users.map(({ name, loginId, pin }) => [name, loginId, pin])).toEqual(
      people.map(({ name, loginId, pin }) => [name, loginId, pin]),
    )
    expect(world.apps.map(({ name }) => name)).toEqual(['Coffee Shop', 'Integration'])
    expect(world.gatewayUrl).toBe(`${world.walletUrl}/gateway.do`)
    for (const app of world.apps) {
      expect(app.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----/)
      expect(() => parsePublicKey(app.walletPublicKey)).not.toThrow()
    }
    for (const name of await readdir(join(options.dataFolder, 'keys'))) {
      expect((await stat(join(options.dataFolder, 'keys', name))).mode & 0o777, name).toBe(0o600)
    }
    const { users, programs } = sandbox.server.rooms
    expect((await users.get(world.users[2]!.userId)).frozen).toBe(true)
    const live = await programs.live()
    expect(live.map(({ appId }) => appId)).toEqual([world.apps[0]!.appId])
    expect(live[0]?.settings).toEqual({
      requestDomains: ['127.0.0.1:9'],
      imageDomains: ['127.0.0.1:9'],
      extConfig: { shopUrl: 'http://127.0.0.1:9' },
    })
  })

  it('survives a restart as it was left: money, keys, and the moved clock', async () => {
    const { sandbox, options } = await open()
    const [mei] = sandbox.world.users
    const tradeNo = await createOrder(sandbox)
    await callAt(sandbox.url, sandboxPaths.confirm(tradeNo), { body: { userId: mei!.userId } })
    await callAt(sandbox.url, sandboxPaths.clock, { body: { advanceSeconds: 3600 } })
    const balance = await sandbox.server.rooms.users.balances(mei!.userId)
    await sandbox.close()

    const again = await startSandbox({ ...options, port: await freePort() })
    undo.push(() => again.close())
    expect(again.world.apps).toEqual(sandbox.world.apps)
    expect(await again.server.rooms.users.balances(mei!.userId)).toEqual(balance)
    expect((await callAt(again.url, sandboxPaths.clock)).body['aheadSeconds']).toBe(3600)
    expect((await callAt(again.url, sandboxPaths.timeline(tradeNo))).status).toBe(200)
  })

  it('comes back at a reset: balances, no orders, real time, the same keys', async () => {
    const { sandbox, options, call } = await open()
    const [mei] = sandbox.world.users
    const before = await sandbox.server.rooms.users.balances(mei!.userId)
    const tradeNo = await createOrder(sandbox)
    await call(sandboxPaths.confirm(tradeNo), { body: { userId: mei!.userId } })
    await call(sandboxPaths.clock, { body: { advanceSeconds: 86_400 } })

    const [one, other] = await Promise.all([1, 2].map(() => call(sandboxPaths.reset, { method: 'POST' })))
    expect([one!.status, other!.status]).toEqual([200, 200])
    expect(await sandbox.server.rooms.users.balances(mei!.userId)).toEqual(before)
    expect((await call(sandboxPaths.timeline(tradeNo))).status).toBe(404)
    expect((await call(sandboxPaths.timeline('latest'))).status).toBe(404)
    expect((await call(sandboxPaths.clock)).body['aheadSeconds']).toBe(0)
    const next = await createOrder(sandbox)
    expect((await call(sandboxPaths.confirm(next), { body: { userId: mei!.userId } })).status).toBe(200)

    const pool = createPool(options.databaseUrl)
    expect((await verify(pool)).violations).toEqual([])
    await expect(pool.query('truncate transfers')).rejects.toThrow('only ever added')
    await pool.end()
  })

  it('made under other keys is made anew, for its PINs would fit no more', async () => {
    const { sandbox, options } = await open()
    await sandbox.close()
    const dataFolder = await mkdtemp(join(tmpdir(), 'sandbox-'))
    undo.push(() => rm(dataFolder, { recursive: true }))
    const again = await startSandbox({ ...options, dataFolder, port: await freePort() })
    undo.push(() => again.close())
    const [mei] = again.world.users
    const tradeNo = await createOrder(again)
    const paid = await callAt(again.url, sandboxPaths.confirm(tradeNo), { body: { userId: mei!.userId } })
    expect(paid.status).toBe(200)
  })
})

describe('a sandbox is refused', () => {
  it('on a database that another sandbox uses', async () => {
    const { options } = await open()
    await expect(startSandbox({ ...options, port: await freePort() })).rejects.toThrow('Another sandbox')
  })

  it('on a wallet that is none, which stays as it was', async () => {
    const database = await createDatabase()
    undo.push(() => database.drop())
    const pool = createPool(database.url)
    undo.push(() => pool.end())
    await migrate(pool)
    await pool.query(
      "insert into merchants (merchant_id, bucket, name, state, created_at) values ('2088201100000009', 201, 'Real', 'ACTIVE', now())",
    )
    const dataFolder = await mkdtemp(join(tmpdir(), 'sandbox-'))
    undo.push(() => rm(dataFolder, { recursive: true }))
    const shop = { url: 'http://127.0.0.1:9', notifyUrl: 'http://127.0.0.1:9/notify', programFolder: miniProgramFolder }
    const starting = startSandbox({ databaseUrl: database.url, dataFolder, port: await freePort(), shop })
    await expect(starting).rejects.toThrow('not made by the sandbox')
    expect((await pool.query('select from merchants')).rowCount).toBe(1)
    expect((await pool.query("select from pg_namespace where nspname = 'sandbox'")).rowCount).toBe(0)
  })

  it('on a port that is taken', async () => {
    const { options } = await open()
    const database = await createDatabase()
    undo.push(() => database.drop())
    await expect(startSandbox({ ...options, databaseUrl: database.url })).rejects.toThrow('EADDRINUSE')
  })
})
