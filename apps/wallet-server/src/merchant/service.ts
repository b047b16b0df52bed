/**
 * Merchants, their clients and keys: who may ask for orders (step 5 begins here). Reads come from a memory of a few
 * seconds with keys already parsed; writes of this server are seen at once.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { invalidParameter, WalletError } from '@tradepay/contract'
import { currencies as knownCurrencies, isCurrency } from '@tradepay/money'
import type { Deps } from '../build-server.ts'
import { isStorable } from '../db/text.ts'
import { errorCode, transaction } from '../db/transaction.ts'
import { bucketOfPartyId, chooseBucket, newClientId, newMerchantId } from '../ids.ts'
import { merchantAccount, type Account, type LedgerService } from '../ledger/types.ts'
import type { UserService } from '../user/types.ts'
import { requireDialect } from './dialect.ts'
import { createDirectory } from './directory.ts'
import { createMerchantOwners } from './owners.ts'
import * as store from './store.ts'
import type { Client, Merchant, MerchantService } from './types.ts'

const NAME_MAX_LENGTH = 128
const URL_MAX_LENGTH = 2048
const RSA_BITS_MIN = 2048
const UNIQUE_VIOLATION = '23505'

export function createMerchantService(
  { db, clock, random }: Deps,
  { ledger, users }: { ledger: LedgerService; users: UserService },
): MerchantService {
  const clients = createDirectory<Client | null>(clock, (clientId) => store.findClient(db, clientId))

  const merchants = createDirectory<Merchant | null>(clock, async (merchantId) => {
    const merchant = await store.findMerchant(db, merchantId)
    if (!merchant) return null
    const accounts = await accountsOf(merchantId)
    return { ...merchant, currencies: accounts.map((account) => account.currency).sort() }
  })

  /** The merchant's accounts, in the order of their ids. There may be one in each currency, and the address of each is known. */
  async function accountsOf(merchantId: string): Promise<Account[]> {
    const possible = [...knownCurrencies.keys()].map((currency) => merchantAccount(merchantId, currency))
    return (await ledger.accounts(possible)).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async function find(clientId: string, how: 'get' | 'renew' = 'get'): Promise<Client> {
    // An id of another shape cannot be one of ours; it is not looked up.
    const client = isStorable(clientId) && clientId.length <= 64 ? await clients[how](clientId) : null
    if (!client) throw new WalletError('CLIENT_UNKNOWN')
    return client
  }

  const enabled = (client: Client): Client => {
    if (client.disabled) throw new WalletError('CLIENT_DISABLED')
    return client
  }

  async function merchant(merchantId: string): Promise<Merchant> {
    const found = await merchants.get(merchantId)
    if (!found) throw new Error(`No merchant has the id ${merchantId}.`)
    return found
  }

  async function requireMerchant(merchantId: string): Promise<void> {
    if (!isStorable(merchantId) || !(await merchants.get(merchantId))) throw unknownMerchant()
  }

  return {
    owners: createMerchantOwners({ db, clock }, users, requireMerchant),
    merchant,

    client: async (clientId) => enabled(await find(clientId)),
    freshClient: async (clientId) => enabled(await find(clientId, 'renew')),

    async register({ name, currencies, merchantId: given, feeBasisPoints = 0 }) {
      requireName(name)
      requireFee(feeBasisPoints)
      if (currencies.length === 0 || !currencies.every(isCurrency)) {
        throw invalidParameter('currencies', 'ISO 4217 codes, at least one')
      }
      const bucket = given === undefined ? chooseBucket(random) : bucketOfPartyId(given)
      if (bucket === null) throw invalidParameter('merchantId', '"2088" and 12 digits')
      const merchantId = given ?? newMerchantId(bucket, random)

      // The accounts come first and the merchant's row last: whoever can be found can be paid.
      for (const currency of currencies) {
        await ledger.open({ id: merchantAccount(merchantId, currency), bucket, kind: 'MERCHANT_PAYABLE', currency })
      }
      await unlessTaken(
        'merchantId',
        store.insertMerchant(db, { merchantId, bucket, name, feeBasisPoints, now: clock.now() }),
      )
      merchants.forget(merchantId)
      return merchant(merchantId)
    },

    async setFee(merchantId, feeBasisPoints) {
      requireFee(feeBasisPoints)
      if (!(await store.updateFee(db, merchantId, feeBasisPoints))) throw unknownMerchant()
      merchants.forget(merchantId)
    },

    async setFrozen(merchantId, frozen) {
      const accounts = await accountsOf(merchantId)
      await transaction(db, async (tx) => {
        if (!(await store.updateMerchantState(tx, merchantId, frozen ? 'FROZEN' : 'ACTIVE'))) throw unknownMerchant()
        // Last id first, as payments lock them.
        for (const account of accounts.toReversed()) await ledger.setFrozen(account.id, frozen, tx)
      })
      merchants.forget(merchantId)
    },

    async registerClient({ merchantId, name, notifyUrl, clientId: given }) {
      requireName(name)
      requireNotifyUrl(notifyUrl)
      const owner = await merchants.get(merchantId)
      if (!owner) throw unknownMerchant()
      const { bucket } = owner
      const clientId = given ?? newClientId(bucket, random)
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(clientId)) throw invalidParameter('clientId', '"2021" and 12 digits')
      const client = { clientId, merchantId, bucket, name, notifyUrl, now: clock.now() }
      await unlessTaken('clientId', store.insertClient(db, client))
      clients.forget(clientId)
      return find(clientId)
    },

    async addKey(clientId, version, publicKeyPem) {
      if (!Number.isInteger(version) || version < 0 || version > 2 ** 31 - 1) {
        throw invalidParameter('version', 'a whole number from 0')
      }
      const publicKey = readPublicKey(publicKeyPem).export({ type: 'spki', format: 'pem' }).toString()
      await find(clientId)
      const kept = await store.insertKey(db, { clientId, version, publicKey, now: clock.now() })
      clients.forget(clientId)
      // The same key again is a repeated call; anything else would change what old signatures mean.
      if (kept.publicKey !== publicKey || kept.revoked) {
        throw invalidParameter('version', 'a version that this client has not used yet')
      }
    },

    async revokeKey(clientId, version) {
      await find(clientId)
      if (!Number.isInteger(version) || !(await store.revokeKey(db, clientId, version))) {
        throw new WalletError('KEY_UNKNOWN')
      }
      clients.forget(clientId)
    },

    async setNotifyUrl(clientId, notifyUrl) {
      requireNotifyUrl(notifyUrl)
      await find(clientId)
      await store.updateNotifyUrl(db, clientId, notifyUrl)
      clients.forget(clientId)
    },

    async setDialect(clientId, dialect) {
      requireDialect(dialect)
      await find(clientId)
      await store.updateDialect(db, clientId, dialect)
      clients.forget(clientId)
    },
  }
}

/** Reads an SPKI PEM of an RSA key. A private key is refused, although its public half could be taken from it. */
function readPublicKey(pem: string): KeyObject {
  const expected = 'an RSA public key of 2048 bits or more, as SPKI PEM ("-----BEGIN PUBLIC KEY-----")'
  if (!pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) throw invalidParameter('publicKey', expected)
  let key: KeyObject
  try {
    key = createPublicKey({ key: pem, format: 'pem', type: 'spki' })
  } catch {
    throw invalidParameter('publicKey', expected)
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType !== 'rsa' || bits < RSA_BITS_MIN) throw invalidParameter('publicKey', expected)
  return key
}

const unknownMerchant = (): WalletError => invalidParameter('merchantId', 'the id of a registered merchant')

function requireFee(basisPoints: number): void {
  if (!Number.isInteger(basisPoints) || basisPoints < 0 || basisPoints > 10_000) {
    throw invalidParameter('feeBasisPoints', 'a whole number from 0 to 10000, in hundredths of a percent')
  }
}

function requireName(name: string): void {
  if (name.trim() === '' || name.length > NAME_MAX_LENGTH || !isStorable(name)) {
    throw invalidParameter('name', `1 to ${NAME_MAX_LENGTH} characters`)
  }
}

function requireNotifyUrl(notifyUrl: string | null): void {
  if (notifyUrl === null) return
  const readable = notifyUrl.length <= URL_MAX_LENGTH && isStorable(notifyUrl) && URL.canParse(notifyUrl)
  const url = readable ? new URL(notifyUrl) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw invalidParameter('notifyUrl', `an http or https address of at most ${URL_MAX_LENGTH} characters`)
  }
}

async function unlessTaken(field: string, insert: Promise<void>): Promise<void> {
  try {
    await insert
  } catch (error) {
    if (errorCode(error) === UNIQUE_VIOLATION) throw invalidParameter(field, 'an id that is not taken yet')
    throw error
  }
}
