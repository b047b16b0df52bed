/**
 * One signed call of the super-app family: sends exact bytes, verifies the answer's exact bytes, reads its `result`.
 * Source: superapp-payment-api §2, §3, §4.
 */
import type { KeyObject } from 'node:crypto'
import { parsePrivateKey, signSuperapp } from '@tradepay/signature'
import { TradePayError } from '../errors.ts'
import { findFlaw } from '../verify-message.ts'
import { parseWalletKeys, type WalletKeys } from '../wallet-keys.ts'
import { parseObject, readResult, type JsonObject, type Result } from '../wire/json.ts'
import { exchange, type CallRules, type HttpAnswer, type HttpCall } from './exchange.ts'
import type { CompleteOptions } from './options.ts'
import { superappReason } from './reasons.ts'
import { notVerified, understand } from './understand.ts'

/** What the wallet has taken: `result` is S or A. */
export interface Accepted {
  result: Result
  content: JsonObject
}

/** How one call is made. */
export interface SuperappRules extends CallRules {
  /** A code that comes as U and says what has become of the call all the same. */
  alsoAccept?: string
}

export class SuperappCall {
  readonly #options: CompleteOptions
  readonly #privateKey: KeyObject
  readonly #walletKeys: WalletKeys

  /** @throws KeyError when a key cannot be used */
  constructor(options: CompleteOptions) {
    this.#options = options
    this.#privateKey = parsePrivateKey(options.privateKey)
    this.#walletKeys = parseWalletKeys(options.walletPublicKey)
  }

  /** @throws TradePayError for everything but a verified S or A */
  send(path: string, content: object, rules: SuperappRules): Promise<Accepted> {
    const url = new URL(this.#options.baseUrl + path)
    const body = Buffer.from(JSON.stringify(content))
    return exchange(
      this.#options,
      rules,
      () => this.#sign(url, body),
      async (answer, { url: called }) => {
        await this.#verify(called, rules.requestId, answer)
        return judge(rules, answer)
      },
    )
  }

  async #sign(url: URL, body: Buffer<ArrayBuffer>): Promise<HttpCall> {
    const { clientId, keyVersion, clock } = this.#options
    const time = clock.now().toISOString()
    const { header } = await signSuperapp(
      { method: 'POST', uri: url.pathname, clientId, time, body },
      { version: keyVersion, privateKey: this.#privateKey },
    )
    const headers = {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': time,
      Signature: header,
    }
    return { url, method: 'POST', headers, body }
  }

  async #verify(url: URL, requestId: string, answer: HttpAnswer): Promise<void> {
    const { clientId, clock, toleranceSeconds } = this.#options
    const flaw = await findFlaw(
      { method: 'POST', uri: url.pathname, headers: answer.headers, body: answer.body },
      { clientId, timeHeader: 'Response-Time', keys: this.#walletKeys, now: clock.now(), toleranceSeconds },
    )
    if (flaw) throw notVerified(answer.status, requestId, `${flaw.message}${hearsay(answer)}`)
  }
}

function judge({ requestId, alsoAccept }: SuperappRules, { status, body }: HttpAnswer): Accepted {
  const { result, content } = understand(
    requestId,
    () => {
      const parsed = parseObject(body)
      return { result: readResult(parsed), content: parsed }
    },
    status,
  )
  if (result.status === 'S' || result.status === 'A' || result.code === alsoAccept) return { result, content }
  const isUnknown = result.status === 'U'
  const reason = superappReason(result.code)
  throw new TradePayError(
    isUnknown
      ? `The wallet does not know the outcome yet: ${result.code}. Inquire, or repeat with the same number.`
      : `The wallet refused: ${result.code}. ${result.message}`,
    { code: result.code, reason: isUnknown && reason === 'OTHER' ? 'UNKNOWN' : reason, status, requestId, isUnknown },
  )
}

/** The code an unverified answer claims, as a hint for the developer's eyes only. */
function hearsay({ body }: HttpAnswer): string {
  try {
    const { code } = readResult(parseObject(body))
    return /^[A-Z0-9_]{1,64}$/.test(code) ? ` It claims ${code}.` : ''
  } catch {
    return ''
  }
}
