/**
 * The descriptions that this server serves, by the name in their address. They are made of the contract's schemas once, when
 * the server starts.
 */
import {
  alipayDocument,
  alipayV3Document,
  cashierDocument,
  sandboxDocument,
  superappDocument,
  walletDocument,
  type OpenApiDocument,
} from '@tradepay/contract/open-api'
import type { Settings } from '../../settings.ts'
import { basePaths } from '../superapp/dialect.ts'

export interface Description {
  name: string
  document: OpenApiDocument
  /**
   * Whether the page may send calls. The merchant APIs are signed, which a page without keys cannot do; those of the wallet app
   * belong to the wallet app alone.
   */
  canBeTried: boolean
}

/** The APIs of merchants and of the wallet app everywhere; the sandbox's doors only where there are any. */
export function descriptions({ sandbox }: Pick<Settings, 'sandbox'>): Description[] {
  const everywhere: Description[] = [
    { name: 'superapp', document: superappDocument(basePaths), canBeTried: false },
    { name: 'alipay', document: alipayDocument(), canBeTried: false },
    { name: 'alipay-v3', document: alipayV3Document(), canBeTried: false },
    { name: 'cashier', document: cashierDocument(), canBeTried: false },
    { name: 'wallet', document: walletDocument(), canBeTried: false },
  ]
  return sandbox ? [...everywhere, { name: 'sandbox', document: sandboxDocument(), canBeTried: true }] : everywhere
}
