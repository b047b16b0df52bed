/**
 * Users: who may pay, and the PIN that proves it is them. A PIN is hashed with argon2id and the pepper; five wrong
 * tries lock it for 30 minutes, and a try is counted before it is checked, so parallel guesses cannot pass.
 */
import type { Currency, Money } from '@tradepay/money'

export const PIN_TRIES = 5
export const PIN_LOCK_SECONDS = 30 * 60

export interface User {
  userId: string
  bucket: number
  name: string
  loginId: string
  frozen: boolean
}

export interface PinState {
  triesLeft: number
  lockedUntil: Date | null
}

export interface UserService {
  /** Registers a user with an empty account in each currency. @throws WalletError INVALID_PARAMETER (login taken, PIN not six digits) */
  register(user: { name: string; loginId: string; pin: string; currencies: Currency[]; userId?: string }): Promise<User>
  /** @throws WalletError USER_NOT_FOUND */
  get(userId: string): Promise<User>
  findByLogin(loginId: string): Promise<User | null>
  list(): Promise<User[]>
  pinState(userId: string): Promise<PinState>
  /** Spends a try. @throws WalletError PIN_WRONG (triesLeft), PIN_LOCKED (lockedUntil), USER_NOT_FOUND */
  checkPin(userId: string, pin: string): Promise<void>
  /**
   * Checks a login with its PIN, which spends a try. An unknown login, a wrong PIN and a locked PIN get the same answer
   * after a similar time, so that nobody learns which logins exist. @throws WalletError LOGIN_REFUSED
   */
  signIn(loginId: string, pin: string): Promise<User>
  /** Freezes or unfreezes the user and every account of theirs, in one transaction. */
  setFrozen(userId: string, frozen: boolean): Promise<void>
  balances(userId: string): Promise<{ available: Money; pending: Money }[]>
}
