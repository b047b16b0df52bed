/** `tradepay replay`: one notification of a production wallet once more, signed with its keys, and written down as by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  aMerchantWithClient,
  aPaidOrder,
  aUser,
  createTestWorld,
  refusal,
  type TestMerchant,
  type TestWorld,
} from '@tradepay/wallet-server/testing'
import type { User } from '@tradepay/wallet-server'
import { decodeSignature, parsePublicKey, parseSignatureHeader, verifySuperapp } from '@tradepay/signature'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandError } from '../src/command-error.ts'
import { createKeys } from '../src/keys.ts'
import { replay, type ReplayOptions } from '../src/replay.ts'
import { readServeSettings, type ServeSettings } from '../src/serve-settings.ts'
import { tradepay } from './support.ts'

let world: TestWorld
let shop: TestMerchant
let user: User
let folder: string
let settings: ServeSettings
beforeAll(async () => {
  world = await createTestWorld()
  world.clock.set(new Date())
  world.transport.on('https://down.example', () => refusal)
  ;[shop, user] = [await aMerchantWithClient(world), await aUser(world)]
  folder = await mkdtemp(join(tmpdir(), 'tradepay-replay-'))
  await createKeys(folder)
  await createKeys(folder)
  settings = readServeSettings({
    TRADEPAY_DATABASE_URL: world.database.url,
    TRADEPAY_PUBLIC_URL: 'https://wallet.example',
    TRADEPAY_PIN_PEPPER: 'x'.repeat(32),
    TRADEPAY_KEYS_DIR: folder,
    TRADEPAY_PACKAGES_DIR: folder,
  })
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

const again = (notificationId: string, options: ReplayOptions = {}): Promise<string> =>
  replay(notificationId, options, settings)

/** A paid order's notification, after one attempt. */
async function told(notifyUrl: string): Promise<string> {
  const { order } = await aPaidOrder(world, shop, user, { notifyUrl })
  while ((await world.rooms.notifications.deliverDue()) > 0);
  return (await world.rooms.notifications.of(order.tradeNo))[0]!.notificationId
}

/** Those of a wallet, by the process of the database that serves them. */
const connections = (): Promise<number[]> =>
  world.database.asSuperuser(async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and application_name = 'tradepay'`,
    )
    return rows.map(({ pid }) => pid)
  })

describe('tradepay replay', () => {
  it('sends it once more and says how that ended; what was delivered stays delivered', async () => {
    // A host that there can never be (RFC 2606): the attempt is real, and in vain.
    const notificationId = await told('https://shop.example/notify')
    const [notification, attempt] = (await again(notificationId)).split('\n')
    expect(notification).toMatch(new RegExp(`^${notificationId}  DELIVERED ORDER_PAID .*, 2 attempts  https://shop`))
    expect(attempt).toMatch(/^ {2}2\. by hand .* status none: /)
    expect((await world.rooms.notifications.find(notificationId)).log.map(({ byHand }) => byHand)).toEqual([
      false,
      true,
    ])
  })

  it('signs it with the newest of the wallet’s own keys', async () => {
    const notificationId = await told('https://shop.example/notify?shop=1')
    await again(notificationId)
    const { requestHeaders, requestBody } = (await world.rooms.notifications.find(notificationId)).log[1]!
    const { signature, keyVersion } = parseSignatureHeader(requestHeaders['Signature']!)
    const message = {
      method: 'POST',
      uri: '/notify',
      clientId: shop.client.clientId,
      time: requestHeaders['Request-Time']!,
      body: requestBody,
    }
    const publicKey = parsePublicKey(await readFile(join(folder, '2.public.pem'), 'utf8'))
    expect(keyVersion).toBe(2)
    expect(await verifySuperapp(message, decodeSignature(signature)!, publicKey)).not.toBeNull()
  })

  it('is refused for what is older than its address has acknowledged, unless that is asked for', async () => {
    const notifyUrl = 'https://shop.example/notify'
    const { order } = await aPaidOrder(world, shop, user, { notifyUrl })
    await world.rooms.refunds.refund({
      clientId: order.clientId,
      order: { tradeNo: order.tradeNo },
      requestId: 'refund-replay',
      scope: 'CLIENT',
      reason: null,
      notifyUrl,
      content: {},
      amount: order.amount,
    })
    while ((await world.rooms.notifications.deliverDue()) > 0);
    const { notificationId } = (await world.rooms.notifications.of(order.tradeNo))[0]!
    await expect(again(notificationId)).rejects.toThrow(/acknowledged number 3 of this order; .* --even-if-older\.$/)
    expect(await again(notificationId, { evenIfOlder: true })).toMatch(/ 2 attempts .*\n {2}2\. by hand /)
  })

  it('leaves no connection to the database, sent or refused', async () => {
    const notificationId = await told('https://shop.example/notify')
    const before = await connections()
    await again(notificationId)
    await expect(again('1')).rejects.toBeInstanceOf(CommandError)
    // A pool that nobody closes keeps its connections for ten seconds.
    await expect
      .poll(async () => (await connections()).filter((pid) => !before.includes(pid)), { timeout: 5_000 })
      .toEqual([])
  })

  it('reaches no private address, whatever the order says', async () => {
    expect(await again(await told('http://127.0.0.1:1/notify'))).toMatch(
      /by hand .*: The wallet does not connect to 127\.0\.0\.1: it is not a public address\.$/,
    )
  })

  it('is refused for what is still to be sent by itself, with the time, and writes nothing', async () => {
    const notificationId = await told('https://down.example/notify')
    await expect(again(notificationId)).rejects.toThrow(/still to be sent by itself, at \d{4}-/)
    expect((await world.rooms.notifications.find(notificationId)).log).toHaveLength(1)
  })

  it('is refused for a number that there is not, and for a wallet of the sandbox', async () => {
    await expect(again('1')).rejects.toBeInstanceOf(CommandError)
    await world.database.asSuperuser((client) => client.query('create schema sandbox; create table sandbox.world ()'))
    await expect(again('1')).rejects.toThrow('made by the sandbox')
  })

  it('is a command that names every setting it lacks', async () => {
    const { code, output } = await tradepay(['replay', '1']).ended
    expect(code).toBe(2)
    for (const name of ['TRADEPAY_DATABASE_URL', 'TRADEPAY_KEYS_DIR']) expect(output).toContain(name)
    expect(output).not.toContain('tradepay serve"')
  })
})
