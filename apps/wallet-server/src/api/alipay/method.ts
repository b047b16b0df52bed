/**
 * The shape of every method of the gateway: it takes the parsed biz_content of a verified call, calls one domain command,
 * and answers the members of its node. Signing and sending are the door's.
 */
import type { AlipayMethod } from '@tradepay/contract'
import type { AlipayParameters } from '@tradepay/signature'
import type { Deps, Rooms } from '../../build-server.ts'
import type { Client } from '../../merchant/types.ts'
import type { CreateRecord } from '../merchant-door/record-create.ts'

export interface Call {
  client: Client
  /** The common parameters, verified. */
  parameters: AlipayParameters
  /** biz_content, parsed; and its source text, for numbers that must be read digit by digit. Both empty without one. */
  content: unknown
  source: string
  deps: Deps
  rooms: Rooms
}

export interface Outcome {
  /** Members of the node beside `code` and `msg`. With `error`, members that the failing answer carries anyway. */
  node: object
  /** A refusal whose node carries more than the error itself. */
  error?: unknown
  /** Given by a method that creates orders, for the timeline. */
  order?: Pick<CreateRecord, 'order' | 'created' | 'merchantOrder'>
}

export interface Method {
  name: AlipayMethod
  /** Its parameters stand among the common ones; biz_content is not read. */
  withoutContent?: boolean
  /** @throws WalletError, GatewayRefusal */
  answer(call: Call): Promise<Outcome>
}
