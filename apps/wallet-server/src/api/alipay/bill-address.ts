/**
 * The short-lived addresses under which bills are downloaded. An address carries what it opens, when it ends, and a code over
 * both that only this wallet can make: nothing is stored, and every server knows an address that another has given.
 *
 * The key of the code is derived from the wallet's signing key, for this purpose alone; while signing keys are rotated, the
 * addresses of each stay good. Source: alipay-openapi §6.7 (30 seconds).
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { ALIPAY_BILL_SECONDS, alipayBillPath } from '@tradepay/contract'
import type { Settings } from '../../settings.ts'
import { walletSecrets } from '../merchant-door/wallet-secrets.ts'
import type { BillType } from './bill-period.ts'

/** What an address opens. */
export interface BillRequest {
  merchantId: string
  type: BillType
  /** yyyy-MM-dd or yyyy-MM. */
  date: string
}

export interface BillAddresses {
  /** A new address. It can be used as often as one likes until it ends. */
  make(bill: BillRequest, now: Date): string
  /** What the query of an address opens; EXPIRED when its time is over, WRONG when this wallet has never given it. */
  read(query: string, now: Date): BillRequest | 'EXPIRED' | 'WRONG'
}

const PURPOSE = 'tradepay alipay bill address'

/** @param settings read at each call: where the wallet is reached is known only when it listens */
export function createBillAddresses(settings: Pick<Settings, 'walletKeys' | 'publicUrl'>): BillAddresses {
  const keys = walletSecrets(settings).map((secret) => secret(PURPOSE))

  return {
    make({ merchantId, type, date }, now) {
      const expires = String(Math.floor(now.getTime() / 1000) + ALIPAY_BILL_SECONDS)
      const signed = new URLSearchParams({ merchant_id: merchantId, bill_type: type, bill_date: date, expires })
      signed.set('sign', codeOf(signed.toString(), keys[0]!))
      return `${settings.publicUrl}${alipayBillPath}?${signed.toString()}`
    },

    read(query, now) {
      const given = new URLSearchParams(query)
      const sign = Buffer.from(given.get('sign') ?? '')
      given.delete('sign')
      const text = given.toString()
      const isOurs = keys.some((key) => {
        const code = Buffer.from(codeOf(text, key))
        return code.length === sign.length && timingSafeEqual(code, sign)
      })
      if (!isOurs) return 'WRONG'
      if (now.getTime() >= Number(given.get('expires')) * 1000) return 'EXPIRED'
      // Only this wallet could have written them.
      const [merchantId, type, date] = ['merchant_id', 'bill_type', 'bill_date'].map((name) => given.get(name) ?? '')
      return { merchantId: merchantId!, type: type as BillType, date: date! }
    },
  }
}

/** Compared as it is written, so that each address has one spelling of its code. */
const codeOf = (text: string, key: Buffer): string => createHmac('sha256', key).update(text).digest('base64url')
