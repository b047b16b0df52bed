/**
 * A wallet with a bank that does as it is told, for the tests of everything that crosses the wallet's border.
 */
import { expect } from 'vitest'
import { money } from '@tradepay/money'
import { createFundingService } from '../src/funding/service.ts'
import type { BankAccount, Funding, FundingAnswer, FundingOwner, FundingService } from '../src/funding/types.ts'
import type { TopUp } from '../src/top-up/types.ts'
import type { User } from '../src/user/types.ts'
import { aBankAccount, aUser, WALLET_AT_BANK, type TestWorld } from './support/index.ts'

/** A user without a cent, and their bank account. */
export async function aUserWithBank(world: Pick<TestWorld, 'rooms'>): Promise<{ user: User; account: BankAccount }> {
  const user = await aUser(world, { balance: 0n })
  return { user, account: await aBankAccount(world, user.userId) }
}

let topUps = 0

/** A top-up from the bank that nobody has asked the bank for yet. */
export async function aTopUp(
  world: Pick<TestWorld, 'rooms'>,
  { user, account }: { user: Pick<User, 'userId'>; account: BankAccount },
  minor = 5_000n,
): Promise<TopUp & { fundingId: string }> {
  const topUp = await world.rooms.topUps.fromBank({
    topUpId: `bank-top-up-${++topUps}`,
    userId: user.userId,
    bankAccountId: account.bankAccountId,
    amount: money(account.currency, minor),
  })
  return { ...topUp, fundingId: (await fundingOf(world, topUp.topUpId)).fundingId }
}

/** The only funding of a subject. */
export async function fundingOf(
  world: Pick<TestWorld, 'rooms'>,
  subjectId: string,
): Promise<Funding & { log: FundingAnswer[] }> {
  const fundings = await world.rooms.fundings.of(subjectId)
  expect(fundings).toHaveLength(1)
  return fundings[0]!
}

/** What the bank answered, in order: "SUCCEEDED SUCCEEDED". */
export const answersOf = async (world: Pick<TestWorld, 'rooms'>, subjectId: string): Promise<string> =>
  (await fundingOf(world, subjectId)).log.map(({ answer }) => answer).join(' ')

/** Moves the clock to when the funding is due and asks. Answers the pause in seconds. */
export async function askWhenDue(world: TestWorld, subjectId: string): Promise<number> {
  const { dueAt } = await fundingOf(world, subjectId)
  if (!dueAt) throw new Error(`The funding of ${subjectId} is not due any more.`)
  const before = world.clock.now().getTime()
  world.clock.set(new Date(Math.max(before, dueAt.getTime())))
  await world.rooms.fundings.askDue()
  return Math.max(0, dueAt.getTime() - before) / 1000
}

/**
 * What both sides say must be one: what the bank holds for the wallet is what the wallet's clearing accounts say it does,
 * and the ledger finds nothing wrong. Only when nothing is waiting and no bank has lied.
 */
export async function expectBooksAgree({ database, rooms, bank }: TestWorld): Promise<void> {
  const { rows } = await database.pool.query<{ id: string }>(
    "select id from accounts where kind = 'BANK_CLEARING' order by id",
  )
  const clearing = await rooms.ledger.accounts(rows.map(({ id }) => id))
  expect(clearing.reduce((sum, { available }) => sum - available, 0n)).toBe(bank.balance(WALLET_AT_BANK))
  expect(await rooms.ledger.verify()).toEqual([])
}

/** A funding room of its own, whose owner of RETURN settles nothing unless the test does, and writes down what it hears. */
export function quietRooms(
  world: Pick<TestWorld, 'deps' | 'rooms'>,
  settle: FundingOwner['settle'] = async () => undefined,
): { fundings: FundingService; heard: { settled: string[]; answered: string[] } } {
  const heard = { settled: [] as string[], answered: [] as string[] }
  const fundings = createFundingService(world.deps, world.rooms.ledger, () => undefined)
  fundings.own('RETURN', {
    settle,
    settled: (funding, outcome) => heard.settled.push(`${funding.subjectId} ${outcome.state}`),
    answered: (funding, { attempt, question, answer }) =>
      heard.answered.push(`${funding.subjectId} ${attempt} ${question} ${answer}`),
  })
  return { fundings, heard }
}
