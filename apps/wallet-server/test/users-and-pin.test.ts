/**
 * Promises about users and their PIN: parallel guesses never pass five, a lock ends by the clock, a right PIN gives the
 * tries back, and a frozen person stays frozen in every account.
 */
import { WalletError, type RefusalCode } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PIN_LOCK_SECONDS, PIN_TRIES } from '../src/user/types.ts'
import { aUser, balanceOf, createTestWorld, TEST_PIN, type TestWorld } from './support/index.ts'

const WRONG_PIN = '000000'
let world: TestWorld

beforeAll(async () => {
  world = await createTestWorld({ seed: 11 })
})
afterAll(() => world.close())

/** The refusal that a call ends with, or what it answered. */
async function refusalOf(call: Promise<unknown>): Promise<WalletError> {
  const result: unknown = await call.catch((error: unknown) => error)
  if (result instanceof WalletError) return result
  throw new Error(`Expected a refusal, got ${String(result)}`)
}
const guess = (userId: string, pin = WRONG_PIN): Promise<WalletError> =>
  refusalOf(world.rooms.users.checkPin(userId, pin))

describe('the PIN', () => {
  test('of 50 guesses at once at most five are checked, and the PIN is locked', async () => {
    const { userId } = await aUser(world)
    const refusals = await Promise.all(Array.from({ length: 50 }, () => guess(userId)))
    const checked = refusals.filter(({ code }) => code === 'PIN_WRONG')
    // The fifth try was checked too; its answer is already the lock.
    expect(checked).toHaveLength(PIN_TRIES - 1)
    expect(checked.map(({ details }) => details.triesLeft).sort()).toEqual([1, 2, 3, 4])
    expect(refusals.filter(({ code }) => code === 'PIN_LOCKED')).toHaveLength(50 - checked.length)
    expect(await world.rooms.users.pinState(userId)).toMatchObject({ triesLeft: 0 })
  })

  test('guesses spread over ten servers are at most five together', async () => {
    const { userId } = await aUser(world)
    const servers = await Promise.all(Array.from({ length: 10 }, () => createTestWorld({ database: world.database })))
    const refusals = await Promise.all(
      servers.flatMap(({ rooms }) =>
        [1, 2, 3].map(() => rooms.users.checkPin(userId, '000000').catch((error: WalletError) => error.code)),
      ),
    )
    await Promise.all(servers.map((server) => server.close()))
    expect(refusals.filter((code) => code === 'PIN_WRONG')).toHaveLength(PIN_TRIES - 1)
    expect(refusals.filter((code) => code === 'PIN_LOCKED')).toHaveLength(30 - (PIN_TRIES - 1))
  })

  test('the right PIN twenty times at once is right each time, and locks nothing', async () => {
    const { userId } = await aUser(world)
    await Promise.all(Array.from({ length: 20 }, () => world.rooms.users.checkPin(userId, TEST_PIN)))
    expect(await world.rooms.users.pinState(userId)).toEqual({ triesLeft: PIN_TRIES, lockedUntil: null })
  })

  test('once locked, even the right PIN is not let in, however often it is tried at once', async () => {
    const { userId } = await aUser(world)
    await Promise.all(Array.from({ length: PIN_TRIES }, () => guess(userId)))
    const late = await Promise.all(Array.from({ length: 40 }, () => guess(userId, TEST_PIN)))
    expect(new Set(late.map(({ code }) => code))).toEqual(new Set<RefusalCode>(['PIN_LOCKED']))
  })

  test('wrong tries count down and the fifth locks for 30 minutes', async () => {
    const { userId } = await aUser(world)
    for (const triesLeft of [4, 3, 2, 1]) {
      expect(await guess(userId)).toMatchObject({ code: 'PIN_WRONG', details: { triesLeft } })
      expect((await world.rooms.users.pinState(userId)).triesLeft).toBe(triesLeft)
    }
    const until = new Date(world.clock.now().getTime() + PIN_LOCK_SECONDS * 1000)
    expect(await guess(userId)).toMatchObject({ code: 'PIN_LOCKED', details: { lockedUntil: until.toISOString() } })
    expect(await world.rooms.users.pinState(userId)).toEqual({ triesLeft: 0, lockedUntil: until })
  })

  test('a guess during the lock neither checks nor prolongs it', async () => {
    const { userId } = await aUser(world)
    for (let tries = 0; tries < PIN_TRIES; tries++) await guess(userId)
    const before = await world.rooms.users.pinState(userId)
    world.clock.advance({ minutes: 29 })
    expect(await guess(userId, TEST_PIN)).toMatchObject({ code: 'PIN_LOCKED' })
    expect(await world.rooms.users.pinState(userId)).toEqual(before)
  })

  test('when the lock ends the right PIN works, and a wrong one is the first try again', async () => {
    const { userId } = await aUser(world)
    for (let tries = 0; tries < PIN_TRIES; tries++) await guess(userId)
    world.clock.advance({ seconds: PIN_LOCK_SECONDS })
    expect(await world.rooms.users.pinState(userId)).toEqual({ triesLeft: PIN_TRIES, lockedUntil: null })
    expect(await guess(userId)).toMatchObject({ code: 'PIN_WRONG', details: { triesLeft: 4 } })
    await world.rooms.users.checkPin(userId, TEST_PIN)
    expect(await world.rooms.users.pinState(userId)).toEqual({ triesLeft: PIN_TRIES, lockedUntil: null })
  })

  test('after a lock has ended 50 guesses at once are again at most five', async () => {
    const { userId } = await aUser(world)
    for (let tries = 0; tries < PIN_TRIES; tries++) await guess(userId)
    world.clock.advance({ seconds: PIN_LOCK_SECONDS })
    const refusals = await Promise.all(Array.from({ length: 50 }, () => guess(userId)))
    expect(refusals.filter(({ code }) => code === 'PIN_WRONG')).toHaveLength(PIN_TRIES - 1)
  })

  test('a right PIN gives all tries back', async () => {
    const { userId } = await aUser(world)
    for (let tries = 0; tries < 4; tries++) await guess(userId)
    await world.rooms.users.checkPin(userId, TEST_PIN)
    expect(await world.rooms.users.pinState(userId)).toEqual({ triesLeft: PIN_TRIES, lockedUntil: null })
  })

  test('what is not six digits is refused without spending a try', async () => {
    const { userId } = await aUser(world)
    for (const pin of ['', '12345', '1234567', '12345a', '１２３４５６', '123456\n']) {
      expect(await guess(userId, pin)).toMatchObject({ code: 'INVALID_PARAMETER', details: { field: 'pin' } })
    }
    expect((await world.rooms.users.pinState(userId)).triesLeft).toBe(PIN_TRIES)
  })

  test('is stored as argon2id with the pepper: another pepper makes it wrong', async () => {
    const { userId } = await aUser(world)
    const { rows } = await world.database.pool.query<{ pin_hash: string }>(
      'select pin_hash from users where user_id = $1',
      [userId],
    )
    expect(rows[0]!.pin_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(rows[0]!.pin_hash).not.toContain(TEST_PIN)
    const otherPepper = await createTestWorld({ database: world.database, settings: { pinPepper: 'another pepper' } })
    await expect(otherPepper.rooms.users.checkPin(userId, TEST_PIN)).rejects.toMatchObject({ code: 'PIN_WRONG' })
    await otherPepper.close()
  })

  test('of somebody who does not exist is USER_NOT_FOUND', async () => {
    expect(await guess('2088000000000000')).toMatchObject({ code: 'USER_NOT_FOUND' })
    expect(await guess('nobody')).toMatchObject({ code: 'USER_NOT_FOUND' })
  })
})

describe('signing in', () => {
  test('answers an unknown login, a wrong PIN and a locked PIN alike', async () => {
    const { users } = world.rooms
    const { loginId, userId } = await aUser(world)
    const wrong = await refusalOf(users.signIn(loginId, WRONG_PIN))
    const unknown = await refusalOf(users.signIn('nobody@example.com', WRONG_PIN))
    for (let tries = 0; tries < PIN_TRIES; tries++) await guess(userId)
    const lockedOut = await refusalOf(users.signIn(loginId, TEST_PIN))
    for (const refusal of [wrong, unknown, lockedOut]) {
      expect(refusal.code).toBe('LOGIN_REFUSED')
      expect(refusal.details).toEqual({})
      expect(refusal.message).toBe(unknown.message)
    }
  })

  test('takes a similar time whether the login exists or not', async () => {
    const { loginId } = await aUser(world)
    const measure = async (login: string): Promise<number> => {
      const start = performance.now()
      await refusalOf(world.rooms.users.signIn(login, WRONG_PIN))
      return performance.now() - start
    }
    await measure('warm-up@example.com')
    const known = Math.min(await measure(loginId), await measure(loginId), await measure(loginId))
    const unknown = Math.min(
      await measure('a@example.com'),
      await measure('b@example.com'),
      await measure('c@example.com'),
    )
    // Both are dominated by the hash; without the pretended check the unknown login is ten times faster.
    expect(unknown).toBeGreaterThan(known / 3)
  })

  test('spends tries of the same lock as paying', async () => {
    const { loginId, userId } = await aUser(world)
    for (let tries = 0; tries < PIN_TRIES; tries++) await refusalOf(world.rooms.users.signIn(loginId, WRONG_PIN))
    expect(await guess(userId, TEST_PIN)).toMatchObject({ code: 'PIN_LOCKED' })
  })

  test('finds a login however it is capitalised', async () => {
    const { userId } = await aUser(world, { loginId: 'Mei.Capital@Example.com' })
    expect(await world.rooms.users.signIn(' mei.capital@EXAMPLE.com ', TEST_PIN)).toMatchObject({ userId })
  })
})

describe('registering', () => {
  const about = { name: 'Mei', pin: TEST_PIN, currencies: ['CNY'] }

  test('gives an id that carries the bucket of the accounts, and an empty account in each currency', async () => {
    const user = await world.rooms.users.register({ ...about, loginId: 'two@example.com', currencies: ['CNY', 'JPY'] })
    expect(user.userId).toMatch(/^2088[0-9]{12}$/)
    expect(Number(user.userId.slice(4, 7))).toBe(user.bucket)
    expect(await world.rooms.users.balances(user.userId)).toEqual([
      { available: money('CNY', 0n), pending: money('CNY', 0n) },
      { available: money('JPY', 0n), pending: money('JPY', 0n) },
    ])
    expect(await world.rooms.users.get(user.userId)).toEqual(user)
  })

  test('refuses a taken login, also when both ask at once, and leaves one user', async () => {
    const calls = Array.from({ length: 5 }, () => world.rooms.users.register({ ...about, loginId: 'race@example.com' }))
    const results = await Promise.allSettled(calls)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({ code: 'INVALID_PARAMETER', details: { field: 'loginId' } })
      }
    }
  })

  test.each([
    ['pin', { pin: '12345' }],
    ['pin', { pin: 'abcdef' }],
    ['name', { name: '  ' }],
    ['name', { name: 'a\u0000b' }],
    ['loginId', { loginId: '' }],
    ['loginId', { loginId: 'x'.repeat(129) }],
    ['currencies', { currencies: [] }],
    ['currencies', { currencies: ['cny'] }],
    ['userId', { userId: 'me' }],
  ])('names the wrong field %s', async (field, change) => {
    const refusal = await refusalOf(
      world.rooms.users.register({ ...about, loginId: `f-${field}@example.com`, ...change }),
    )
    expect(refusal).toMatchObject({ code: 'INVALID_PARAMETER', details: { field } })
  })

  test('refuses an id that somebody has', async () => {
    const { userId } = await aUser(world)
    const refusal = await refusalOf(world.rooms.users.register({ ...about, loginId: 'same-id@example.com', userId }))
    expect(refusal).toMatchObject({ code: 'INVALID_PARAMETER', details: { field: 'userId' } })
    expect(await world.rooms.users.findByLogin('same-id@example.com')).toBeNull()
  })
})

describe('money and freezing', () => {
  test('freezing reaches the user and every account; nothing can be paid until it ends', async () => {
    const user = await aUser(world, { balance: 500n })
    await world.rooms.users.setFrozen(user.userId, true)
    expect(await world.rooms.users.get(user.userId)).toMatchObject({ frozen: true })
    expect(await world.rooms.ledger.account(`users:${user.userId}:CNY`)).toMatchObject({ frozen: true })
    await world.rooms.users.setFrozen(user.userId, false)
    expect(await world.rooms.ledger.account(`users:${user.userId}:CNY`)).toMatchObject({ frozen: false })
    expect(await balanceOf(world, user.userId)).toBe(500n)
  })

  test('freezing somebody who does not exist is refused', async () => {
    expect(await refusalOf(world.rooms.users.setFrozen('2088000000000000', true))).toMatchObject({
      code: 'USER_NOT_FOUND',
    })
  })
})
