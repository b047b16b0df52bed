/**
 * What a client is made with: where the wallet is, who calls, and the keys. The same options serve both families.
 */
import { DEFAULT_TOLERANCE_SECONDS, systemClock, systemTimer, type Clock, type Timer } from '../clock.ts'
import type { WalletPublicKey } from '../wallet-keys.ts'

/** Options of {@link TradePayClient} and {@link AlipayClient}. */
export interface TradePayClientOptions {
  /**
   * Address of the wallet server, such as `https://wallet.example`. A path is kept, and in the super-app family it is part
   * of what is signed. The Alipay family's `/gateway.do` is added to it.
   */
  baseUrl: string
  /** The id that the wallet gave your app: `Client-Id` in the super-app family, `app_id` in the Alipay family. */
  clientId: string
  /** Your private key: PKCS#8 or PKCS#1 PEM, RSA of at least 2048 bits. Keep it on the server. */
  privateKey: string
  /** The wallet's public key, or one for each key version. */
  walletPublicKey: WalletPublicKey
  /** Version of your key at the wallet. Default 1. The Alipay family names no version, and ignores this. */
  keyVersion?: number
  /** How long a call may take in all, repeats included, in milliseconds. Default 10,000. */
  timeoutMs?: number
  /**
   * How often a call that gave no answer (the connection failed, or HTTP 5xx came from something before the wallet) is
   * repeated by itself, within `timeoutMs`. Only calls that may be repeated are. Default 1; 0 turns it off.
   */
  retries?: number
  /** In place of the global fetch. It must honour `redirect` and `signal`. */
  fetch?: (url: URL, init: RequestInit) => Promise<Response>
  /** In place of the system's clock. */
  clock?: Clock
  /** In place of the system's timer: pauses between repeats, and those of `waitForFinal`. */
  timer?: Timer
  /**
   * How far `Response-Time` may be from now, both ways, in seconds. Default 300. Answers of the Alipay family carry no
   * time (alipay-openapi §3), and are not judged by one.
   */
  toleranceSeconds?: number
}

/** Options with their defaults filled in and checked. */
export type CompleteOptions = Required<TradePayClientOptions>

/** @throws TypeError when an option cannot be used */
export function completeOptions(options: TradePayClientOptions): CompleteOptions {
  const complete: CompleteOptions = {
    keyVersion: 1,
    timeoutMs: 10_000,
    retries: 1,
    fetch: globalThis.fetch,
    clock: systemClock,
    timer: systemTimer,
    toleranceSeconds: DEFAULT_TOLERANCE_SECONDS,
    ...withoutUndefined(options),
  }
  const address = URL.canParse(complete.baseUrl) ? new URL(complete.baseUrl) : null
  if (!address || !/^https?:$/.test(address.protocol) || address.search || address.hash) {
    throw new TypeError('baseUrl is not a usable address: expected something like https://wallet.example')
  }
  if (!complete.clientId) throw new TypeError('clientId is missing: give the id that the wallet gave your app.')
  if (!(complete.timeoutMs > 0)) throw new TypeError('timeoutMs is not a time: expected milliseconds above 0.')
  if (!Number.isInteger(complete.retries) || complete.retries < 0) {
    throw new TypeError('retries is not a count: expected 0, 1, 2, …')
  }
  return { ...complete, baseUrl: complete.baseUrl.replace(/\/+$/, '') }
}

/** An option given as undefined means its default. */
function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}
