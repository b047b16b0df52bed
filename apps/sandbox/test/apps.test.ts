/**
 * The sandbox doors for apps and users: what is made there works like what was seeded, survives a restart, goes at a
 * reset; and whatever is refused makes nothing.
 */
import { generateKeyPairSync } from 'node:crypto'
import { sandboxCalls, SandboxApp, sandboxPaths, SandboxUser } from '@tradepay/contract'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { Check } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { startSandbox } from '../src/index.ts'
import { startMerchantServer, type MerchantServer, type Received } from './merchant-server.ts'
import { callAt, createOrderCall, freePort, testSandbox, type Answer, type TestSandbox } from './support.ts'

let test: TestSandbox
let shop: MerchantServer
beforeAll(async () => {
  test = await testSandbox()
  shop = await startMerchantServer({ status: 200, body: '{"result":{"resultStatus":"S"}}' })
})
afterAll(async () => {
  await shop.close()
  await test.close()
})

const own = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const errorOf = ({ body }: Answer): Record<string, string> => (body['error'] ?? {}) as Record<string, string>
const refused = (answer: Answer): unknown[] => [answer.status, errorOf(answer)['code'], errorOf(answer)['field']]

async function newApp(about: object = {}): Promise<SandboxApp> {
  const answer = await test.call(sandboxPaths.apps, { body: { name: 'Tea House', ...about } })
  expect([answer.status, Check(SandboxApp, answer.body)], JSON.stringify(answer.body)).toEqual([201, true])
  return answer.body as unknown as SandboxApp
}
async function newUser(about: object = {}): Promise<SandboxUser> {
  const user = { name: 'Ida', loginId: `ida-${Math.random()}@example.com`, pin: '121212', ...about }
  const answer = await test.call(sandboxPaths.users, { body: user })
  expect([answer.status, Check(SandboxUser, answer.body)], JSON.stringify(answer.body)).toEqual([201, true])
  return answer.body as unknown as SandboxUser
}
const listed = async (): Promise<SandboxApp[]> =>
  (await test.call(sandboxPaths.apps)).body['apps'] as unknown as SandboxApp[]
/** What the super-app door answers to a create-order call that this app signs. */
const pay = async (app: SandboxApp, by: Partial<SandboxApp> = {}): Promise<Record<string, unknown>> =>
  (await createOrderCall(test.sandbox, { ...app, ...by }, { notifyUrl: `${shop.url}/notify` })).body
/** By the published library. */
function verifies({ headers, body }: Received, secret: string): boolean {
  try {
    return Boolean(new Webhook(secret).verify(body, headers as Record<string, string>))
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false
    throw error
  }
}
const resultOf = (body: Record<string, unknown>): unknown => (body['result'] as Record<string, unknown>)['resultCode']

describe('an app made at the door', () => {
  it('takes an order, is paid by a user made at the door, and is told so that a library verifies it', async () => {
    const app = await newApp({ feeBasisPoints: 100 })
    const user = await newUser({ balances: [{ currency: 'CNY', value: '5000' }] })
    const { paymentId } = await pay(app)
    const paid = await test.call(sandboxPaths.confirm(String(paymentId)), { body: { userId: user.userId } })
    expect(paid.body).toMatchObject({ outcome: 'SUCCEEDED' })
    const { rooms } = test.sandbox.server
    expect((await rooms.users.balances(user.userId))[0]!.available.minor).toBe(3750n)
    expect((await rooms.ledger.account(`merchants:${app.merchantId}:CNY`))?.available).toBe(1237n)

    await expect.poll(() => shop.received.length).toBe(1)
    const told = shop.received[0]!
    expect(JSON.parse(told.body)).toMatchObject({ paymentId })
    expect(verifies(told, app.webhookSecret)).toBe(true)
    expect(verifies({ ...told, body: `${told.body} ` }, app.webhookSecret)).toBe(false)
    const others = (await listed()).filter(({ appId }) => appId !== app.appId)
    for (const { webhookSecret } of others) expect(verifies(told, webhookSecret)).toBe(false)
  })

  it('stands in the list before the integration app, and in what sandbox.json is written from', async () => {
    const app = await newApp({ name: 'Bakery', currencies: ['JPY', 'CNY'], notifyUrl: `${shop.url}/n` })
    expect(app).toMatchObject({ name: 'Bakery', currency: 'JPY', keyVersion: 1, keyVersions: [1] })
    const names = (await listed()).map(({ name }) => name)
    expect([names[0], ...names.slice(-2)]).toEqual(['Coffee Shop', 'Bakery', 'Integration'])
    expect(test.sandbox.world.apps).toEqual(await listed())
  })

  it('with a public key of its own is given no private key, and its own signs', async () => {
    const oneLine = own.publicKey.replace(/-----[^-]+-----|\s/g, '')
    const app = await newApp({ publicKey: oneLine })
    expect(app.privateKey).toBe('')
    expect(resultOf(await pay(app, { privateKey: own.privateKey }))).toBe('ACCEPT')
    const stranger = test.sandbox.world.apps.at(-1)!
    expect(resultOf(await pay(app, { privateKey: stranger.privateKey }))).toBe('INVALID_SIGNATURE')
  })

  it('speaks the dialect that it asked for, and another one from the moment it is changed', async () => {
    const app = await newApp({ dialect: { redirectForm: 'NORMAL_URL' } })
    expect(app.dialect).toMatchObject({ redirectForm: 'NORMAL_URL', algorithm: 'RSA256' })
    expect(await pay(app)).toHaveProperty('normalUrl')
    const changed = await test.call(sandboxPaths.app(app.appId), {
      method: 'PATCH',
      body: { dialect: { redirectForm: 'ACTION_FORM' }, notifyUrl: `${shop.url}/other` },
    })
    expect(changed).toMatchObject({ status: 200, body: { notifyUrl: `${shop.url}/other` } })
    const answer = await pay(app)
    expect(answer).toHaveProperty('actionForm')
    expect(answer).not.toHaveProperty('normalUrl')
  })

  it('is refused with a field that there is not, in words that say so', async () => {
    const answer = await test.call(sandboxPaths.apps, { body: { name: 'Tea', currency: 'CNY' } })
    expect(refused(answer)).toEqual([400, 'INVALID_PARAMETER', 'currency'])
    expect(JSON.stringify(answer.body)).toContain('expected no field of this name')
  })

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: '   ' }, 'name'],
    [{ name: 'x'.repeat(129) }, 'name'],
    [{ name: 'Tea', currencies: [] }, 'currencies'],
    [{ name: 'Tea', currencies: ['cny'] }, 'currencies.0'],
    [{ name: 'Tea', currencies: ['XQX'] }, 'currencies'],
    [{ name: 'Tea', feeBasisPoints: 10_001 }, 'feeBasisPoints'],
    [{ name: 'Tea', feeBasisPoints: 0.5 }, 'feeBasisPoints'],
    [{ name: 'Tea', notifyUrl: 'shop.example' }, 'notifyUrl'],
    [{ name: 'Tea', notifyUrl: 'ftp://shop.example' }, 'notifyUrl'],
    [{ name: 'Tea', notifyUrl: 'https://me:secret@shop.example' }, 'notifyUrl'],
    [{ name: 'Tea', dialect: { redirectForm: 'SIDEWAYS' } }, 'dialect.redirectForm'],
    [{ name: 'Tea', dialect: { colour: 'red' } }, 'dialect.colour'],
    [{ name: 'Tea', publicKey: 'not a key' }, 'publicKey'],
    [{ name: 'Tea', publicKey: own.privateKey }, 'publicKey'],
    [{ name: 'Tea', clientId: '2021000000000001' }, 'clientId'],
  ])('is refused for what is wrong (%#), and nothing is made', async (body, field) => {
    const before = await listed()
    const answer = await test.call(sandboxPaths.apps, { body })
    expect(refused(answer)).toEqual([400, 'INVALID_PARAMETER', field])
    expect(JSON.stringify(answer.body)).not.toContain(own.privateKey.slice(40, 80))
    expect(await listed()).toEqual(before)
  })

  it.each([
    ['nothing', {}],
    ['an unknown member', { name: 'Other' }],
    ['an address that is none', { notifyUrl: 'nowhere' }],
    ['a dialect that is none', { dialect: { signedBasePath: 'v1' } }],
    ['one good and one bad', { notifyUrl: 'https://shop.example', dialect: { algorithm: 'NONE' } }],
  ])('is not changed by %s', async (_what, body) => {
    const app = await newApp({ publicKey: own.publicKey })
    const answer = await test.call(sandboxPaths.app(app.appId), { method: 'PATCH', body })
    expect([answer.status, errorOf(answer)['code']]).toEqual([400, 'INVALID_PARAMETER'])
    expect((await listed()).find(({ appId }) => appId === app.appId)).toEqual(app)
  })

  it('that nobody made is not found, and the coffee shop is left alone', async () => {
    const change = { method: 'PATCH', body: { notifyUrl: null } } as const
    expect(refused(await test.call(sandboxPaths.app('2021999999999999'), change))).toEqual([
      404,
      'CLIENT_UNKNOWN',
      'appId',
    ])
    const [coffeeShop] = await listed()
    expect(refused(await test.call(sandboxPaths.app(coffeeShop!.appId), change))).toEqual([
      400,
      'INVALID_PARAMETER',
      'appId',
    ])
  })
})

describe("an app's keys", () => {
  const addKey = (app: SandboxApp, body?: object): Promise<Answer> =>
    test.call(sandboxPaths.appKeys(app.appId), { method: 'POST', ...(body ? { body } : {}) })
  const retire = (app: SandboxApp, version: number | string): Promise<Answer> =>
    test.call(sandboxPaths.appKey(app.appId, 0).replace(/0$/, String(version)), { method: 'DELETE' })

  it('overlap: both versions sign until the old one is retired, which is for ever', async () => {
    const app = await newApp()
    const added = (await addKey(app)).body as unknown as SandboxApp
    expect(added).toMatchObject({ keyVersion: 2, keyVersions: [2, 1] })
    expect(added.privateKey).not.toBe(app.privateKey)
    expect([resultOf(await pay(app)), resultOf(await pay(added))]).toEqual(['ACCEPT', 'ACCEPT'])

    expect((await retire(app, 1)).body).toMatchObject({ keyVersion: 2, keyVersions: [2] })
    expect([resultOf(await pay(app)), resultOf(await pay(added))]).toEqual(['KEY_NOT_FOUND', 'ACCEPT'])
    expect((await addKey(app)).body).toMatchObject({ keyVersion: 3 })
    expect(refused(await addKey(app, { version: 1 }))).toEqual([400, 'INVALID_PARAMETER', 'version'])
  })

  it('of the integration app are rotated too', async () => {
    const app = test.sandbox.world.apps.at(-1)!
    const added = (await addKey(app, { publicKey: own.publicKey, version: 7 })).body as unknown as SandboxApp
    expect(added).toMatchObject({ keyVersion: 7, keyVersions: [7, 1], privateKey: '' })
    expect(resultOf(await pay(added, { privateKey: own.privateKey }))).toBe('ACCEPT')
    expect(resultOf(await pay(app))).toBe('ACCEPT')
    expect((await retire(app, 7)).body).toMatchObject({ privateKey: app.privateKey })
  })

  it('are never fewer than one, and only those that are there can be retired', async () => {
    const app = await newApp()
    expect(refused(await retire(app, 1))).toEqual([400, 'INVALID_PARAMETER', 'version'])
    for (const version of [0, 2, 'one', '99999999999', '1.0']) {
      expect(refused(await retire(app, version))).toEqual([404, 'KEY_UNKNOWN', 'version'])
    }
    expect(resultOf(await pay(app))).toBe('ACCEPT')
  })

  it('retired twice at once leave one', async () => {
    const app = (await addKey(await newApp())).body as unknown as SandboxApp
    const answers = await Promise.all([retire(app, 1), retire(app, 2)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  it.each([
    [{ version: -1 }, 'version'],
    [{ version: 1.5 }, 'version'],
    [{ version: 2_147_483_648 }, 'version'],
    [{ version: 1 }, 'version'],
    [{ publicKey: 'AAAA' }, 'publicKey'],
    [{ publicKey: own.privateKey }, 'publicKey'],
    [{ privateKey: own.privateKey }, 'privateKey'],
  ])('are not made from what is wrong (%#)', async (body, field) => {
    const app = await newApp({ publicKey: own.publicKey })
    expect(refused(await addKey(app, body))).toEqual([400, 'INVALID_PARAMETER', field])
    expect((await listed()).find(({ appId }) => appId === app.appId)).toEqual(app)
  })

  it('of the coffee shop, and of no app, are left alone', async () => {
    const [coffeeShop] = await listed()
    expect(refused(await addKey(coffeeShop!))).toEqual([400, 'INVALID_PARAMETER', 'appId'])
    expect(refused(await retire(coffeeShop!, 1))).toEqual([400, 'INVALID_PARAMETER', 'appId'])
    expect(refused(await addKey({ ...coffeeShop!, appId: 'nobody' }))).toEqual([404, 'CLIENT_UNKNOWN', 'appId'])
  })
})

describe('a user made at the door', () => {
  it('signs in with the PIN, and by a click', async () => {
    const user = await newUser({ loginId: 'Olga@Example.com', name: 'Olga' })
    expect(user.loginId).toBe('olga@example.com')
    expect(test.sandbox.world.users).toContainEqual(user)
    expect((await test.call(sandboxPaths.sessions, { body: { userId: user.userId } })).status).toBe(200)
    const signedIn = await test.call('/wallet/v1/session', { body: { loginId: 'olga@example.com', pin: user.pin } })
    expect(signedIn.status).toBe(200)
    const { people } = (await test.call(sandboxPaths.people)).body as { people: { userId: string }[] }
    expect(people.at(-1)).toMatchObject({ userId: user.userId })
  })

  it('pays at most what it has, and nothing when frozen', async () => {
    const app = await newApp()
    const poor = await newUser({ balances: [{ currency: 'CNY', value: '1249' }] })
    const frozen = await newUser({ balances: [{ currency: 'CNY', value: '9999' }], frozen: true })
    for (const [userId, code] of [
      [poor.userId, 'BALANCE_NOT_ENOUGH'],
      [frozen.userId, 'USER_FROZEN'],
    ]) {
      const { paymentId } = await pay(app)
      const answer = await test.call(sandboxPaths.confirm(String(paymentId)), { body: { userId } })
      expect(errorOf(answer)['code']).toBe(code)
    }
  })

  it('may hold several currencies, and an empty account', async () => {
    const user = await newUser({
      balances: [
        { currency: 'CNY', value: '0' },
        { currency: 'JPY', value: '700' },
      ],
    })
    const balances = await test.sandbox.server.rooms.users.balances(user.userId)
    expect(balances.map(({ available }) => available)).toEqual([
      { currency: 'CNY', minor: 0n },
      { currency: 'JPY', minor: 700n },
    ])
  })

  const ida = { name: 'Ida', loginId: 'ida@example.com', pin: '121212' }
  it.each([
    [{ ...ida, loginId: 'mei@example.com' }, 'loginId'],
    [{ ...ida, loginId: ' MEI@example.com ' }, 'loginId'],
    [{ ...ida, loginId: ' ' }, 'loginId'],
    [{ ...ida, name: ' ' }, 'name'],
    [{ ...ida, name: undefined }, 'name'],
    [{ ...ida, pin: '12345' }, 'pin'],
    [{ ...ida, pin: 'secret' }, 'pin'],
    [{ ...ida, pin: 121212 }, 'pin'],
    [{ ...ida, frozen: 'yes' }, 'frozen'],
    [{ ...ida, balances: [] }, 'balances'],
    [{ ...ida, balances: [{ currency: 'CNY', value: '-1' }] }, 'balances.0'],
    [{ ...ida, balances: [{ currency: 'CNY', value: '1.50' }] }, 'balances.0'],
    [{ ...ida, balances: [{ currency: 'XQX', value: '1' }] }, 'balances.0'],
    [{ ...ida, balances: [{ currency: 'CNY', value: '12345678901234567' }] }, 'balances.0.value'],
    [
      {
        ...ida,
        balances: [
          { currency: 'CNY', value: '1' },
          { currency: 'CNY', value: '2' },
        ],
      },
      'balances',
    ],
    [{ ...ida, userId: '2088101000000009' }, 'userId'],
  ])('is refused for %j, and nobody is made', async (body, field) => {
    const before = await test.sandbox.server.rooms.users.list()
    expect(refused(await test.call(sandboxPaths.users, { body }))).toEqual([400, 'INVALID_PARAMETER', field])
    expect(await test.sandbox.server.rooms.users.list()).toEqual(before)
  })
})

describe('these doors', () => {
  it('are there as they are described', () => {
    const { http } = test.sandbox.server
    const missing = sandboxCalls.filter(
      ({ method, path }) => !http.hasRoute({ method, url: path.replace(/\{([^}]+)\}/g, ':$1') }),
    )
    expect(missing).toEqual([])
  })

  it('are closed to pages of other origins and to forms', async () => {
    for (const path of [sandboxPaths.apps, sandboxPaths.users]) {
      const foreign = { body: {}, headers: { origin: 'https://evil.example' } }
      expect((await test.call(path, foreign)).status).toBe(403)
      const form = { body: 'name=Tea', headers: { 'content-type': 'text/plain' } }
      expect(errorOf(await test.call(path, form))['code']).toBe('BODY_MALFORMED')
    }
  })
})

it('what was made survives a restart, and a reset takes it away for good', async () => {
  let told = 0
  const first = await testSandbox({ onChange: async () => void (told += 1) })
  const make = async (path: string, body: object): Promise<Record<string, unknown>> =>
    (await first.call(path, { body })).body
  const app = (await make(sandboxPaths.apps, { name: 'Tea House' })) as unknown as SandboxApp
  const rotated = (await make(sandboxPaths.appKeys(app.appId), {})) as unknown as SandboxApp
  const integration = first.sandbox.world.apps.at(-1)!
  await make(sandboxPaths.appKeys(integration.appId), {})
  await first.call(sandboxPaths.appKey(integration.appId, 1), { method: 'DELETE' })
  const user = await make(sandboxPaths.users, { name: 'Ida', loginId: 'ida@example.com', pin: '121212' })
  expect(told).toBe(5)
  const world = first.sandbox.world
  await first.sandbox.close()

  const again = await startSandbox({ ...first.options, port: await freePort() })
  expect(again.world.apps).toEqual(world.apps)
  expect(again.world.apps[1]).toEqual(rotated)
  expect(again.world.users.at(-1)).toEqual(user)
  expect((await createOrderCall(again, again.world.apps[1]!, {})).body).toMatchObject({ result: { resultStatus: 'A' } })

  await callAt(again.url, sandboxPaths.reset, { method: 'POST' })
  expect(again.world.apps).toEqual([world.apps[0], integration])
  expect(again.world.users).toHaveLength(4)
  expect(told).toBe(6)
  const after = await createOrderCall(again, rotated, {})
  expect(after.body).toMatchObject({ result: { resultCode: 'INVALID_CLIENT' } })
  expect((await createOrderCall(again, integration, {})).body).toMatchObject({ result: { resultStatus: 'A' } })
  await again.close()
  await first.close()
})

it('a reset is known at once: of an app that is gone nothing is remembered', async () => {
  // The wallet remembers a client for three seconds; however long the reset takes, they do not go by.
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const own = await testSandbox()
  onTestFinished(() => own.close())
  const app = (await own.call(sandboxPaths.apps, { body: { name: 'Tea House' } })).body as unknown as SandboxApp
  expect((await createOrderCall(own.sandbox, app, {})).body).toMatchObject({ result: { resultStatus: 'A' } })
  expect((await own.call(sandboxPaths.reset, { method: 'POST' })).status).toBe(200)
  const { body } = await createOrderCall(own.sandbox, app, {})
  expect(body).toMatchObject({ result: { resultStatus: 'F', resultCode: 'INVALID_CLIENT' } })
})
