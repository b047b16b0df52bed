/**
 * Turns a call of a step into a call of a room, as the doors do, and its result into an answer that the model understands.
 */
import { WalletError } from '@tradepay/contract'
import { money } from '@tradepay/money'
import {
  clientOf,
  clients,
  CURRENCY,
  merchants,
  ownAddress,
  requestIdOf,
  type Client,
  type Merchant,
  type OrderName,
  type User,
} from './cast.ts'
import type { Answer } from './explain.ts'
import { Crashed, RIGHT_PIN, type SimulatedServer } from './server.ts'
import { refundScopeOf, type Call } from './steps.ts'

/** The wallet's numbers of whom the calls name. */
export interface Directory {
  userId(user: User): string
  merchantId(merchant: Merchant): string
  clientId(client: Client): string
  /** The link to the owner's bank account; when it was removed, the one that there was. */
  bankAccountId(owner: User | Merchant): string
  /** What is linked when it is linked. */
  bankAccountOf(owner: User | Merchant): { ownerId: string; bankRef: string; label: string; currency: string }
  /** A number that no order has, where there is no such order. */
  tradeNo(order: OrderName): string
  /** The n-th of what the bank was asked, or a number that nobody knows. */
  fundingId(nth: number | null): string
  now(): Date
}

/** Performs a call. Refusals and lost answers are answers; anything else that is thrown is a bug of somebody's. */
export async function perform(call: Call, server: SimulatedServer, directory: Directory): Promise<Answer> {
  try {
    return await server.run((running) => room(call, running, directory))
  } catch (error) {
    if (error instanceof Crashed) return { code: 'UNKNOWN' }
    if (error instanceof WalletError) return { code: error.code === 'OUTCOME_UNKNOWN' ? 'UNKNOWN' : error.code }
    if (server.crashed || (server.faulty.fired && isLost(error))) return { code: 'UNKNOWN' }
    return {
      code: `an error that is no refusal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    }
  }
}

/** What the driver says of a dead connection. Reads that are no transaction pass it on; doors answer it as unknown. */
const isLost = (error: unknown): boolean =>
  error instanceof Error && /connection (terminated|error)/i.test(error.message)

async function room(call: Call, { rooms, cashier }: SimulatedServer, directory: Directory): Promise<Answer> {
  switch (call.do) {
    case 'create': {
      const client = clientOf(call.order)
      const { order, created } = await rooms.orders.create({
        clientId: directory.clientId(client),
        requestId: requestIdOf(call.order),
        family: clients[client].family,
        title: 'Two coffees',
        amount: money(call.currency, BigInt(call.amount)),
        appId: null,
        buyerId: call.buyer && directory.userId(call.buyer),
        notifyUrl: call.ownAddress ? ownAddress(client, 'orders') : null,
        expiresAt: call.expiresIn === null ? null : new Date(directory.now().getTime() + call.expiresIn * 1000),
        extra: {},
        content: { amount: `${call.currency} ${call.amount}` },
      })
      return { code: created ? 'CREATED' : 'EXISTS', id: order.tradeNo }
    }
    case 'confirm': {
      const { outcome, paymentId } = await cashier.confirm({
        userId: directory.userId(call.user),
        tradeNo: directory.tradeNo(call.order),
        amount: { currency: CURRENCY, value: String(call.amount) },
        methodId: call.by === 'BALANCE' ? 'BALANCE' : `BANK:${directory.bankAccountId(call.from)}`,
        pin: call.pin ? RIGHT_PIN : '000000',
      })
      return { code: outcome, id: paymentId }
    }
    case 'close': {
      const order = await rooms.orders.close(directory.clientId(clientOf(call.order)), numberOf(call, directory))
      return { code: order.state, id: order.tradeNo }
    }
    case 'cancel': {
      const { action, refund } = await rooms.refunds.cancel(
        directory.clientId(clientOf(call.order)),
        numberOf(call, directory),
      )
      return { code: action, id: refund?.refundId }
    }
    case 'refund': {
      const client = clientOf(call.order)
      const { refund } = await rooms.refunds.refund({
        clientId: directory.clientId(client),
        order: numberOf(call, directory),
        requestId: call.number,
        scope: refundScopeOf(call.order),
        amount: money(CURRENCY, BigInt(call.amount)),
        reason: null,
        notifyUrl: call.ownAddress ? ownAddress(client, 'refunds') : null,
        content: { order: call.order, amount: `${CURRENCY} ${call.amount}` },
      })
      return { code: refund.state, id: refund.refundId }
    }
    case 'top-up': {
      const topUp = await rooms.topUps.fromBank({
        topUpId: call.number,
        userId: directory.userId(call.user),
        bankAccountId: directory.bankAccountId(call.from),
        amount: money(CURRENCY, BigInt(call.amount)),
      })
      return { code: topUp.state }
    }
    case 'give': {
      const topUp = await rooms.topUps.give({
        topUpId: call.number,
        userId: directory.userId(call.user),
        amount: money(CURRENCY, BigInt(call.amount)),
      })
      return { code: topUp.state }
    }
    case 'pay-out': {
      const payOut = await rooms.payOuts.request({
        merchantId: directory.merchantId(call.merchant),
        requestId: call.number,
        bankAccountId: directory.bankAccountId(call.merchant),
        amount: money(CURRENCY, BigInt(call.amount)),
      })
      return { code: payOut.state }
    }
    case 'freeze':
      if (isMerchant(call.who)) await rooms.merchants.setFrozen(directory.merchantId(call.who), call.frozen)
      else await rooms.users.setFrozen(directory.userId(call.who), call.frozen)
      return { code: 'DONE' }
    case 'limit':
      await rooms.payments.setLimits(directory.userId(call.user), CURRENCY, {
        perPayment: call.perPayment === null ? null : BigInt(call.perPayment),
        perDay: call.perDay === null ? null : BigInt(call.perDay),
      })
      return { code: 'DONE' }
    case 'fee':
      await rooms.merchants.setFee(directory.merchantId(call.merchant), call.basisPoints)
      return { code: 'DONE' }
    case 'link':
      if (call.linked) await rooms.fundings.link(directory.bankAccountOf(call.user))
      else await rooms.fundings.unlink(directory.userId(call.user), directory.bankAccountId(call.user))
      return { code: 'DONE' }
    case 'inquire': {
      const order = await rooms.orders.inquire(directory.clientId(clientOf(call.order)), numberOf(call, directory))
      return { code: order.state, id: order.tradeNo }
    }
    case 'push':
      await rooms.fundings.lookAgain(directory.fundingId(call.nth))
      return { code: 'DONE' }
    case 'ask':
      await rooms.fundings.askDue()
      return { code: 'DONE' }
    case 'deliver':
      await rooms.notifications.deliverDue()
      return { code: 'DONE' }
    case 'expire orders':
      await rooms.orders.closeExpired()
      return { code: 'DONE' }
    case 'expire transfers':
      await rooms.ledger.expirePending()
      return { code: 'DONE' }
  }
}

const numberOf = (
  { order, named }: { order: OrderName; named: 'OURS' | 'THEIRS' },
  directory: Directory,
): { tradeNo: string } | { requestId: string } =>
  named === 'OURS' ? { tradeNo: directory.tradeNo(order) } : { requestId: requestIdOf(order) }

const isMerchant = (who: string): who is Merchant => (merchants as readonly string[]).includes(who)
