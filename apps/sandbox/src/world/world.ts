/**
 * The world as it is now: the seeded apps and people and those made at the doors, as `sandbox.json` lists them. Whoever
 * changes it waits for its turn, so that nothing is made while a reset empties it, and every change is told.
 */
import { invalidParameter, WalletError, type SandboxApp, type SandboxWorld } from '@tradepay/contract'
import { standardWebhooks, type Rooms, type Settings } from '@tradepay/wallet-server'
import type { SandboxKeys } from '../keys.ts'
import type { MadeApp, MadePerson, MadeStore } from './made.ts'
import { coffeeShop, integration, people, type SeededApp } from './people.ts'

export interface World {
  /** The coffee shop first, the integration app last. */
  apps(): Promise<SandboxApp[]>
  /** @throws WalletError CLIENT_UNKNOWN, naming the apps there are */
  app(appId: string): Promise<SandboxApp>
  /**
   * An app that its owner may change: the coffee shop's server runs with the keys that it was started with.
   * @throws WalletError CLIENT_UNKNOWN, INVALID_PARAMETER
   */
  changeableApp(appId: string): Promise<SandboxApp>
  /** The seeded ones first. */
  people(): Promise<MadePerson[]>
  /** @throws WalletError USER_NOT_FOUND: only of these people does the sandbox know the PIN */
  person(userId: string): Promise<MadePerson>
  /** A version that the app has never had. */
  nextKeyVersion(clientId: string): Promise<number>
  /** What `sandbox.json` says. */
  describe(): Promise<SandboxWorld>
  /** Runs `work` when every change before it is done, and tells of it afterwards. */
  change<Result>(work: () => Promise<Result>): Promise<Result>
}

export interface WorldParts {
  rooms: Rooms
  settings: Settings
  keys: SandboxKeys
  made: MadeStore
  /** Everything of `sandbox.json` that stays as it is. */
  addresses: Omit<SandboxWorld, 'apps' | 'users'>
  onChange: (world: SandboxWorld) => Promise<void>
}

export function createWorld({ rooms, settings, keys, made, addresses, onChange }: WorldParts): World {
  const webhooks = standardWebhooks(settings)
  let turn: Promise<unknown> = Promise.resolve()

  const madeApps = async (): Promise<MadeApp[]> => [
    seededApp(coffeeShop),
    ...(await made.apps()),
    seededApp(integration),
  ]

  async function describeApp({ clientId, merchantId, name, currency }: MadeApp): Promise<SandboxApp> {
    const client = await rooms.merchants.client(clientId)
    const keyVersions = client.keys.map(({ version }) => version)
    const keyVersion = keyVersions[0]!
    const [webhookSecret] = webhooks.secrets(clientId)
    return {
      name,
      appId: clientId,
      clientId,
      merchantId,
      currency,
      privateKey: await privateKeyOf(clientId, keyVersion),
      keyVersion,
      keyVersions,
      walletPublicKey: keys.wallet.publicKey,
      webhookSecret: webhookSecret!,
      notifyUrl: client.notifyUrl,
      dialect: client.dialect,
    }
  }

  /** Empty when the merchant made the pair. */
  async function privateKeyOf(clientId: string, version: number): Promise<string> {
    const kept = (await made.keys(clientId)).find((key) => key.version === version)
    if (kept) return kept.privateKey ?? ''
    const seeded = [coffeeShop, integration].find((app) => app.clientId === clientId)
    return seeded ? (await keys.merchant(seeded.key)).privateKey : ''
  }

  async function apps(): Promise<SandboxApp[]> {
    return await Promise.all((await madeApps()).map(describeApp))
  }

  async function everybody(): Promise<MadePerson[]> {
    const seeded = people.map(({ userId, name, loginId, pin, about }) => ({ userId, name, loginId, pin, about }))
    return [...seeded, ...(await made.people())]
  }

  async function describe(): Promise<SandboxWorld> {
    const users = (await everybody()).map(({ name, userId, loginId, pin }) => ({ name, userId, loginId, pin }))
    return { ...addresses, apps: await apps(), users }
  }

  async function appOf(appId: string): Promise<SandboxApp> {
    const all = await madeApps()
    const app = all.find(({ clientId }) => clientId === appId)
    if (app) return await describeApp(app)
    const expected = listed(all.map(({ clientId, name }) => [clientId, name]))
    throw new WalletError('CLIENT_UNKNOWN', { field: 'appId', expected })
  }

  return {
    apps,
    app: appOf,
    people: everybody,
    describe,

    async changeableApp(appId) {
      const app = await appOf(appId)
      if (appId !== coffeeShop.appId) return app
      throw invalidParameter('appId', 'an app other than the coffee shop, whose server was started with its keys')
    },

    async person(userId) {
      const all = await everybody()
      const person = all.find((each) => each.userId === userId)
      if (person) return person
      const expected = listed(all.map((each) => [each.userId, each.name]))
      throw new WalletError('USER_NOT_FOUND', { field: 'userId', expected })
    },

    async nextKeyVersion(clientId) {
      const { keyVersions } = await appOf(clientId)
      return Math.max(...keyVersions, ...(await made.keys(clientId)).map(({ version }) => version)) + 1
    },

    change(work) {
      const run = turn.then(work)
      const told = run.then(async (result) => {
        await onChange(await describe())
        return result
      })
      turn = told.catch(() => undefined)
      return told
    },
  }
}

const seededApp = ({ clientId, name, merchant }: SeededApp): MadeApp => ({
  clientId,
  merchantId: merchant.merchantId,
  name,
  currency: merchant.currencies[0]!,
})

/** The ids there are, with their names; not endless. */
const LISTED_MAX = 20
const listed = (all: [id: string, name: string][]): string =>
  all
    .slice(0, LISTED_MAX)
    .map(([id, name]) => `${id} (${name})`)
    .join(', ')
