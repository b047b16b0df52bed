/**
 * Promises about merchants, mini programs and sessions: who is registered, with which keys, which version people get,
 * and who is signed in.
 */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WalletError } from '@tradepay/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DIRECTORY_MS } from '../src/merchant/directory.ts'
import { domainsAllow, isDomain } from '../src/program/domains.ts'
import { aMerchantWithClient, aUser, createTestWorld, merchantKeys, type TestWorld } from './support/index.ts'

let world: TestWorld

beforeAll(async () => {
  world = await createTestWorld({ seed: 12 })
})
afterAll(() => world.close())

async function refusalOf(call: Promise<unknown>): Promise<WalletError> {
  const result: unknown = await call.catch((error: unknown) => error)
  if (result instanceof WalletError) return result
  throw new Error(`Expected a refusal, got ${String(result)}`)
}

describe('merchants', () => {
  test('a merchant is registered with an account in each currency, and its clients lie in its bucket', async () => {
    const merchant = await world.rooms.merchants.register({ name: 'Bakery', currencies: ['USD', 'CNY'] })
    expect(merchant.merchantId).toMatch(/^2088[0-9]{12}$/)
    expect(merchant.currencies).toEqual(['CNY', 'USD'])
    const client = await world.rooms.merchants.registerClient({
      merchantId: merchant.merchantId,
      name: 'App',
      notifyUrl: null,
    })
    expect(client.clientId).toMatch(/^2021[0-9]{12}$/)
    expect(client.clientId.slice(4, 7)).toBe(merchant.merchantId.slice(4, 7))
    expect(client).toMatchObject({ bucket: merchant.bucket, keys: [], disabled: false, notifyUrl: null })
  })

  test('keys come parsed, newest first, and a revoked one is gone at once', async () => {
    const { client } = await aMerchantWithClient(world)
    const { publicKey } = merchantKeys()
    await world.rooms.merchants.addKey(client.clientId, 7, publicKey)
    expect((await world.rooms.merchants.client(client.clientId)).keys.map(({ version }) => version)).toEqual([7, 1])
    expect((await world.rooms.merchants.client(client.clientId)).keys[0]!.publicKey.asymmetricKeyType).toBe('rsa')
    await world.rooms.merchants.revokeKey(client.clientId, 7)
    expect((await world.rooms.merchants.client(client.clientId)).keys.map(({ version }) => version)).toEqual([1])
  })

  test('adding the same key again changes nothing; another under its version is refused, also after revoking', async () => {
    const { client, publicKey } = await aMerchantWithClient(world)
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString()
    await world.rooms.merchants.addKey(client.clientId, 1, publicKey)
    const field = { code: 'INVALID_PARAMETER', details: { field: 'version' } }
    expect(await refusalOf(world.rooms.merchants.addKey(client.clientId, 1, other))).toMatchObject(field)
    await world.rooms.merchants.revokeKey(client.clientId, 1)
    expect(await refusalOf(world.rooms.merchants.addKey(client.clientId, 1, publicKey))).toMatchObject(field)
  })

  const pem = { type: 'spki', format: 'pem' } as const
  test.each<[string, () => string]>([
    [
      'an RSA key that is too short',
      () => generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export(pem).toString(),
    ],
    ['an elliptic key', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export(pem).toString()],
    ['a private key', () => merchantKeys().privateKey],
    ['text', () => 'not a key'],
    ['a broken PEM', () => '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
  ])('%s is refused as a public key and never repeated in the refusal', async (_what, key) => {
    const { client } = await aMerchantWithClient(world)
    const refusal = await refusalOf(world.rooms.merchants.addKey(client.clientId, 2, key()))
    expect(refusal).toMatchObject({ code: 'INVALID_PARAMETER', details: { field: 'publicKey' } })
    expect(JSON.stringify([refusal.message, refusal.details])).not.toContain(key().slice(30, 60) || 'nothing')
  })

  test('an unknown client is refused, whatever its id looks like', async () => {
    for (const clientId of ['', '2021000000000000', 'a\u0000b', 'x'.repeat(5000), '\ud800']) {
      expect(await refusalOf(world.rooms.merchants.client(clientId))).toMatchObject({ code: 'CLIENT_UNKNOWN' })
    }
  })

  test('a change that another server makes is seen after a few seconds, our own at once', async () => {
    const { client } = await aMerchantWithClient(world)
    const { clientId } = client
    await world.database.pool.query(`update clients set state = 'DISABLED' where client_id = $1`, [clientId])
    expect(await world.rooms.merchants.client(clientId)).toMatchObject({ disabled: false })
    world.clock.advance({ milliseconds: DIRECTORY_MS })
    expect(await refusalOf(world.rooms.merchants.client(clientId))).toMatchObject({ code: 'CLIENT_DISABLED' })
    await world.database.pool.query(`update clients set state = 'ACTIVE' where client_id = $1`, [clientId])
    await world.rooms.merchants.setNotifyUrl(clientId, 'https://new.example/notify')
    expect(await world.rooms.merchants.client(clientId)).toMatchObject({ notifyUrl: 'https://new.example/notify' })
  })

  test.each([
    'ftp://a.example/',
    'not an address',
    'https://user:secret@a.example/',
    `https://a.example/${'x'.repeat(2048)}`,
  ])('refuses the notify address %.30s', async (notifyUrl) => {
    const { client } = await aMerchantWithClient(world)
    const refusal = await refusalOf(world.rooms.merchants.setNotifyUrl(client.clientId, notifyUrl))
    expect(refusal).toMatchObject({ code: 'INVALID_PARAMETER', details: { field: 'notifyUrl' } })
  })

  test('taken ids and unknown merchants are refused', async () => {
    const { merchant, client } = await aMerchantWithClient(world)
    const { merchants } = world.rooms
    const again = { merchantId: merchant.merchantId, name: 'Again', notifyUrl: null, clientId: client.clientId }
    expect(await refusalOf(merchants.registerClient(again))).toMatchObject({ details: { field: 'clientId' } })
    expect(await refusalOf(merchants.registerClient({ ...again, merchantId: '2088' }))).toMatchObject({
      details: { field: 'merchantId' },
    })
    expect(
      await refusalOf(merchants.register({ name: 'A', currencies: ['CNY'], merchantId: merchant.merchantId })),
    ).toMatchObject({ details: { field: 'merchantId' } })
  })
})

describe('mini programs', () => {
  const settings = { requestDomains: ['api.shop.example'], imageDomains: [], extConfig: { shop: 1 } }
  const packed = (text = 'one'): Buffer =>
    Buffer.from(JSON.stringify({ format: 1, text, assets: { '/icon.png': { type: 'image/png', base64: 'aWNvbg==' } } }))
  let number = 0

  async function aProgram(payOnlyOwnOrders = true): Promise<{ appId: string; clientId: string; merchantId: string }> {
    const { merchant, client } = await aMerchantWithClient(world)
    const appId = `20210000000${String(++number).padStart(5, '0')}`
    await world.rooms.programs.register({
      appId,
      merchantId: merchant.merchantId,
      name: 'Shop',
      slogan: 'Coffee',
      clientIds: [client.clientId],
      payOnlyOwnOrders,
    })
    return { appId, clientId: client.clientId, merchantId: merchant.merchantId }
  }

  test('a version is a file named by its hash, complete before its row, with nothing left beside it', async () => {
    const { appId } = await aProgram()
    const bytes = packed('files')
    const { packageHash } = await world.rooms.programs.addVersion({
      appId,
      version: '1.0.0',
      packed: bytes,
      manifest: {},
    })
    expect(packageHash).toBe(createHash('sha256').update(bytes).digest('hex'))
    const folder = world.deps.settings.packagesFolder
    expect(await readFile(join(folder, `${packageHash}.json`))).toEqual(bytes)
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('equal bytes may be added again; other bytes under the same version are refused', async () => {
    const { appId } = await aProgram()
    const version = { appId, version: '1.0.0', packed: packed(), manifest: {} }
    const first = await world.rooms.programs.addVersion(version)
    expect(await world.rooms.programs.addVersion(version)).toEqual(first)
    const refusal = await refusalOf(world.rooms.programs.addVersion({ ...version, packed: packed('two') }))
    expect(refusal).toMatchObject({ code: 'INVALID_PARAMETER', details: { field: 'version' } })
  })

  test('only a released version is shown, and a new release ends the one before', async () => {
    const { appId } = await aProgram()
    const { programs } = world.rooms
    await programs.addVersion({ appId, version: '1.0.0', packed: packed('v1'), manifest: { icon: '/icon.png' } })
    expect(await refusalOf(programs.resolve(appId))).toMatchObject({ code: 'PROGRAM_NOT_FOUND' })
    expect((await programs.live()).map((program) => program.appId)).not.toContain(appId)
    await programs.release({ appId, version: '1.0.0', settings })
    expect(await programs.resolve(appId)).toMatchObject({
      version: '1.0.0',
      iconPath: '/icon.png',
      settings,
      name: 'Shop',
    })
    await programs.addVersion({ appId, version: '1.1.0', packed: packed('v2'), manifest: {} })
    expect(await programs.resolve(appId)).toMatchObject({ version: '1.0.0' })
    await Promise.all([
      programs.release({ appId, version: '1.1.0', settings }),
      programs.release({ appId, version: '1.1.0', settings }),
    ])
    expect(await programs.resolve(appId)).toMatchObject({ version: '1.1.0', iconPath: null })
    expect((await programs.live()).filter((program) => program.appId === appId)).toHaveLength(1)
  })

  test('the icon is taken out of the package', async () => {
    const { appId } = await aProgram()
    const { packageHash } = await world.rooms.programs.addVersion({
      appId,
      version: '1.0.0',
      packed: packed('icon'),
      manifest: { icon: '/icon.png' },
    })
    expect(await world.rooms.programs.icon(packageHash)).toEqual({ type: 'image/png', bytes: Buffer.from('icon') })
    for (const hash of ['0'.repeat(64), '../../etc/passwd', ''])
      expect(await world.rooms.programs.icon(hash)).toBeNull()
  })

  test('a program pays only orders of its own clients, unless it is told otherwise', async () => {
    const own = await aProgram()
    const open = await aProgram(false)
    const { client: stranger } = await aMerchantWithClient(world)
    const { programs } = world.rooms
    expect(await programs.mayPay(own.appId, own.clientId)).toBe(true)
    expect(await programs.mayPay(own.appId, stranger.clientId)).toBe(false)
    expect(await programs.mayPay(open.appId, stranger.clientId)).toBe(true)
    expect(await programs.isClient(own.appId, own.clientId)).toBe(true)
    expect(await programs.isClient(open.appId, stranger.clientId)).toBe(false)
    expect(await refusalOf(programs.mayPay('2021999999999999', own.clientId))).toMatchObject({
      code: 'PROGRAM_NOT_FOUND',
    })
  })

  test('bytes that are no packed program, versions that are none, and unknown programs are refused', async () => {
    const { appId } = await aProgram()
    const { programs } = world.rooms
    const version = { appId, version: '1.0.0', packed: packed(), manifest: {} }
    for (const bytes of [Buffer.alloc(0), Buffer.from('{'), Buffer.from('null'), Buffer.from('{"format":2}')]) {
      expect(await refusalOf(programs.addVersion({ ...version, packed: bytes }))).toMatchObject({
        details: { field: 'packed' },
      })
    }
    expect(await refusalOf(programs.addVersion({ ...version, version: '../1' }))).toMatchObject({
      details: { field: 'version' },
    })
    expect(await refusalOf(programs.addVersion({ ...version, appId: '2021999999999999' }))).toMatchObject({
      code: 'PROGRAM_NOT_FOUND',
    })
    expect(await refusalOf(programs.release({ appId, version: '9.9.9', settings }))).toMatchObject({
      details: { field: 'version' },
    })
    expect(await programs.exists('a\u0000b')).toBe(false)
  })

  test('a taken app id and unknown clients are refused, and nothing of them stays', async () => {
    const { appId, merchantId } = await aProgram()
    const about = { appId, merchantId, name: 'B', slogan: '', clientIds: [], payOnlyOwnOrders: true }
    expect(await refusalOf(world.rooms.programs.register(about))).toMatchObject({ details: { field: 'appId' } })
    const unknown = { ...about, appId: '2021000000099999', clientIds: ['2021000000000000'] }
    expect(await refusalOf(world.rooms.programs.register(unknown))).toMatchObject({ code: 'INVALID_PARAMETER' })
    expect(await world.rooms.programs.exists(unknown.appId)).toBe(false)
  })
})

describe('a domain list', () => {
  const allows = (domains: string[], url: string): boolean => domainsAllow(domains, new URL(url))

  test.each([
    [['a.example'], 'https://a.example/x', true],
    [['a.example'], 'https://A.EXAMPLE/x', true],
    [['a.example'], 'https://a.example:443/x', true],
    [['a.example:443'], 'https://a.example/x', true],
    [['a.example'], 'https://a.example:8443/x', false],
    [['a.example:8443'], 'https://a.example/x', false],
    [['a.example:8443'], 'https://a.example:8443/x', true],
    [['a.example'], 'https://b.a.example/x', false],
    [['a.example'], 'https://a.example.evil.example/x', false],
    [['a.example'], 'https://evil-a.example/x', false],
    [['a.example'], 'https://a.example./x', false],
    [['a.example'], 'https://a.example@evil.example/x', false],
    [['*.a.example'], 'https://b.a.example/x', true],
    [['*.a.example'], 'https://c.b.a.example/x', true],
    [['*.a.example'], 'https://a.example/x', false],
    [['*.a.example'], 'https://evila.example/x', false],
    [['*.a.example:8443'], 'https://b.a.example:8443/x', true],
    [['*.a.example:8443'], 'https://b.a.example/x', false],
    [['127.0.0.1:4101'], 'http://127.0.0.1:4101/x', true],
    [['127.0.0.1:4101'], 'http://0x7f.1:4101/x', true],
    [['127.0.0.1:4101'], 'http://127.0.0.1:4100/x', false],
    [['[::1]:4101'], 'http://[::1]:4101/x', true],
    [[], 'https://a.example/x', false],
  ])('%j and %s: %s', (domains, url, expected) => {
    expect(allows(domains, url)).toBe(expected)
  })

  test.each([
    '',
    '*',
    '*.',
    'https://a.example',
    'a.example/path',
    'a.example:0',
    'a.example:99999',
    'A.example',
    'a example',
    "a.example; script-src 'unsafe-inline'",
    'a.example,b.example',
    '*.*.example',
    '*.127.0.0.1',
    '127.1',
    'user@a.example',
    'a'.repeat(300),
  ])('refuses the entry %.40s', (entry) => {
    expect(isDomain(entry)).toBe(false)
  })
  test.each([
    'a.example',
    '*.a.example',
    'a.example:8443',
    '127.0.0.1:4101',
    'localhost:1',
    '[::1]:4101',
    'xn--bcher-kva.example',
  ])('takes the entry %s', (entry) => {
    expect(isDomain(entry)).toBe(true)
  })
})

describe('sessions', () => {
  test('a session is found by its token alone, and the token is nowhere in the database', async () => {
    const { userId } = await aUser(world)
    const { token, session } = await world.rooms.sessions.open(userId)
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(session.csrfToken).not.toBe(token)
    expect(await world.rooms.sessions.find(token)).toEqual(session)
    const { rows } = await world.database.pool.query('select s::text as row from sessions s where user_id = $1', [
      userId,
    ])
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  test('it ends by the clock, and a new sign-in removes what has ended', async () => {
    const { userId } = await aUser(world)
    const { token } = await world.rooms.sessions.open(userId)
    world.clock.advance({ seconds: world.deps.settings.sessionSeconds })
    expect(await world.rooms.sessions.find(token)).toBeNull()
    await world.rooms.sessions.open(userId)
    const { rowCount } = await world.database.pool.query('select 1 from sessions where user_id = $1', [userId])
    expect(rowCount).toBe(1)
  })

  test('a closed session is gone, another of the same person stays', async () => {
    const { userId } = await aUser(world)
    const [phone, laptop] = [await world.rooms.sessions.open(userId), await world.rooms.sessions.open(userId)]
    await world.rooms.sessions.close(phone.token)
    await world.rooms.sessions.close(phone.token)
    expect(await world.rooms.sessions.find(phone.token)).toBeNull()
    expect(await world.rooms.sessions.find(laptop.token)).toMatchObject({ userId })
  })

  test('what is no token finds nothing', async () => {
    for (const token of ['', 'x', 'x'.repeat(43), '\u0000'.repeat(43), 'x'.repeat(10_000)]) {
      expect(await world.rooms.sessions.find(token)).toBeNull()
    }
  })
})
