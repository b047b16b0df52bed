/**
 * The users who speak for a merchant, and for all its clients. Named by the wallet's operator; read from the database each time,
 * so that whoever was taken off the list is refused from the next call on, by every server.
 */
import { WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { isStorable } from '../db/text.ts'
import type { UserService } from '../user/types.ts'
import * as store from './owners-store.ts'
import type { MerchantOwners } from './types.ts'

export function createMerchantOwners(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  users: Pick<UserService, 'get'>,
  requireMerchant: (merchantId: string) => Promise<void>,
): MerchantOwners {
  return {
    async add(merchantId, userId) {
      await requireMerchant(merchantId)
      await users.get(userId)
      await store.insertOwner(db, { merchantId, userId, now: clock.now() })
    },

    async remove(merchantId, userId) {
      await requireMerchant(merchantId)
      await store.deleteOwner(db, merchantId, userId)
    },

    async of(merchantId) {
      await requireMerchant(merchantId)
      return await store.selectOwners(db, merchantId)
    },

    async requireClient(userId, clientId) {
      if (!isStorable(clientId) || !(await store.ownsClient(db, userId, clientId))) {
        throw new WalletError('CLIENT_UNKNOWN')
      }
    },

    clientIds: async (userId, most) => await store.selectClientIds(db, userId, most),
  }
}
