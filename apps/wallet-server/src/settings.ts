/**
 * Every setting of the wallet server, with its unit and default. Production reads them from the environment;
 * the sandbox and the tests give them directly.
 */
import type { PaymentLimits } from './payment/types.ts'
import type { WalletKey } from './ports.ts'

export interface Settings {
  /** Name shown to users. */
  walletName: string
  /** Where users reach the wallet app, without a trailing slash. Requests from other origins are refused. */
  publicUrl: string
  /** IANA zone of the wallet's day: the date in a tradeNo. The Alipay door always speaks GMT+8, as its protocol does. */
  timeZone: string
  /** Lifetime of an order whose merchant did not say. Seconds. */
  orderExpirySeconds: number
  /** Longest lifetime a merchant may ask for. Seconds. */
  orderExpirySecondsMax: number
  /** How far `Request-Time` may be from now, both ways. Seconds. */
  requestTimeToleranceSeconds: number
  /** How far the Alipay `timestamp` may be from now. Seconds; its official clients send local time, hence a day. */
  alipayTimestampToleranceSeconds: number
  /** How far the time of a call that carries a nonce (Alipay v3) may be from now, both ways; it is taken once. Seconds. */
  replayWindowSeconds: number
  /** How long after the payment an order can be refunded. Seconds. */
  refundWindowSeconds: number
  /** What a user may pay who has no limits of their own, by currency; a currency that is missing has none. */
  paymentLimits: Readonly<Record<string, PaymentLimits>>
  /** Lifetime of a session. Seconds. */
  sessionSeconds: number
  /** Lifetime of a code of my.getAuthCode. Seconds. */
  authCodeSeconds: number
  /** Lifetime of an access token that such a code is redeemed for. Seconds. */
  accessTokenSeconds: number
  /** Lifetime of the refresh token beside it, at least as long. Seconds. */
  refreshTokenSeconds: number
  /** Mixed into every PIN before it is hashed; lives outside the database. */
  pinPepper: string
  /** True shows the TEST mark in the wallet app and marks the session cookie as one of plain http. */
  sandbox: boolean
  /** The wallet's key pairs, newest last. The newest signs. */
  walletKeys: WalletKey[]
  /** Folder of mini program packages, named by their hash. */
  packagesFolder: string
  /** Folder of the built wallet app, served at `/`; null serves none. */
  walletAppFolder: string | null
  /**
   * Folder with the frames of the mini program runtime (`logic.html`, `view.html`, `frames.json` with the hashes of their
   * inline scripts), served at /frames/{appId}/ with a Content-Security-Policy; null serves none.
   */
  framesFolder: string | null
  /**
   * The key that the bank's pushes carry (`Authorization: Bearer`); null refuses every push. Outcomes are found by inquiry
   * without them, only later.
   */
  bankKey: string | null
  /**
   * How many verified calls a merchant's client may make in a second, over all merchant doors of one server; 0 switches all
   * limits of calls off.
   */
  callsPerSecond: number
  /** How many of them at once, after a pause. */
  callsBurst: number
  /** Most connections to the database. */
  databaseConnections: number
}

/** Defaults of everything that has one. */
export const defaultSettings = {
  walletName: 'TradePay',
  timeZone: 'Asia/Shanghai',
  orderExpirySeconds: 15 * 60,
  orderExpirySecondsMax: 15 * 24 * 60 * 60,
  requestTimeToleranceSeconds: 5 * 60,
  alipayTimestampToleranceSeconds: 24 * 60 * 60,
  replayWindowSeconds: 5 * 60,
  refundWindowSeconds: 365 * 24 * 60 * 60,
  paymentLimits: {},
  sessionSeconds: 12 * 60 * 60,
  authCodeSeconds: 5 * 60,
  accessTokenSeconds: 60 * 60,
  refreshTokenSeconds: 30 * 24 * 60 * 60,
  sandbox: false,
  walletAppFolder: null,
  framesFolder: null,
  bankKey: null,
  callsPerSecond: 200,
  callsBurst: 400,
  databaseConnections: 10,
} as const satisfies Partial<Settings>
