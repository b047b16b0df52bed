/** `tradepay notifications` and `tradepay endpoints`: what an operator sees, and which options are refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  aMerchantWithClient,
  aPaidOrder,
  aUser,
  createTestWorld,
  refusal,
  type TestWorld,
} from '@tradepay/wallet-server/testing'
import { CommandError } from '../src/command-error.ts'
import { endpoints, notifications, type EndpointsOptions, type NotificationsOptions } from '../src/notifications.ts'
import { throwawayFolder, tradepay } from './support.ts'

let world: TestWorld
let told: string
let down: string
beforeAll(async () => {
  world = await createTestWorld()
  // The command asks for the days before now, so the orders are of today.
  world.clock.set(new Date())
  world.transport.on('https://down.example', () => refusal)
  const [shop, user] = [await aMerchantWithClient(world), await aUser(world)]
  told = (await aPaidOrder(world, shop, user)).order.tradeNo
  down = (await aPaidOrder(world, shop, user, { notifyUrl: 'https://down.example/n' })).order.tradeNo
  while ((await world.rooms.notifications.deliverDue()) > 0);
})
afterAll(() => world.close())

const env = (): Record<string, string> => ({ TRADEPAY_DATABASE_URL: world.database.url })
const list = (about: Partial<NotificationsOptions> = {}): Promise<string> =>
  notifications({ days: '7', limit: '50', data: '.nowhere', ...about }, env())
const health = (about: Partial<EndpointsOptions> = {}): Promise<string> =>
  endpoints({ hours: '24', limit: '50', data: '.nowhere', ...about }, env())

describe('tradepay notifications', () => {
  it('lists them, by state, order and address', async () => {
    expect((await list()).split('\n')).toHaveLength(2)
    expect(await list({ state: 'DUE' })).toMatch(
      new RegExp(`DUE +ORDER_PAID ${down} #2, 1 attempts, next .*down.example/n$`),
    )
    expect(await list({ tradeNo: told })).toMatch(
      new RegExp(`DELIVERED ORDER_PAID ${told} #2, 1 attempts  https://shop`),
    )
    expect(await list({ url: 'https://down.example/n', state: 'DELIVERED' })).toBe('There is none.')
  })

  it('shows every attempt of one with its reason, and no body', async () => {
    const { notificationId } = (await world.rooms.notifications.of(down))[0]!
    const output = await list({ id: notificationId })
    expect(output).toMatch(/\n {2}1\. .* ms, status 500: 500, and the body is not "success"$/)
    expect(output).not.toContain('payerId')
  })

  it.each([
    [{ state: 'LOST' }, '--state is "LOST"'],
    [{ days: '0' }, '--days is "0"'],
    [{ days: 'many' }, '--days is "many"'],
    [{ limit: '1001' }, '--limit is "1001"'],
    [{ id: '1' }, 'No notification 1 was ever sent'],
  ])('refuses %j in words', async (about, words) => {
    const refused = list(about)
    await expect(refused).rejects.toBeInstanceOf(CommandError)
    await expect(refused).rejects.toThrow(words)
  })

  it('refuses a folder without a wallet', async () => {
    const data = await throwawayFolder()
    await expect(notifications({ days: '7', limit: '50', data }, {})).rejects.toThrow('There is no wallet in')
  })
})

describe('tradepay endpoints', () => {
  it('puts the one in trouble first', async () => {
    const output = await health()
    expect(output.startsWith('https://down.example/n\n')).toBe(true)
    expect(output).toMatch(/0 of 1 acknowledged, 95 % within [0-9]+ ms; 1 failures in a row; 0 due, 1 waiting/)
    expect(output).toMatch(/https:\/\/shop.example\/notify\n {2}1 of 1 acknowledged/)
    expect((await health({ limit: '1' })).match(/https:/g)).toHaveLength(1)
  })

  it.each(['0', '-1', 'day', '9000'])('refuses --hours %s', async (hours) => {
    await expect(health({ hours })).rejects.toThrow(`--hours is "${hours}"`)
  })

  it('is a command', async () => {
    const { code, output } = await tradepay(['endpoints', '--hours', '1'], env()).ended
    expect([code, output]).toEqual([0, expect.stringContaining('https://down.example/n') as string])
  }, 60_000)
})
