/**
 * Fills the world through the wallet's own services: people with money and bank accounts, two merchants with their fees,
 * clients and keys, the coffee shop's mini program. May be repeated: what is there stays as it is, so a restart or a kill half-way does no harm.
 */
import { createHash } from 'node:crypto'
import { WalletError } from '@tradepay/contract'
import { pack } from '@tradepay/mini-program/packager'
import type { ReleaseSettings, Rooms } from '@tradepay/wallet-server'
import type { SandboxKeys } from '../keys.ts'
import type { SeededBankAccount } from './bank-accounts.ts'
import { coffeeShop, integration, people, type Person, type SeededApp } from './people.ts'

/** The merchant's server that the coffee shop's mini program talks to. */
export interface ShopPlace {
  /** Without a trailing slash. */
  url: string
  /** Where its notifications go. */
  notifyUrl: string
  /** Folder of its mini program. */
  programFolder: string
}

export interface Seeding {
  rooms: Rooms
  keys: SandboxKeys
  shop: ShopPlace
  /** True right after the world was emptied: then nothing is looked up, because rooms remember for some seconds. */
  fresh: boolean
}

export async function seedWorld(seeding: Seeding): Promise<void> {
  for (const person of people) await seedPerson(seeding, person)
  await seedApp(seeding, coffeeShop, seeding.shop.notifyUrl)
  await releaseShop(seeding)
  await seedApp(seeding, integration, null)
}

async function seedPerson({ rooms, fresh }: Seeding, person: Person): Promise<void> {
  const { users, topUps, payments } = rooms
  const { userId, name, loginId, pin, balances, limits } = person
  const there = fresh ? null : await unlessMissing('USER_NOT_FOUND', users.get(userId))
  if (!there) {
    await users.register({ userId, name, loginId, pin, currencies: balances.map(({ currency }) => currency) })
  }
  await linkAll(rooms, userId, person.bankAccounts)
  if (limits) await payments.setLimits(userId, 'CNY', limits)
  if (there?.frozen) return
  for (const amount of balances) await topUps.give({ topUpId: `seed-${userId}-${amount.currency}`, userId, amount })
  if (person.frozen) await users.setFrozen(userId, true)
}

async function linkAll({ fundings }: Rooms, ownerId: string, accounts: readonly SeededBankAccount[]): Promise<void> {
  for (const { ref, label, currency } of accounts) await fundings.link({ ownerId, bankRef: ref, label, currency })
}

async function seedApp(seeding: Seeding, app: SeededApp, notifyUrl: string | null): Promise<void> {
  const { rooms, keys, fresh } = seeding
  const { merchants, programs } = rooms
  const { merchantId, name, currencies, feeBasisPoints, bankAccounts } = app.merchant
  const there = fresh ? null : await unlessMissing('CLIENT_UNKNOWN', merchants.client(app.clientId))
  if (!there) {
    await unlessTaken(merchants.register({ merchantId, name, currencies, feeBasisPoints }))
    await merchants.registerClient({ merchantId, clientId: app.clientId, name: app.name, notifyUrl })
  } else if (notifyUrl !== null && there.notifyUrl !== notifyUrl) {
    // The shop's port may have changed; an address that somebody gave the integration app stays.
    await merchants.setNotifyUrl(app.clientId, notifyUrl)
  }
  // A world that an earlier version made knew of no fees.
  if (there) await merchants.setFee(merchantId, feeBasisPoints)
  await linkAll(rooms, merchantId, bankAccounts)
  // Whose key was rotated at the sandbox door has others by now.
  if (!there || there.keys.length === 0) {
    const { publicKey } = await keys.merchant(app.key)
    await merchants.addKey(app.clientId, FIRST_KEY_VERSION, publicKey)
  }
  if (fresh || !(await programs.exists(app.appId))) {
    await programs.register({
      appId: app.appId,
      merchantId,
      name: app.name,
      slogan: app.slogan,
      clientIds: [app.clientId],
      payOnlyOwnOrders: true,
    })
  }
}

const FIRST_KEY_VERSION = 1

/** Packs the shop's mini program and shows it, unless these bytes with these settings are shown already. */
async function releaseShop({ rooms: { programs }, shop }: Seeding): Promise<void> {
  const { bytes, manifest } = await pack(shop.programFolder)
  const version = `1.0.0+${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`
  const { host } = new URL(shop.url)
  const settings: ReleaseSettings = { requestDomains: [host], imageDomains: [host], extConfig: { shopUrl: shop.url } }
  const live = await unlessMissing('PROGRAM_NOT_FOUND', programs.resolve(coffeeShop.appId))
  // Written again even when the row is there: the folder of packages may have been lost.
  await programs.addVersion({ appId: coffeeShop.appId, version, packed: bytes, manifest })
  if (live?.version === version && sameSettings(live.settings, settings)) return
  await programs.release({ appId: coffeeShop.appId, version, settings })
}

function sameSettings(a: ReleaseSettings, b: ReleaseSettings): boolean {
  const text = ({ requestDomains, imageDomains, extConfig }: ReleaseSettings): string =>
    JSON.stringify([requestDomains, imageDomains, Object.entries(extConfig).sort()])
  return text(a) === text(b)
}

async function unlessMissing<Found>(code: WalletError['code'], found: Promise<Found>): Promise<Found | null> {
  try {
    return await found
  } catch (error) {
    if (error instanceof WalletError && error.code === code) return null
    throw error
  }
}

/** A merchant may be there without its client, when a start was killed between the two. */
async function unlessTaken(register: Promise<unknown>): Promise<void> {
  try {
    await register
  } catch (error) {
    if (!(error instanceof WalletError && error.details.field === 'merchantId')) throw error
  }
}
