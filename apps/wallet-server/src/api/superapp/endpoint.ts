/**
 * The shape of every endpoint of the super-app door: it takes content that has been verified and parsed, calls one
 * domain command, and answers in the words of the family. Signing and sending are the door's.
 */
import type { SuperappResult, SuperappVersion } from '@tradepay/contract'
import type { Deps, Rooms } from '../../build-server.ts'
import type { Client } from '../../merchant/types.ts'
import type { CreateRecord } from '../merchant-door/record-create.ts'

/** Who calls, and what the endpoint may use. */
export interface Call {
  client: Client
  /** The version that was called. */
  version: SuperappVersion
  deps: Deps
  rooms: Rooms
}

export interface Outcome {
  body: { result: SuperappResult; [name: string]: unknown }
  /** Given by an endpoint that creates orders, for the timeline. */
  order?: Pick<CreateRecord, 'order' | 'created' | 'merchantOrder'>
}

export interface Endpoint {
  /** Behind base path and version: `/payments/pay`. */
  path: string
  /** @throws WalletError */
  answer(content: unknown, call: Call): Promise<Outcome>
}
