/**
 * The descriptions that this server serves, by the name in their address. They are made of the contract's schemas once, when
 * the server starts.
 */
import {
  alipayDocument,
  alipayV3Document,
  sandboxDocument,
  superappDocument,
  type OpenApiDocument,
} from '@tradepay/contract/open-api'
import type { Settings } from '../../settings.ts'
import { basePaths } from '../superapp/dialect.ts'

export interface Description {
  name: string
  document: OpenApiDocument
  /** Whether the page may send calls. The merchant APIs are signed, which a page without keys cannot do. */
  canBeTried: boolean
}

/** The merchant APIs everywhere; the sandbox's doors only where there are any. */
export function descriptions({ sandbox }: Pick<Settings, 'sandbox'>): Description[] {
  const merchant: Description[] = [
    { name: 'superapp', document: superappDocument(basePaths), canBeTried: false },
    { name: 'alipay', document: alipayDocument(), canBeTried: false },
    { name: 'alipay-v3', document: alipayV3Document(), canBeTried: false },
  ]
  return sandbox ? [...merchant, { name: 'sandbox', document: sandboxDocument(), canBeTried: true }] : merchant
}
