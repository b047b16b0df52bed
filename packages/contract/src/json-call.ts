/**
 * A call of one of the JSON doors (sandbox, cashier, wallet app): its path, what it takes and what it answers. Lists of them are
 * what describes the doors. Refusals are `ApiError`.
 */
import type { TObject, TSchema } from 'typebox'

export interface JsonCall {
  name: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With its parameters in braces. */
  path: string
  summary: string
  description?: string
  request?: TSchema
  query?: TObject
  status?: number
  /** Absent for a stream of server-sent events. */
  answer?: TSchema
  /** Needs the cookie of somebody who is signed in, and the CSRF token unless it only reads. */
  signedIn?: true
}

/** What a request does not name is refused, so that a misspelt member is noticed. */
export const nothingElse = { additionalProperties: false } as const
