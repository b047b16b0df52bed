/** Top-ups, pay-outs and refunds over the bank: money moves once, or comes back. */
import { randomBytes } from 'node:crypto'
import { sandboxPaths, type BankBehaviour } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import { mei, useBankSandbox } from './bank-sandbox.ts'
import { createOrder } from './support.ts'

const at = useBankSandbox()

describe('the other ways over the border', () => {
  it.each<[string, BankBehaviour, 'SUCCEEDED' | 'FAILED']>([
    ['at once', { answers: 'NOW' }, 'SUCCEEDED'],
    ['later', { answers: 'LATER', seconds: 30 }, 'SUCCEEDED'],
    ['with its answer lost', { answers: 'LOST' }, 'SUCCEEDED'],
    ['first denying it', { answers: 'CONTRADICT' }, 'SUCCEEDED'],
    ['not at all', { answers: 'REFUSE' }, 'FAILED'],
  ])('a top-up that the bank does %s', async (_how, behaviour, state) => {
    const { rooms } = at
    const [account] = await rooms.fundings.bankAccounts(mei.userId, 'CNY')
    const topUpId = randomBytes(8).toString('hex')
    const before = { bank: await at.bankBalance(), wallet: await at.walletBalance() }
    await at.nextAtBank(behaviour)
    const amount = { currency: 'CNY', minor: 7_700n }
    await rooms.topUps.fromBank({ topUpId, userId: mei.userId, bankAccountId: account!.bankAccountId, amount })
    await at.comes(async () => (await rooms.topUps.find(mei.userId, topUpId))?.state, state)
    const moved = state === 'SUCCEEDED' ? 7_700n : 0n
    expect([before.bank - (await at.bankBalance()), (await at.walletBalance()) - before.wallet]).toEqual([moved, moved])
  })

  it.each<[string, BankBehaviour, 'SUCCEEDED' | 'FAILED']>([
    ['takes', { answers: 'NOW' }, 'SUCCEEDED'],
    ['takes, contradicting itself', { answers: 'CONTRADICT' }, 'SUCCEEDED'],
    ['refuses', { answers: 'REFUSE', failure: 'ACCOUNT_CLOSED' }, 'FAILED'],
  ])('a pay-out that the bank %s', async (_how, bank, state) => {
    const tradeNo = await createOrder(at.sandbox, { value: '30000' })
    await at.call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })
    const before = { bank: await at.bankBalance('integration-cny'), merchant: await at.merchantBalance() }
    const path = sandboxPaths.payOuts(at.app.merchantId)
    const request = { requestId: randomBytes(8).toString('hex'), amount: { currency: 'CNY', value: '30000' } }
    const first = await at.call(path, { body: { ...request, bank } })
    expect([first.status, first.body['state']]).toEqual([200, 'PROCESSING'])
    await at.comes(async () => (await at.call(path, { body: request })).body['state'], state)
    const moved = state === 'SUCCEEDED' ? 30_000n : 0n
    expect((await at.bankBalance('integration-cny')) - before.bank).toBe(moved)
    expect(before.merchant - (await at.merchantBalance())).toBe(moved)
    const { payOutId } = (await at.call(path, { body: request })).body
    expect(payOutId).toBe(first.body['payOutId'])
  })

  it.each<[string, BankBehaviour, 'SUCCEEDED' | 'FAILED']>([
    ['takes', { answers: 'NOW' }, 'SUCCEEDED'],
    ['takes later', { answers: 'LATER', seconds: 60 }, 'SUCCEEDED'],
    ['refuses', { answers: 'REFUSE', failure: 'ACCOUNT_CLOSED' }, 'FAILED'],
  ])('a refund of a payment by bank, which the bank %s', async (_how, behaviour, state) => {
    const { rooms } = at
    const { clientId } = at.app
    const tradeNo = await createOrder(at.sandbox)
    await at.confirm(tradeNo)
    await at.paymentComes(tradeNo, 'SUCCEEDED')
    const before = { bank: await at.bankBalance(), merchant: await at.merchantBalance() }
    await at.nextAtBank(behaviour)
    const { refund } = await rooms.refunds.refund({
      clientId,
      order: { tradeNo },
      requestId: randomBytes(8).toString('hex'),
      scope: 'CLIENT',
      amount: { currency: 'CNY', minor: 500n },
      reason: null,
      notifyUrl: null,
      content: { refundAmount: 'CNY 500' },
    })
    expect(refund.state).toBe('PROCESSING')
    await at.comes(async () => (await rooms.refunds.inquire(clientId, { refundId: refund.refundId })).state, state)
    const moved = state === 'SUCCEEDED' ? 500n : 0n
    expect([(await at.bankBalance()) - before.bank, before.merchant - (await at.merchantBalance())]).toEqual([
      moved,
      moved,
    ])
    expect((await at.order(tradeNo)).refunded).toBe(moved)
    const own = (await at.timeline(tradeNo)).filter(({ facts }) => facts?.['refundId'] === refund.refundId)
    expect(own.map(({ facts }) => facts?.['outcome']).filter(Boolean)).toEqual(['PROCESSING', state])
  })
})
