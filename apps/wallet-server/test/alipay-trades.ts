/**
 * Trades at the gateway, for the tests of the Alipay door: made, paid and looked at by signed calls; only the user's part is
 * played through the payment room.
 */
import type { AlipayMethod } from '@tradepay/contract'
import { expect } from 'vitest'
import { callAlipay, tradeRequest, type AlipayAnswer, type AlipayCall, type Doors } from './merchant-doors.ts'
import { aBankAccount, aUser } from './support/index.ts'

export interface Trade {
  tradeNo: string
  outTradeNo: string
}

/** Calls a method; every answer is verified, and of HTTP status 200. */
export async function callMethod(
  doors: Doors,
  method: AlipayMethod,
  content: object | string,
  call: AlipayCall = {},
): Promise<Record<string, unknown>> {
  const answer = await callForAnswer(doors, method, content, call)
  return answer.node
}

/** The same, for whoever looks at the whole answer. */
export async function callForAnswer(
  doors: Doors,
  method: AlipayMethod,
  content: object | string,
  call: AlipayCall = {},
): Promise<AlipayAnswer> {
  const answer = await callAlipay(doors, { content, ...call, parameters: { method, ...call.parameters } })
  expect(answer).toMatchObject({ status: 200, verified: true, nodeName: `${method.replaceAll('.', '_')}_response` })
  return answer
}

/** A trade that waits to be paid; default 12.50 yuan. */
export async function aTrade(doors: Doors, about: Record<string, unknown> = {}): Promise<Trade> {
  const content = tradeRequest(about)
  const node = await callMethod(doors, 'alipay.trade.create', content)
  expect(node).toMatchObject({ code: '10000' })
  return { tradeNo: String(node['trade_no']), outTradeNo: String(content['out_trade_no']) }
}

let payers = 0

/** A new user pays a trade from the balance (10,000.00 before). @returns the user's id */
export async function pay(doors: Doors, { tradeNo }: Trade): Promise<string> {
  // Doors that share a database must not share a login.
  const { userId } = await aUser(doors, { balance: 1_000_000n, loginId: `payer-${++payers}@example.com` })
  const { amount } = await doors.rooms.orders.find(tradeNo)
  await doors.rooms.payments.confirm({ tradeNo, payerId: userId, amount })
  return userId
}

/** A trade that a new user has paid. */
export async function aPaidTrade(
  doors: Doors,
  about: Record<string, unknown> = {},
): Promise<Trade & { payerId: string }> {
  const trade = await aTrade(doors, about)
  return { ...trade, payerId: await pay(doors, trade) }
}

/** A trade that a new user has paid from a bank account, and the bank has said yes. */
export async function aTradePaidByBank(doors: Doors): Promise<Trade & { payerId: string }> {
  const trade = await aTrade(doors)
  const { userId } = await aUser(doors)
  const { bankAccountId } = await aBankAccount(doors, userId)
  const { tradeNo } = trade
  const { amount } = await doors.rooms.orders.find(tradeNo)
  const source = { channel: 'BANK', bankAccountId } as const
  await doors.rooms.payments.confirm({ tradeNo, payerId: userId, amount, source })
  await doors.rooms.fundings.askDue()
  return { ...trade, payerId: userId }
}

/** What a query says of a trade. */
export async function statusOf(doors: Doors, { tradeNo }: Trade): Promise<unknown> {
  return (await callMethod(doors, 'alipay.trade.query', { trade_no: tradeNo }))['trade_status']
}
