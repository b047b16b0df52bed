/**
 * The scopes that a mini program may ask for, and what each shows of a user. A scope for something that this wallet does not
 * know of anybody (a birthday, an address) is refused by name. So is one for the login: people are asked about their
 * name only. Source: superapp-payment-api §8.1 and §8.3; miniprogram-format §8, getAuthCode.
 */
import type { User } from '../user/types.ts'
import type { SharedUser } from './types.ts'

type Shown = Exclude<keyof SharedUser, 'userId'>

/** What a scope shows beside the user's id, which every token carries. */
const shownBy = {
  auth_base: [],
  USER_ID: [],
  auth_user: ['state', 'nickName'],
  USER_NICKNAME: ['state', 'nickName'],
  USER_NAME: ['state', 'fullName'],
} as const satisfies Record<string, readonly Shown[]>

export type Scope = keyof typeof shownBy

export const knownScopes = Object.keys(shownBy) as Scope[]

export const isScope = (text: string): text is Scope => Object.hasOwn(shownBy, text)

/** What the scopes together show of a user; the rest is null. */
export function shownOf(user: User, scopes: readonly Scope[]): SharedUser {
  const { userId, name, frozen } = user
  const all: SharedUser = { userId, state: frozen ? 'FROZEN' : 'ACTIVE', nickName: name, fullName: name }
  const shown = new Set<Shown>(scopes.flatMap((scope) => shownBy[scope]))
  const only = <Name extends Shown>(fact: Name): SharedUser[Name] | null => (shown.has(fact) ? all[fact] : null)
  return { userId, state: only('state'), nickName: only('nickName'), fullName: only('fullName') }
}
