/**
 * Users and their PIN (steps 13 and 14 rest on it): registers people with empty accounts, checks the PIN that proves it
 * is them, and freezes them. Five wrong tries lock the PIN for 30 minutes, however many guesses come at once.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import { currencies as knownCurrencies, isCurrency, type Currency } from '@tradepay/money'
import type { Deps } from '../build-server.ts'
import { isStorable } from '../db/text.ts'
import { transaction, violatedConstraint } from '../db/transaction.ts'
import { bucketOfPartyId, chooseBucket, newUserId } from '../ids.ts'
import { userAccount, type Account, type LedgerService } from '../ledger/types.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import { createPinHasher, isPin } from './pin.ts'
import * as store from './store.ts'
import { PIN_TRIES, type User, type UserService } from './types.ts'

const TEXT_MAX_LENGTH = 128

export function createUserService(deps: Deps, ledger: LedgerService): UserService {
  const { db, clock, random } = deps
  const pins = createPinHasher(deps.settings.pinPepper)
  const oneAtATime = createOneAtATime()

  const notFound = (): WalletError => new WalletError('USER_NOT_FOUND')

  /** The bucket of a user id, which routes to the row. @throws WalletError USER_NOT_FOUND */
  function bucketOf(userId: string): number {
    const bucket = bucketOfPartyId(userId)
    if (bucket === null) throw notFound()
    return bucket
  }

  async function get(userId: string): Promise<User> {
    const user = await store.findUser(db, userId, bucketOf(userId))
    if (!user) throw notFound()
    return user
  }

  /** The user's accounts. A user may hold one in each currency there is, and the address of each is known. */
  async function accountsOf(userId: string): Promise<Account[]> {
    const accounts = await ledger.accounts([...knownCurrencies.keys()].map((currency) => userAccount(userId, currency)))
    return accounts.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async function checkPin(userId: string, pin: string): Promise<void> {
    if (!isPin(pin)) throw invalidParameter('pin', 'six digits')
    return oneAtATime(userId, () => checkNextPin(userId, pin))
  }

  async function checkNextPin(userId: string, pin: string): Promise<void> {
    const bucket = bucketOf(userId)
    const now = clock.now()
    // The try is spent before the slow check begins: of fifty guesses at once five are checked.
    const reserved = await store.reservePinTry(db, userId, bucket, now)
    if (!reserved) {
      const tries = await store.readPinTries(db, userId, bucket)
      if (!tries) throw notFound()
      throw locked(tries.lockedUntil)
    }
    if (await pins.matches(reserved.pinHash, pin)) {
      await store.resetPinTries(db, userId, bucket)
      return
    }
    if (reserved.lockedUntil) throw locked(reserved.lockedUntil)
    throw new WalletError('PIN_WRONG', { triesLeft: PIN_TRIES - reserved.tries })
  }

  return {
    get,
    checkPin,

    async register(user) {
      const loginId = normalLogin(user.loginId)
      if (!isReadable(user.name)) throw invalidParameter('name', `1 to ${TEXT_MAX_LENGTH} characters`)
      if (!isReadable(loginId)) throw invalidParameter('loginId', `1 to ${TEXT_MAX_LENGTH} characters`)
      if (!isPin(user.pin)) throw invalidParameter('pin', 'six digits')
      requireCurrencies(user.currencies)
      const bucket = user.userId === undefined ? chooseBucket(random) : bucketOfPartyId(user.userId)
      if (bucket === null) throw invalidParameter('userId', '"2088" and 12 digits')
      const userId = user.userId ?? newUserId(bucket, random)

      const loginTaken = (): WalletError => invalidParameter('loginId', 'a login that nobody has yet')
      if (await store.findUserByLogin(db, loginId)) throw loginTaken()
      const pinHash = await pins.hash(user.pin)

      // The accounts come first and the user's row last: whoever can be found can be paid from.
      for (const currency of user.currencies) {
        await ledger.open({ id: userAccount(userId, currency), bucket, kind: 'USER_BALANCE', currency })
      }
      try {
        await store.insertUser(db, { userId, bucket, name: user.name, loginId, pinHash, now: clock.now() })
      } catch (error) {
        const constraint = violatedConstraint(error)
        if (constraint === 'logins_pkey') throw loginTaken()
        if (constraint === 'users_pkey' || constraint === 'logins_user_id_key') {
          throw invalidParameter('userId', 'an id that nobody has yet')
        }
        throw error
      }
      return { userId, bucket, name: user.name, loginId, frozen: false }
    },

    async findByLogin(loginId) {
      const normal = normalLogin(loginId)
      return isReadable(normal) ? store.findUserByLogin(db, normal) : null
    },

    list: () => store.listUsers(db),

    async pinState(userId) {
      const tries = await store.readPinTries(db, userId, bucketOf(userId))
      if (!tries) throw notFound()
      if (!tries.lockedUntil) return { triesLeft: PIN_TRIES - tries.tries, lockedUntil: null }
      const stillLocked = tries.lockedUntil > clock.now()
      return stillLocked
        ? { triesLeft: 0, lockedUntil: tries.lockedUntil }
        : { triesLeft: PIN_TRIES, lockedUntil: null }
    },

    async signIn(loginId, pin) {
      const user = await this.findByLogin(loginId)
      try {
        if (user) {
          await checkPin(user.userId, pin)
          return user
        }
        // A login that does not exist costs what a wrong PIN costs.
        await pins.pretend(pin)
      } catch (error) {
        if (!(error instanceof WalletError)) throw error
        if (error.code === 'PIN_LOCKED') await pins.pretend(pin)
        else if (error.code !== 'PIN_WRONG') throw error
      }
      throw new WalletError(
        'LOGIN_REFUSED',
        {},
        'The login or the PIN is wrong, or the PIN is locked after too many wrong tries.',
      )
    },

    async setFrozen(userId, frozen) {
      const bucket = bucketOf(userId)
      const accounts = await accountsOf(userId)
      await transaction(db, async (tx) => {
        if (!(await store.updateUserState(tx, userId, bucket, frozen ? 'FROZEN' : 'ACTIVE'))) throw notFound()
        // Last id first, as payments lock them.
        for (const account of accounts.toReversed()) await ledger.setFrozen(account.id, frozen, tx)
      })
    },

    async balances(userId) {
      const accounts = await accountsOf(userId)
      return accounts.map(({ currency, available, pending }) => ({
        available: { currency, minor: available },
        pending: { currency, minor: pending },
      }))
    },
  }
}

function locked(until: Date | null): WalletError {
  return new WalletError('PIN_LOCKED', until ? { lockedUntil: until.toISOString() } : {})
}

/** Logins are e-mail addresses or names that people type: case and blanks around them do not count. */
const normalLogin = (loginId: string): string => loginId.trim().toLowerCase()

const isReadable = (text: string): boolean =>
  text.trim().length > 0 && text.length <= TEXT_MAX_LENGTH && isStorable(text)

function requireCurrencies(list: Currency[]): void {
  if (list.length === 0 || !list.every(isCurrency)) throw invalidParameter('currencies', 'ISO 4217 codes, at least one')
}
