/**
 * The same mutations, sent to real servers: a share, because an answer of HTTP is signed by the wallet and takes its time. None
 * may be answered as verified, none as a fault of the server, and none may leave anything behind.
 */
import type { Family } from './messages.ts'
import type { Answer, Wallet } from './wallet.ts'
import type { Verifier } from './verifiers.ts'

/** The words of the doors for "not verified"; beside them, whatever HTTP itself refuses with a status of 4xx. */
const superappRefusals =
  /^(INVALID_SIGNATURE|KEY_NOT_FOUND|TIMESTAMP_INVALID|INVALID_CLIENT|INVALID_CLIENT_STATUS|NO_INTERFACE_DEF|METHOD_NOT_SUPPORTED|MSG_PARSE_ERROR)$/
const gatewayRefusals = /^isv\./
/** The REST calls say it with a status; only a verified call is refused for what it asks. */
const restVerified = /^ACQ\./

/** Verifiers that ask the servers in turn. @throws (they) on an answer of 5xx, or one that is no answer of the family */
export function overHttp(wallet: Wallet): Record<Family, Verifier> {
  let turn = 0
  const ask = (isTaken: (answer: NonNullable<Answer>) => boolean): Verifier => {
    return async (sent) => {
      const answer = await wallet.send(turn++, sent)
      if (answer === null) return false
      if (answer.status >= 500) throw new Error(`The wallet answered ${answer.status}: ${answer.text}`)
      return sent.method !== 'HEAD' && isTaken(answer)
    }
  }
  return {
    superapp: ask(({ status, text }) => {
      if (status >= 400) return false
      const { result } = JSON.parse(text) as { result?: { resultCode: string } }
      return !superappRefusals.test(result?.resultCode ?? '')
    }),
    alipay: ask(({ status, text }) => {
      if (status >= 400) return false
      const [node] = Object.values(JSON.parse(text) as Record<string, { sub_code?: string }>)
      return !gatewayRefusals.test(node?.sub_code ?? '')
    }),
    'alipay-v3': ask(({ status, text }) => {
      const { code, result } = (text.startsWith('{') ? JSON.parse(text) : {}) as {
        code?: string
        result?: { resultCode: string }
      }
      // Moved to /v1 or /v2 it is the other family that refuses it.
      if (status < 400) return !superappRefusals.test(result?.resultCode ?? '')
      return restVerified.test(code ?? '')
    }),
  }
}
