/** `tradepay owners`: an operator says who speaks for a merchant, and is told who does. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { User } from '@tradepay/wallet-server'
import { aMerchantWithClient, aUser, createTestWorld, type TestWorld } from '@tradepay/wallet-server/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeys } from '../src/keys.ts'
import { owners, type OwnersOptions } from '../src/owners.ts'
import { readServeSettings } from '../src/serve-settings.ts'
import { tradepay } from './support.ts'

let world: TestWorld
let folder: string
let merchantId: string
let mei: User
let sam: User
beforeAll(async () => {
  world = await createTestWorld()
  merchantId = (await aMerchantWithClient(world)).merchant.merchantId
  ;[mei, sam] = [await aUser(world, { name: 'Mei' }), await aUser(world, { name: 'Sam' })]
  folder = await mkdtemp(join(tmpdir(), 'tradepay-owners-'))
  await createKeys(folder)
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

const env = (): Record<string, string> => ({
  TRADEPAY_DATABASE_URL: world.database.url,
  TRADEPAY_PUBLIC_URL: 'https://wallet.example',
  TRADEPAY_PIN_PEPPER: 'x'.repeat(32),
  TRADEPAY_KEYS_DIR: folder,
  TRADEPAY_PACKAGES_DIR: folder,
})
const run = (options: OwnersOptions = {}, merchant = merchantId): Promise<string> =>
  owners(merchant, options, readServeSettings(env()))
const lineOf = ({ userId, loginId, name }: User): string => `${userId}  ${loginId}  ${name}`

describe('tradepay owners', () => {
  it('adds, lists and removes, and may be repeated', async () => {
    expect(await run()).toBe('Nobody speaks for this merchant.')
    expect(await run({ add: mei.loginId })).toBe(lineOf(mei))
    expect(await run({ add: mei.loginId })).toBe(lineOf(mei))
    expect(await run({ add: sam.loginId, remove: mei.loginId })).toBe(lineOf(sam))
    expect(await run({ remove: mei.loginId })).toBe(lineOf(sam))
    expect(await run({ remove: sam.loginId })).toBe('Nobody speaks for this merchant.')
  })

  it('refuses a login and a merchant that there is not, and changes nothing', async () => {
    await expect(run({ add: 'nobody@example.com' })).rejects.toThrow('No user signs in as "nobody@example.com".')
    await expect(run({ add: mei.loginId, remove: 'nobody@example.com' })).rejects.toThrow('No user signs in as')
    await expect(run({ add: mei.loginId }, '2088000000009999')).rejects.toThrow('"merchantId"')
    expect(await run()).toBe('Nobody speaks for this merchant.')
  })

  it('is a command', async () => {
    const { code, output } = await tradepay(['owners', merchantId, '--add', mei.loginId], env()).ended
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(lineOf(mei)) })
    expect((await tradepay(['owners', merchantId], { ...env(), TRADEPAY_PIN_PEPPER: '' }).ended).code).toBe(2)
  })
})
