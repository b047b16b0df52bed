/**
 * The memory of nonces, one for all servers: whoever writes the row first takes the call. A nonce is kept one replay window
 * longer than its call would be taken, because servers' clocks differ.
 */
import { invalidParameter } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import * as store from './store.ts'
import { NONCE, type NonceService } from './types.ts'

export function createNonceService({ db, clock, settings }: Pick<Deps, 'db' | 'clock' | 'settings'>): NonceService {
  return {
    async use(used) {
      if (!NONCE.test(used.nonce)) throw invalidParameter('nonce', '1 to 64 visible ASCII characters without a comma')
      return store.insertNonce(db, used)
    },

    async deleteOld() {
      const keptMs = 2 * settings.replayWindowSeconds * 1000
      return store.deleteNonces(db, new Date(clock.now().getTime() - keptMs))
    },
  }
}
