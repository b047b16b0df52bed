/** Payments from the bank: the truth comes out whatever the bank says first, and money that comes too late goes back. */
import { bankControlPaths, sandboxPaths } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import { errorOf, leo, mei, sam, useBankSandbox } from './bank-sandbox.ts'
import { callAt, createOrder } from './support.ts'

const at = useBankSandbox()

describe('a payment from the bank', () => {
  it('that the bank answers at once is processing for the user, then paid', async () => {
    const before = {
      bank: await at.bankBalance(),
      wallet: await at.walletBalance(),
      merchant: await at.merchantBalance(),
    }
    const tradeNo = await createOrder(at.sandbox)
    expect(await at.confirm(tradeNo)).toMatchObject({ status: 200, body: { outcome: 'PROCESSING', paidAt: null } })
    await at.paymentComes(tradeNo, 'SUCCEEDED')
    expect(await at.order(tradeNo)).toMatchObject({ state: 'PAID', processingPaymentId: null })
    expect(before.bank - (await at.bankBalance())).toBe(1250n)
    expect((await at.merchantBalance()) - before.merchant).toBe(1250n)
    expect(await at.walletBalance(), 'the balance has nothing to do with it').toBe(before.wallet)
    expect((await at.confirm(tradeNo)).body).toMatchObject({ outcome: 'SUCCEEDED' })
    expect(before.bank - (await at.bankBalance())).toBe(1250n)
  })

  it('that the bank answers later waits for it, and nobody else can pay meanwhile', async () => {
    const tradeNo = await createOrder(at.sandbox)
    const before = await at.bankBalance()
    const first = await at.confirm(tradeNo, { answers: 'LATER', seconds: 120 })
    expect(first.body['outcome']).toBe('PROCESSING')
    await at.isAtTheBank(tradeNo)
    expect((await at.confirm(tradeNo, { answers: 'NOW' })).body, 'asking again asks nothing').toEqual(first.body)
    const other = await at.call(sandboxPaths.confirm(tradeNo), { body: { userId: leo.userId } })
    expect([other.status, errorOf(other)['code']]).toEqual([409, 'PAYMENT_PROCESSING'])
    expect(await at.bankBalance()).toBe(before)

    await at.advance(121)
    await at.paymentComes(tradeNo, 'SUCCEEDED')
    expect(before - (await at.bankBalance())).toBe(1250n)
    expect(await at.timesPaid(tradeNo)).toBe(1)
  })

  it('that the bank never answers stays processing, is listed with its age, and breaks nothing', async () => {
    const tradeNo = await createOrder(at.sandbox)
    await at.confirm(tradeNo, { answers: 'NEVER' })
    await at.isAtTheBank(tradeNo)
    await at.advance(600)
    const { paymentId } = (await at.payment(tradeNo))!
    const [asked] = await at.rooms.fundings.of(paymentId)
    expect(await at.payment(tradeNo)).toMatchObject({ state: 'PROCESSING' })
    const listed = (await at.compared()).processing
    expect(listed).toEqual([
      expect.objectContaining({ orderId: asked!.fundingId, amount: '1250 CNY', atTheBank: 'PROCESSING' }),
    ])
    expect(listed[0]!.ageSeconds).toBeGreaterThanOrEqual(600)

    // Somebody at the bank makes up its mind.
    await callAt(at.sandbox.world.bankUrl, bankControlPaths.decide(asked!.fundingId), { body: {} })
    await at.paymentComes(tradeNo, 'SUCCEEDED')
    expect((await at.compared()).processing).toEqual([])
  })

  it('whose outcome the bank pushes twice is paid once', async () => {
    const tradeNo = await createOrder(at.sandbox)
    const before = await at.merchantBalance()
    await at.confirm(tradeNo, { answers: 'TWICE' })
    await at.paymentComes(tradeNo, 'SUCCEEDED')
    await at.advance(5)
    expect((await at.merchantBalance()) - before).toBe(1250n)
    expect(await at.timesPaid(tradeNo)).toBe(1)
  })

  it('that the bank first denies ends with the truth: the money is there', async () => {
    const tradeNo = await createOrder(at.sandbox)
    const before = await at.bankBalance()
    await at.confirm(tradeNo, { answers: 'CONTRADICT' })
    await at.paymentComes(tradeNo, 'SUCCEEDED')
    expect(before - (await at.bankBalance())).toBe(1250n)
    const questions = (await at.timeline(tradeNo)).flatMap(({ facts }) => facts?.['answer'] ?? [])
    expect(questions.slice(0, 3)).toEqual(['FAILED', 'SUCCEEDED', 'SUCCEEDED'])
  })

  it('that the bank first claims to have is not believed: the account is empty', async () => {
    const { rooms } = at
    const empty = (await rooms.fundings.bankAccounts(mei.userId)).find(({ bankRef }) => bankRef === 'mei-empty')!
    const tradeNo = await createOrder(at.sandbox)
    await at.nextAtBank({ answers: 'CONTRADICT' }, 'mei-empty')
    const { amount } = await at.order(tradeNo)
    const source = { channel: 'BANK', bankAccountId: empty.bankAccountId } as const
    await rooms.payments.confirm({ tradeNo, payerId: mei.userId, amount, source })
    await at.paymentComes(tradeNo, 'FAILED')
    expect(await at.order(tradeNo)).toMatchObject({ state: 'CREATED', processingPaymentId: null })
  })

  it('whose answer is lost is found by asking again', async () => {
    const tradeNo = await createOrder(at.sandbox)
    const before = await at.bankBalance()
    await at.confirm(tradeNo, { answers: 'LOST' })
    await at.paymentComes(tradeNo, 'SUCCEEDED')
    expect(before - (await at.bankBalance())).toBe(1250n)
    const [told] = await at.sandbox.bank.orders.list('mei-now')
    expect(told).toMatchObject({ behaviour: { answers: 'LOST' }, state: 'SUCCEEDED' })
  })

  it('about which the bank keeps changing its mind is settled when it stops', async () => {
    const tradeNo = await createOrder(at.sandbox)
    const before = await at.bankBalance()
    await at.confirm(tradeNo, { answers: 'FLAP' })
    await at.paymentComes(tradeNo, 'SUCCEEDED')
    expect(before - (await at.bankBalance())).toBe(1250n)
    expect(await at.timesPaid(tradeNo)).toBe(1)
  })

  it('that the bank refuses leaves the order payable, and it is paid from the balance', async () => {
    const tradeNo = await createOrder(at.sandbox)
    const before = { bank: await at.bankBalance(), wallet: await at.walletBalance() }
    await at.confirm(tradeNo, { answers: 'REFUSE', failure: 'ACCOUNT_CLOSED' })
    await at.paymentComes(tradeNo, 'FAILED')
    expect(await at.payment(tradeNo)).toMatchObject({ failure: 'BANK_REFUSED', returned: null })
    expect((await at.order(tradeNo)).state).toBe('CREATED')
    const paid = await at.call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })
    expect(paid.body['outcome']).toBe('SUCCEEDED')
    expect([await at.bankBalance(), before.wallet - (await at.walletBalance())]).toEqual([before.bank, 1250n])
  })

  it('of more than lies on the account fails, and nothing moves', async () => {
    const tradeNo = await createOrder(at.sandbox, { value: '20001' })
    await at.confirm(tradeNo, undefined, sam.userId)
    const own = () => at.rooms.payments.ofOrder(sam.userId, tradeNo)
    await at.comes<string | undefined>(async () => (await own())?.state, 'FAILED')
    expect(await at.bankBalance('sam-now')).toBe(20_000n)
    expect((await at.order(tradeNo)).state).toBe('CREATED')
  })

  it('goes on after the sandbox was stopped and started in the middle', async () => {
    const tradeNo = await createOrder(at.sandbox)
    const before = await at.bankBalance()
    await at.confirm(tradeNo, { answers: 'LATER', seconds: 60 })
    await at.isAtTheBank(tradeNo)
    await at.restart()
    expect(await at.payment(tradeNo)).toMatchObject({ state: 'PROCESSING' })
    await at.advance(60)
    await at.paymentComes(tradeNo, 'SUCCEEDED')
    expect(before - (await at.bankBalance())).toBe(1250n)
  })
})

describe('money that comes too late', () => {
  async function lateOrder(): Promise<string> {
    const tradeNo = await createOrder(at.sandbox)
    await at.confirm(tradeNo, { answers: 'LATER', seconds: 1000 })
    await at.isAtTheBank(tradeNo)
    await at.advance(901)
    await at.comes(async () => (await at.order(tradeNo)).state, 'CLOSED')
    expect(await at.payment(tradeNo)).toMatchObject({ state: 'PROCESSING' })
    return tradeNo
  }

  it('for an order that expired while the bank thought goes back by itself', async () => {
    const before = { bank: await at.bankBalance(), merchant: await at.merchantBalance() }
    const tradeNo = await lateOrder()
    await at.advance(100)
    await at.comes(async () => (await at.payment(tradeNo))?.returned ?? null, 'RETURNED')
    expect(await at.payment(tradeNo)).toMatchObject({ state: 'FAILED' })
    expect(await at.order(tradeNo)).toMatchObject({ state: 'CLOSED', closeReason: 'EXPIRED', payerId: null })
    expect(await at.bankBalance()).toBe(before.bank)
    expect(await at.merchantBalance()).toBe(before.merchant)
    const outcomes = (await at.timeline(tradeNo)).flatMap(({ facts }) => facts?.['outcome'] ?? [])
    expect(outcomes).toEqual(expect.arrayContaining(['CLOSED', 'LATE', 'RETURNED']))
  })

  it('is kept for the payer in the balance when the bank does not take it back', async () => {
    const before = { bank: await at.bankBalance(), wallet: await at.walletBalance() }
    const tradeNo = await lateOrder()
    await at.nextAtBank({ answers: 'REFUSE', failure: 'ACCOUNT_CLOSED' })
    await at.advance(100)
    await at.comes(async () => (await at.payment(tradeNo))?.returned ?? null, 'RETURNED_TO_BALANCE')
    expect([before.bank - (await at.bankBalance()), (await at.walletBalance()) - before.wallet]).toEqual([1250n, 1250n])
  })
})
