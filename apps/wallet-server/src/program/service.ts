/**
 * Mini programs: registers them, keeps their versions, and decides which one people see. The bytes of a version are safe
 * on disk before its row says that they are there.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { isStorable, isStorableJson } from '../db/text.ts'
import { errorCode, transaction } from '../db/transaction.ts'
import { DOMAINS_MAX, isDomain } from './domains.ts'
import { packageFolder } from './packages.ts'
import * as store from './store.ts'
import type { LiveProgram, ProgramService, ReleaseSettings } from './types.ts'

/** Types that a browser draws as an image. An icon of another type is not served. */
const iconTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml'])
const NAME_MAX_LENGTH = 128

export function createProgramService({ db, clock, random, settings }: Deps): ProgramService {
  const packages = packageFolder(settings.packagesFolder)
  const notFound = (): WalletError => new WalletError('PROGRAM_NOT_FOUND')

  async function resolve(appId: string): Promise<LiveProgram> {
    const program = isAppId(appId) ? await store.findLive(db, appId) : null
    if (!program) throw notFound()
    return program
  }

  return {
    resolve,
    live: () => store.listLive(db),
    exists: async (appId) => isAppId(appId) && (await store.programExists(db, appId)),

    async register({ appId, merchantId, name, slogan, clientIds, payOnlyOwnOrders }) {
      if (!isAppId(appId)) throw invalidParameter('appId', '"2021" and 12 digits')
      if (name.trim() === '' || !isText(name)) throw invalidParameter('name', `1 to ${NAME_MAX_LENGTH} characters`)
      if (!isText(slogan)) throw invalidParameter('slogan', `at most ${NAME_MAX_LENGTH} characters`)
      try {
        await transaction(db, async (tx) => {
          await store.insertProgram(tx, { appId, merchantId, name, slogan, payOnlyOwnOrders, now: clock.now() })
          await store.insertProgramClients(tx, appId, clientIds)
        })
      } catch (error) {
        if (errorCode(error) === '23505') throw invalidParameter('appId', 'an id that is not taken yet')
        if (errorCode(error) === '23503') throw invalidParameter('merchantId, clientIds', 'ids that are registered')
        throw error
      }
    },

    async addVersion({ appId, version, packed, manifest }) {
      if (!/^[0-9A-Za-z.+-]{1,32}$/.test(version)) throw invalidParameter('version', 'a number such as "1.4.0"')
      if (!isStorableJson(manifest)) throw invalidParameter('manifest', 'JSON without the character NUL')
      if (!isPackedProgram(packed)) throw invalidParameter('packed', 'a packed program of format 1')
      if (!isAppId(appId) || !(await store.programExists(db, appId))) throw notFound()
      const packageHash = await packages.write(packed)
      const kept = await store.insertVersion(db, { appId, version, packageHash, manifest, now: clock.now() })
      if (kept !== packageHash) throw invalidParameter('version', 'a version that is not taken by other bytes')
      return { packageHash }
    },

    async release({ appId, version, settings: snapshot }) {
      requireSettings(snapshot)
      const releaseId = `rel_${random.bytes(12).toString('hex')}`
      await transaction(db, async (tx) => {
        if (!isAppId(appId) || !(await store.lockProgram(tx, appId))) throw notFound()
        if (!isText(version) || !(await store.versionExists(tx, appId, version))) {
          throw invalidParameter('version', 'a version that was added before')
        }
        await store.replaceRelease(tx, { releaseId, appId, version, settings: snapshot, now: clock.now() })
      })
    },

    async mayPay(appId, clientId) {
      const answer = isAppId(appId) ? await store.mayPay(db, appId, clientId) : null
      if (answer === null) throw notFound()
      return answer
    },

    isClient: async (appId, clientId) => isAppId(appId) && (await store.isClient(db, appId, clientId)),

    async icon(packageHash) {
      const bytes = await packages.read(packageHash)
      const path = bytes && (await store.iconPathOf(db, packageHash))
      if (!bytes || !path) return null
      const { assets } = JSON.parse(bytes.toString('utf8')) as {
        assets?: Record<string, { type: string; base64: string }>
      }
      const asset = assets && Object.hasOwn(assets, path) ? assets[path] : undefined
      if (!asset || !iconTypes.has(asset.type)) return null
      return { type: asset.type, bytes: Buffer.from(asset.base64, 'base64') }
    },
  }
}

/** App ids stand in addresses, so they are plain; ours are "2021" and 12 digits. */
const isAppId = (text: string): boolean => /^[A-Za-z0-9_-]{1,32}$/.test(text)

const isText = (text: string): boolean => text.length <= NAME_MAX_LENGTH && isStorable(text)

function isPackedProgram(bytes: Buffer): boolean {
  try {
    const packed: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof packed === 'object' && packed !== null && 'format' in packed && packed.format === 1
  } catch {
    return false
  }
}

function requireSettings({ requestDomains, imageDomains, extConfig }: ReleaseSettings): void {
  for (const [field, domains] of Object.entries({ requestDomains, imageDomains })) {
    if (domains.length > DOMAINS_MAX || !domains.every(isDomain)) {
      throw invalidParameter(field, `at most ${DOMAINS_MAX} entries "host", "host:port" or "*.host", in lower case`)
    }
  }
  if (!isStorableJson(extConfig)) throw invalidParameter('extConfig', 'JSON without the character NUL')
}
