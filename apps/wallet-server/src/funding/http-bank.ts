/**
 * The `Bank` port over HTTP, in the words of contract/bank-api.ts.
 *
 * Only an answer that is understood to the last field is an answer. Everything else is thrown, which says that it is not
 * known what the bank has done, and never that it has done nothing.
 */
import { bankPaths, BankOrderAnswer, type BankOrderRequest } from '@tradepay/contract'
import { Compile } from 'typebox/compile'
import {
  TransportError,
  type Bank,
  type BankAnswer,
  type BankOrder,
  type OutgoingAnswer,
  type Transport,
} from '../ports.ts'
import { BANK_TIMEOUT_MS } from './ask.ts'
import { createTrustedTransport } from './trusted-transport.ts'

/** The longest answer of the contract is about 200 bytes. Bytes. */
const ANSWER_BYTES_MAX = 16 * 1024

const answerSchema = Compile(BankOrderAnswer)

export interface HttpBankOptions {
  /** Where the bank's API begins, without a trailing slash: "https://bank.example". Chosen by the operator, and trusted. */
  url: string
  /** Sent as `Authorization: Bearer`. */
  key: string
  /** Default: one that reaches the operator's own networks too, and follows no redirect. */
  transport?: Transport
}

/**
 * Makes the adapter.
 * @throws Error at once when the URL or the key cannot be used, so that a wrong setting ends the start and not a payment
 */
export function createHttpBank({ url, key, transport = createTrustedTransport() }: HttpBankOptions): Bank {
  const base = readBase(url)
  if (!/^[\x21-\x7e]+$/.test(key)) throw new Error("The bank's key is empty or holds characters that a header cannot.")

  const post = (path: string, body: object): Promise<OutgoingAnswer> =>
    transport.send({
      url: base + path,
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept: 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      timeoutMs: BANK_TIMEOUT_MS,
      maxAnswerBytes: ANSWER_BYTES_MAX,
    })

  return {
    async ask(order) {
      const request = toRequest(order)
      const answer = await post(bankPaths.orders, request)
      if (answer.status === 409) throw new Error('The bank knows another order under this id (409).')
      return readAnswer(answer, request)
    },

    async inquire(order) {
      const answer = await post(bankPaths.inquire, { orderId: order.fundingId })
      return answer.status === 404 ? { state: 'NOT_FOUND' } : readAnswer(answer, toRequest(order))
    },
  }
}

const toRequest = ({ fundingId, direction, bankRef, amount, memo }: BankOrder): BankOrderRequest => ({
  orderId: fundingId,
  direction: direction === 'IN' ? 'COLLECT' : 'PAY',
  account: bankRef,
  amount: { currency: amount.currency, value: String(amount.minor) },
  memo,
})

function readBase(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.search || parsed.hash) {
    throw new Error("The bank's address must be an http or https URL without user, query or fragment.")
  }
  return url.replace(/\/+$/, '')
}

function readAnswer({ status, body }: OutgoingAnswer, asked: BankOrderRequest): BankAnswer {
  if (status !== 200) throw new TransportError('UNREACHABLE', `The bank answered ${status}.`)
  const answer = parse(body)
  if (!answerSchema.Check(answer)) throw new Error("The bank's answer is not one of the contract.")
  if (answer.orderId !== asked.orderId) throw new Error('The bank answered about another order.')
  if (contentOf(answer) !== contentOf(asked)) {
    throw new Error(`The bank answered about ${contentOf(answer)}, and the order is ${contentOf(asked)}.`)
  }
  if (answer.state === 'FAILED') return { state: 'FAILED', failure: answer.failure ?? 'REFUSED' }
  // A reason why it failed beside a state that says that it did not: neither is believed.
  if (answer.failure !== undefined) throw new Error("The bank's answer contradicts itself.")
  return { state: answer.state }
}

const contentOf = ({ direction, amount }: Pick<BankOrderRequest, 'direction' | 'amount'>): string =>
  `${direction} ${amount.value} ${amount.currency}`

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new Error("The bank's answer is not JSON.")
  }
}
