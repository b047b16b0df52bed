/**
 * One signed call: sends exact bytes, verifies the answer's exact bytes, reads its `result`.
 *
 * Until an answer is verified it is hearsay, whatever it says: losing it, timing out, or failing the check are all
 * "unknown", because the wallet may have done what was asked. Source: superapp-payment-api §2, §3, §4.
 */
import type { KeyObject } from 'node:crypto'
import { parsePrivateKey, signSuperapp } from '@tradepay/signature'
import { TradePayError } from '../errors.ts'
import { findFlaw } from '../verify-message.ts'
import { parseWalletKeys, type WalletKeys } from '../wallet-keys.ts'
import { NotUnderstood, parseObject, readResult, type JsonObject, type Result } from '../wire.ts'
import type { TradePayClientOptions } from './superapp-client.ts'

/** A success of the wallet: `result` is S or A. */
export interface Accepted {
  result: Result
  content: JsonObject
}

export class SignedCall {
  readonly #options: Required<TradePayClientOptions>
  readonly #baseUrl: string
  readonly #privateKey: KeyObject
  readonly #walletKeys: WalletKeys

  constructor(options: Required<TradePayClientOptions>) {
    const address = URL.canParse(options.baseUrl) ? new URL(options.baseUrl) : null
    if (!address || !/^https?:$/.test(address.protocol) || address.search || address.hash) {
      throw new TypeError('baseUrl is not a usable address: expected something like https://wallet.example')
    }
    if (!options.clientId) throw new TypeError('clientId is missing: give the id that the wallet gave your app.')
    if (!(options.timeoutMs > 0)) throw new TypeError('timeoutMs is not a time: expected milliseconds above 0.')
    this.#options = options
    this.#baseUrl = options.baseUrl.replace(/\/+$/, '')
    this.#privateKey = parsePrivateKey(options.privateKey)
    this.#walletKeys = parseWalletKeys(options.walletPublicKey)
  }

  /** @throws TradePayError for everything but a verified S or A. */
  async send(path: string, requestId: string, content: object): Promise<Accepted> {
    const { clientId, keyVersion, clock } = this.#options
    const url = new URL(this.#baseUrl + path)
    const body = Buffer.from(JSON.stringify(content))
    const time = clock.now().toISOString()
    const { header } = await signSuperapp(
      { method: 'POST', uri: url.pathname, clientId, time, body },
      { version: keyVersion, privateKey: this.#privateKey },
    )
    const answer = await this.#exchange(url, requestId, body, {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': time,
      Signature: header,
    })
    await this.#verify(url, requestId, answer)
    return this.#judge(requestId, answer)
  }

  /** Reads a verified answer; what it says in a way that we cannot read is unknown. */
  understand<T>(requestId: string, read: () => T, status: number | null = 200): T {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error
      throw new TradePayError(`The wallet's answer was not understood. ${error.message}`, {
        code: 'ANSWER_NOT_UNDERSTOOD',
        status,
        requestId,
        isUnknown: true,
      })
    }
  }

  async #exchange(
    url: URL,
    requestId: string,
    body: Buffer<ArrayBuffer>,
    headers: Record<string, string>,
  ): Promise<RawHttpAnswer> {
    const { fetch, timeoutMs } = this.#options
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body,
        // A signed call is for this address only; wherever a redirect leads, it was not signed for.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      })
      const bytes = Buffer.from(await response.arrayBuffer())
      return { status: response.status, headers: Object.fromEntries(response.headers), body: bytes }
    } catch (cause) {
      const timedOut = cause instanceof Error && cause.name === 'TimeoutError'
      const what = timedOut ? `gave no answer within ${timeoutMs} ms` : 'could not be reached, or its answer was lost'
      throw new TradePayError(
        `The wallet ${what}. It may have done what was asked: inquire, or repeat with the same number.`,
        {
          code: timedOut ? 'TIMEOUT' : 'NETWORK',
          requestId,
          isUnknown: true,
          cause,
        },
      )
    }
  }

  async #verify(url: URL, requestId: string, answer: RawHttpAnswer): Promise<void> {
    const flaw = await findFlaw(
      { method: 'POST', uri: url.pathname, headers: answer.headers, body: answer.body },
      {
        clientId: this.#options.clientId,
        timeHeader: 'Response-Time',
        keys: this.#walletKeys,
        now: this.#options.clock.now(),
        toleranceSeconds: this.#options.toleranceSeconds,
      },
    )
    if (flaw === null) return
    throw new TradePayError(
      `The wallet's answer (HTTP ${answer.status}) could not be verified and was not used. ${flaw.message}${hearsay(answer)}`,
      { code: 'ANSWER_NOT_VERIFIED', status: answer.status, requestId, isUnknown: true },
    )
  }

  #judge(requestId: string, { status, body }: RawHttpAnswer): Accepted {
    const { result, content } = this.understand(
      requestId,
      () => {
        const parsed = parseObject(body)
        return { result: readResult(parsed), content: parsed }
      },
      status,
    )
    if (result.status === 'S' || result.status === 'A') return { result, content }
    const isUnknown = result.status === 'U'
    throw new TradePayError(
      isUnknown
        ? `The wallet does not know the outcome yet: ${result.code}. Inquire, or repeat with the same number.`
        : `The wallet refused: ${result.code}. ${result.message}`,
      { code: result.code, resultStatus: result.status, status, requestId, isUnknown },
    )
  }
}

interface RawHttpAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** The code an unverified answer claims, as a hint for the developer's eyes only. */
function hearsay({ body }: RawHttpAnswer): string {
  try {
    const { code } = readResult(parseObject(body))
    return /^[A-Z0-9_]{1,64}$/.test(code) ? ` It claims ${code}.` : ''
  } catch {
    return ''
  }
}
