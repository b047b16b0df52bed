/**
 * The client of the super-app payment API (steps 4 and 7): creates orders and inquires them.
 *
 * Every request is signed, every answer verified over its raw bytes before it is parsed. An outcome that is not known
 * for certain is an error with `isUnknown`, never a failure. Source: superapp-payment-api §5.1, §5.2, §5.5.
 */
import { superappPaths } from '@tradepay/contract'
import { DEFAULT_TOLERANCE_SECONDS, systemClock, type Clock } from '../clock.ts'
import { TradePayError } from '../errors.ts'
import {
  asObject,
  NotUnderstood,
  readAmount,
  readOptionalText,
  readOptionalTime,
  readPaymentState,
  readText,
} from '../wire.ts'
import type { JsonObject } from '../wire.ts'
import type { WalletPublicKey } from '../wallet-keys.ts'
import { SignedCall } from './signed-call.ts'
import type { CreatedOrder, CreateOrder, InquiredOrder, InquireOrder } from './types.ts'

export interface TradePayClientOptions {
  /** Address of the wallet server, such as `https://wallet.example`. A path is kept and is part of what is signed. */
  baseUrl: string
  /** The id that the wallet gave your app. */
  clientId: string
  /** Your private key: PKCS#8 or PKCS#1 PEM, RSA of at least 2048 bits. Keep it on the server. */
  privateKey: string
  /** The wallet's public key, or one for each key version. */
  walletPublicKey: WalletPublicKey
  /** Version of your key at the wallet. Default 1. */
  keyVersion?: number
  /** How long a call may take in all, in milliseconds. Default 10,000. */
  timeoutMs?: number
  /** In place of the global fetch. */
  fetch?: typeof globalThis.fetch
  /** In place of the system's clock. */
  clock?: Clock
  /** How far `Response-Time` may be from now, both ways, in seconds. Default 300. */
  toleranceSeconds?: number
}

/**
 * @example
 * const wallet = new TradePayClient({
 *   baseUrl: 'https://wallet.example',
 *   clientId: '2021000000000001',
 *   privateKey: readFileSync('merchant-private-key.pem', 'utf8'),
 *   walletPublicKey: readFileSync('wallet-public-key.pem', 'utf8'),
 * })
 * const { tradeNo } = await wallet.create({
 *   orderNo: 'A-1001',
 *   title: 'Two coffees',
 *   amount: money('CNY', 3600n),
 *   orderCreatedAt: new Date(),
 * })
 */
export class TradePayClient {
  readonly #call: SignedCall

  /** @throws KeyError or TypeError when an option cannot be used; no call is made. */
  constructor(options: TradePayClientOptions) {
    this.#call = new SignedCall({
      keyVersion: 1,
      timeoutMs: 10_000,
      fetch: globalThis.fetch,
      clock: systemClock,
      toleranceSeconds: DEFAULT_TOLERANCE_SECONDS,
      ...withoutUndefined(options),
    })
  }

  /**
   * Asks the wallet for an order to be paid (`POST /v1/payments/pay`). May be repeated with the same content: the wallet
   * answers the same tradeNo and makes no second order.
   *
   * @throws TradePayError `isUnknown`: repeat later with the same number and content. Otherwise the wallet refused
   *   (`code`, such as `REPEAT_REQ_INCONSISTENT` or `ORDER_IS_CLOSED`) and there is nothing to pay.
   */
  async create(order: CreateOrder): Promise<CreatedOrder> {
    checkCreate(order)
    const amount = { currency: order.amount.currency, value: order.amount.minor.toString() }
    const { result, content } = await this.#call.send(superappPaths.pay, order.orderNo, {
      paymentRequestId: order.orderNo,
      appId: order.appId,
      paymentOrderTitle: order.title,
      paymentAmount: amount,
      paymentFactor: { isCashierPayment: true },
      paymentExpiryTime: order.expiresAt?.toISOString(),
      paymentNotifyUrl: order.notifyUrl,
      order: {
        referenceOrderId: order.orderNo,
        orderDescription: order.description ?? order.title,
        orderAmount: amount,
        orderCreateTime: order.orderCreatedAt.toISOString(),
        buyer: order.buyerId === undefined ? undefined : { referenceBuyerId: order.buyerId },
      },
    })
    return this.#call.understand(order.orderNo, () => {
      expectSame(content, 'paymentRequestId', order.orderNo, 'optional')
      return {
        tradeNo: readText(content, 'paymentId'),
        orderNo: order.orderNo,
        status: result.status === 'S' ? 'PAID' : 'ACCEPTED',
        resultCode: result.code,
      }
    })
  }

  /**
   * Asks for the present state of an order (`POST /v1/payments/inquiryPayment`). May be repeated; not more often than
   * every few seconds.
   *
   * @example
   * const { state } = await wallet.inquire({ orderNo: 'A-1001' })
   * if (state === 'PAID') ship()
   *
   * @throws TradePayError `ORDER_NOT_EXIST` when the wallet has no such order. Right after an unknown create it may still
   *   be on its way: ask again before giving up.
   */
  async inquire(which: InquireOrder): Promise<InquiredOrder> {
    const requestId = 'tradeNo' in which ? which.tradeNo : which.orderNo
    const name = 'tradeNo' in which ? 'paymentId' : 'paymentRequestId'
    checkNumber(requestId, 'tradeNo' in which ? 'tradeNo' : 'orderNo')
    const { content } = await this.#call.send(superappPaths.inquiryPayment, requestId, { [name]: requestId })
    return this.#call.understand(requestId, () => {
      expectSame(content, name, requestId, 'required')
      const state = readPaymentState(readText(content, 'paymentStatus'))
      return {
        tradeNo: readText(content, 'paymentId'),
        orderNo: readText(content, 'paymentRequestId'),
        state,
        amount: readAmount(content, 'paymentAmount'),
        paidAt: state === 'PAID' ? readOptionalTime(content, 'paymentTime') : null,
        reason: state === 'FAILED' ? readOptionalText(content, 'paymentFailReason') : null,
      }
    })
  }
}

/** A verified answer about another order is not an answer to this call. */
function expectSame(content: JsonObject, name: string, expected: string, presence: 'required' | 'optional'): void {
  const value = presence === 'required' ? readText(content, name) : readOptionalText(content, name, 64)
  if (value !== null && value !== expected) throw new NotUnderstood(`"${name}" is that of another order.`)
}

function checkNumber(value: string, name: string): void {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(value)) {
    throw refuseArgument(name, 'expected 1 to 64 letters, digits, "-" or "_"', value)
  }
}

/** What the wallet would refuse anyway is said here, before the network, and by the name the caller used. */
function checkCreate(order: CreateOrder): void {
  checkNumber(order.orderNo, 'orderNo')
  asObject(order.amount, '"amount"')
  if (order.amount.minor <= 0n) throw refuseArgument('amount', 'expected more than zero', order.orderNo)
  if (order.title === '' || order.title.length > 256) {
    throw refuseArgument('title', 'expected 1 to 256 characters', order.orderNo)
  }
  if ((order.description?.length ?? 0) > 256) {
    throw refuseArgument('description', 'expected at most 256 characters', order.orderNo)
  }
}

function refuseArgument(name: string, expected: string, requestId: string): TradePayError {
  return new TradePayError(`"${name}" cannot be sent: ${expected}.`, {
    code: 'INVALID_ARGUMENT',
    requestId: requestId.slice(0, 64),
    isUnknown: false,
  })
}

/** An option given as undefined means its default. */
function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}
