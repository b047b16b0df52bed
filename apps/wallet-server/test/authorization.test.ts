/** Authorizations: a code is good once, a token for a while, each for the client it was made for, and never in the clear. */
import { createHash } from 'node:crypto'
import { WalletError } from '@tradepay/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultSettings } from '../src/settings.ts'
import { anAuthorizationWorld, type AuthorizationWorld } from './authorization-world.ts'
import { createTestWorld, createTwoServers, race, wordOf, type TestWorld } from './support/index.ts'

let world: TestWorld
let about: AuthorizationWorld
let clientId: string
let strangersId: string

beforeAll(async () => {
  world = await createTestWorld({ seed: 41 })
  about = await anAuthorizationWorld(world)
  clientId = about.shop.client.clientId
  strangersId = about.stranger.client.clientId
})
afterAll(() => world.close())

const room = () => world.rooms.authorizations
const redeem = async (scopes?: string[]) => redeemCode(await about.aCode(scopes))
const redeemCode = (authCode: string, as = clientId, appId: string | null = null) =>
  room().redeem({ clientId: as, authCode, appId })
const { authCodeSeconds, accessTokenSeconds, refreshTokenSeconds } = defaultSettings

async function refusalOf(call: Promise<unknown>): Promise<string> {
  const result: unknown = await call.catch((error: unknown) => error)
  if (result instanceof WalletError) return result.code
  throw new Error(`Expected a refusal, got ${String(result)}`)
}

async function countOf(table: string): Promise<number> {
  const { rows } = await world.database.pool.query<{ count: bigint }>(`select count(*) from ${table}`)
  return Number(rows[0]!.count)
}

describe('a code', () => {
  test('names what was granted and what was refused, each once', async () => {
    const scopes = ['auth_user', 'auth_base', 'auth_base', 'admin', 'USER_BIRTHDAY', 'toString']
    expect(await room().issueCode({ appId: about.appId, userId: about.userId, scopes })).toEqual({
      authCode: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
      granted: ['auth_user', 'auth_base'],
      refused: { admin: 'SCOPE_UNKNOWN', USER_BIRTHDAY: 'SCOPE_UNKNOWN', toString: 'SCOPE_UNKNOWN' },
    })
  })

  test('is not made for scopes that are all unknown, nor for a program that is not there', async () => {
    const { appId, userId } = about
    const before = await countOf('auth_codes')
    expect(await refusalOf(room().issueCode({ appId, userId, scopes: ['admin'] }))).toBe('SCOPE_UNKNOWN')
    const unknown = room().issueCode({ appId: '2021999999999999', userId, scopes: ['auth_base'] })
    expect(await refusalOf(unknown)).toBe('PROGRAM_NOT_FOUND')
    expect(await countOf('auth_codes')).toBe(before)
  })

  test('becomes tokens of its user, with its scopes and their times', async () => {
    const tokens = await redeem(['auth_user', 'USER_ID'])
    const after = (seconds: number) => new Date(world.clock.now().getTime() + seconds * 1000)
    expect(tokens).toEqual({
      accessToken: expect.stringMatching(/^[A-Za-z0-9_-]{40}$/),
      accessExpiresAt: after(accessTokenSeconds),
      refreshToken: expect.stringMatching(/^[A-Za-z0-9_-]{40}$/),
      refreshExpiresAt: after(refreshTokenSeconds),
      userId: about.userId,
      appId: about.appId,
      scopes: ['auth_user', 'USER_ID'],
    })
    expect(await room().find(clientId, tokens.accessToken)).toEqual({
      userId: about.userId,
      appId: about.appId,
      scopes: ['auth_user', 'USER_ID'],
    })
  })

  test('is good once, and the second time ends nothing', async () => {
    const code = await about.aCode()
    const { accessToken, refreshToken } = await redeemCode(code)
    expect(await refusalOf(redeemCode(code))).toBe('AUTH_CODE_USED')
    expect((await room().find(clientId, accessToken)).userId).toBe(about.userId)
    await room().refresh(clientId, refreshToken)
  })

  test('is good until its time is over, to the millisecond', async () => {
    const [inTime, late] = [await about.aCode(), await about.aCode()]
    world.clock.advance({ seconds: authCodeSeconds, milliseconds: -1 })
    await redeemCode(inTime)
    world.clock.advance({ milliseconds: 1 })
    expect(await refusalOf(redeemCode(late))).toBe('AUTH_CODE_EXPIRED')
  })

  test.each(['', 'x', 'A'.repeat(32), 'a\u0000b', '€'.repeat(5_000)])('%j is none of ours', async (code) => {
    expect(await refusalOf(redeemCode(code))).toBe('AUTH_CODE_INVALID')
  })

  test("of another client's program is refused and stays unused", async () => {
    const code = await about.aCode()
    expect(await refusalOf(redeemCode(code, strangersId))).toBe('AUTH_CLIENT_MISMATCH')
    expect(await refusalOf(redeemCode(code, strangersId, about.appId))).toBe('AUTH_CLIENT_MISMATCH')
    expect((await redeemCode(code)).userId).toBe(about.userId)
  })

  test('is refused where another mini program is named, and stays unused', async () => {
    const code = await about.aCode()
    expect(await refusalOf(redeemCode(code, clientId, about.strangersAppId))).toBe('AUTH_CLIENT_MISMATCH')
    expect((await redeemCode(code, clientId, about.appId)).appId).toBe(about.appId)
  })
})

describe('two servers with one', () => {
  test('code at the same instant: one gets tokens, the other hears that it is used', async () => {
    const servers = await createTwoServers()
    const both = await anAuthorizationWorld(servers.one)
    const as = both.shop.client.clientId
    const side = (server: TestWorld) => (authCode: string) =>
      wordOf(server.rooms.authorizations.redeem({ clientId: as, authCode, appId: null }), 'TOKENS')
    const tally = await race({
      rounds: 60,
      prepare: () => both.aCode(),
      sides: [side(servers.one), side(servers.two)],
      firstWon: (first) => first === 'TOKENS',
    })
    const pairs = ['AUTH_CODE_USED | TOKENS', 'TOKENS | AUTH_CODE_USED']
    expect(Object.keys(tally).filter((pair) => !pairs.includes(pair))).toEqual([])
    expect(await servers.close()).toEqual({ deadlocks: 0 })
  })

  test('refresh token at the same instant: one gets tokens, the other hears that it is used', async () => {
    const servers = await createTwoServers()
    const both = await anAuthorizationWorld(servers.one)
    const as = both.shop.client.clientId
    const side = (server: TestWorld) => (token: string) =>
      wordOf(server.rooms.authorizations.refresh(as, token), 'TOKENS')
    const tally = await race({
      rounds: 60,
      prepare: async () => {
        const grant = { clientId: as, authCode: await both.aCode(), appId: null }
        return (await servers.one.rooms.authorizations.redeem(grant)).refreshToken
      },
      sides: [side(servers.one), side(servers.two)],
      firstWon: (first) => first === 'TOKENS',
    })
    const pairs = ['REFRESH_TOKEN_USED | TOKENS', 'TOKENS | REFRESH_TOKEN_USED']
    expect(Object.keys(tally).filter((pair) => !pairs.includes(pair))).toEqual([])
    expect(await servers.close()).toEqual({ deadlocks: 0 })
  })

  test('authorization, refreshed here and revoked there at the same instant: no token is good afterwards', async () => {
    const servers = await createTwoServers()
    const both = await anAuthorizationWorld(servers.one)
    const as = both.shop.client.clientId
    const [one, two] = [servers.one.rooms.authorizations, servers.two.rooms.authorizations]
    const given: string[] = []
    await race({
      rounds: 60,
      prepare: async () => one.redeem({ clientId: as, authCode: await both.aCode(), appId: null }),
      sides: [
        ({ refreshToken, accessToken }) => {
          given.push(accessToken)
          const refreshed = one.refresh(as, refreshToken).then((tokens) => given.push(tokens.accessToken))
          return wordOf(refreshed, 'TOKENS')
        },
        ({ accessToken }) => wordOf(two.revoke(as, accessToken), 'REVOKED'),
      ],
      firstWon: (first) => first === 'TOKENS',
    })
    expect(given.length).toBeGreaterThan(60)
    for (const token of given) expect(await refusalOf(two.find(as, token))).toBe('ACCESS_TOKEN_INVALID')
    await servers.close()
  })
})

describe('an access token', () => {
  test('is good until its time is over, to the millisecond', async () => {
    const { accessToken } = await redeem()
    world.clock.advance({ seconds: accessTokenSeconds, milliseconds: -1 })
    expect((await room().find(clientId, accessToken)).userId).toBe(about.userId)
    world.clock.advance({ milliseconds: 1 })
    expect(await refusalOf(room().find(clientId, accessToken))).toBe('ACCESS_TOKEN_EXPIRED')
  })

  test('of another client is as unknown as one that never was', async () => {
    const { accessToken } = await redeem(['auth_user'])
    expect(await refusalOf(room().find(strangersId, accessToken))).toBe('ACCESS_TOKEN_INVALID')
    expect(await refusalOf(room().userOf(strangersId, accessToken))).toBe('ACCESS_TOKEN_INVALID')
    for (const token of ['', 'x'.repeat(40), 'a\u0000b']) {
      expect(await refusalOf(room().find(clientId, token))).toBe('ACCESS_TOKEN_INVALID')
    }
  })

  test('is no refresh token, and a refresh token is no access token', async () => {
    const { accessToken, refreshToken } = await redeem()
    expect(await refusalOf(room().find(clientId, refreshToken))).toBe('ACCESS_TOKEN_INVALID')
    expect(await refusalOf(room().refresh(clientId, accessToken))).toBe('REFRESH_TOKEN_INVALID')
  })

  test.each([
    [['auth_base'], { state: null, nickName: null, fullName: null }],
    [['USER_ID'], { state: null, nickName: null, fullName: null }],
    [['auth_user'], { state: 'ACTIVE', nickName: 'Mei', fullName: null }],
    [['USER_NICKNAME'], { state: 'ACTIVE', nickName: 'Mei', fullName: null }],
    [['USER_NAME'], { state: 'ACTIVE', nickName: null, fullName: 'Mei' }],
    [['auth_base', 'auth_user', 'USER_NAME'], { state: 'ACTIVE', nickName: 'Mei', fullName: 'Mei' }],
  ])('with %j shows the user id and %j', async (scopes, shown) => {
    const { accessToken } = await redeem(scopes)
    expect(await room().userOf(clientId, accessToken)).toEqual({ userId: about.userId, ...shown })
  })

  test('shows the user as they are now', async () => {
    const { accessToken } = await redeem(['auth_user'])
    await world.rooms.users.setFrozen(about.userId, true)
    expect(await room().userOf(clientId, accessToken)).toMatchObject({ state: 'FROZEN' })
  })
})

describe('a refresh token', () => {
  test('gives a new pair with the same scopes; the access token before keeps its time', async () => {
    const first = await redeem(['auth_user'])
    world.clock.advance({ minutes: 30 })
    const second = await room().refresh(clientId, first.refreshToken)
    expect(second).toMatchObject({ userId: about.userId, appId: about.appId, scopes: ['auth_user'] })
    expect(second.accessExpiresAt).toEqual(new Date(world.clock.now().getTime() + accessTokenSeconds * 1000))
    for (const { accessToken } of [first, second]) {
      expect((await room().find(clientId, accessToken)).scopes).toEqual(['auth_user'])
    }
    world.clock.advance({ minutes: 30 })
    expect(await refusalOf(room().find(clientId, first.accessToken))).toBe('ACCESS_TOKEN_EXPIRED')
    await room().find(clientId, second.accessToken)
  })

  test('is good once, and the second time ends nothing', async () => {
    const first = await redeem()
    const second = await room().refresh(clientId, first.refreshToken)
    expect(await refusalOf(room().refresh(clientId, first.refreshToken))).toBe('REFRESH_TOKEN_USED')
    await room().find(clientId, second.accessToken)
    await room().refresh(clientId, second.refreshToken)
  })

  test('is good until its time is over, to the millisecond, also when its access token is long gone', async () => {
    const [inTime, late] = [await redeem(), await redeem()]
    world.clock.advance({ seconds: refreshTokenSeconds, milliseconds: -1 })
    await room().refresh(clientId, inTime.refreshToken)
    world.clock.advance({ milliseconds: 1 })
    expect(await refusalOf(room().refresh(clientId, late.refreshToken))).toBe('REFRESH_TOKEN_EXPIRED')
  })

  test('of another client is as unknown as one that never was, and stays unused', async () => {
    const { refreshToken } = await redeem()
    expect(await refusalOf(room().refresh(strangersId, refreshToken))).toBe('REFRESH_TOKEN_INVALID')
    expect(await refusalOf(room().refresh(clientId, 'x'.repeat(40)))).toBe('REFRESH_TOKEN_INVALID')
    await room().refresh(clientId, refreshToken)
  })
})

describe('revoking', () => {
  test('ends every token of the authorization, older and newer, and no other authorization', async () => {
    const [first, other] = [await redeem(), await redeem()]
    const second = await room().refresh(clientId, first.refreshToken)
    await room().revoke(clientId, first.accessToken)
    for (const { accessToken } of [first, second]) {
      expect(await refusalOf(room().find(clientId, accessToken))).toBe('ACCESS_TOKEN_INVALID')
    }
    expect(await refusalOf(room().refresh(clientId, second.refreshToken))).toBe('REFRESH_TOKEN_INVALID')
    expect((await room().find(clientId, other.accessToken)).userId).toBe(about.userId)
  })

  test('may be repeated, and works with an access token that has expired', async () => {
    const { accessToken, refreshToken } = await redeem()
    world.clock.advance({ seconds: accessTokenSeconds })
    await room().revoke(clientId, accessToken)
    await room().revoke(clientId, accessToken)
    expect(await refusalOf(room().refresh(clientId, refreshToken))).toBe('REFRESH_TOKEN_INVALID')
  })

  test("with another client's token is refused and ends nothing", async () => {
    const { accessToken } = await redeem()
    expect(await refusalOf(room().revoke(strangersId, accessToken))).toBe('ACCESS_TOKEN_INVALID')
    expect(await refusalOf(room().revoke(clientId, 'x'.repeat(40)))).toBe('ACCESS_TOKEN_INVALID')
    await room().find(clientId, accessToken)
  })
})

test('the database holds hashes, and nothing that a token could be made from', async () => {
  const code = await about.aCode()
  const { accessToken, refreshToken } = await redeemCode(code)
  const hash = (text: string) => createHash('sha256').update(text).digest()
  const { rows } = await world.database.pool.query(
    `select c.code_hash, t.access_hash, t.refresh_hash from auth_codes c
     join authorizations a using (code_hash) join authorization_tokens t using (code_hash)
     where c.code_hash = $1`,
    [hash(code)],
  )
  expect(rows).toEqual([{ code_hash: hash(code), access_hash: hash(accessToken), refresh_hash: hash(refreshToken) }])
  for (const table of ['auth_codes', 'authorizations', 'authorization_tokens']) {
    const { rows: texts } = await world.database.pool.query<{ row: string }>(`select t::text as row from ${table} t`)
    for (const secret of [code, accessToken, refreshToken]) expect(JSON.stringify(texts)).not.toContain(secret)
  }
})

describe('what has expired', () => {
  const aDay = { hours: 24 }

  test('is remembered for a day, then taken away by the next code', async () => {
    const code = await about.aCode()
    world.clock.advance({ seconds: authCodeSeconds })
    world.clock.advance({ ...aDay, milliseconds: -1 })
    await about.aCode()
    expect(await refusalOf(redeemCode(code))).toBe('AUTH_CODE_EXPIRED')
    world.clock.advance({ milliseconds: 1 })
    await about.aCode()
    expect(await refusalOf(redeemCode(code))).toBe('AUTH_CODE_INVALID')
    expect(await countOf('auth_codes')).toBe(2)
  })

  test('tokens are taken away with their authorization; one that is refreshed keeps only what is good', async () => {
    const [gone, kept] = [await redeem(), await redeem()]
    world.clock.advance({ hours: 24 * 20 })
    const second = await room().refresh(clientId, kept.refreshToken)
    world.clock.advance({ hours: 24 * 11 })
    const third = await room().refresh(clientId, second.refreshToken)
    expect([await countOf('authorizations'), await countOf('authorization_tokens')]).toEqual([1, 2])
    expect(await refusalOf(room().refresh(clientId, gone.refreshToken))).toBe('REFRESH_TOKEN_INVALID')
    expect((await room().find(clientId, third.accessToken)).userId).toBe(about.userId)
  })
})
