/**
 * Which way of paying a `pay` asks for. This wallet offers one, the cashier; whoever asks for another would wait for an
 * effect that never comes, so it is refused by name. Source: superapp-payment-api §5.1 (productCode) and §6.5.
 */
import type { SuperappPaymentFactor } from '@tradepay/contract'
import { SuperappRefusal } from './results.ts'

/** Products of the family that are no cashier payment. A code that is not among them is a wallet's own name of one. */
const otherProducts = new Set([
  'AGREEMENT_PAYMENT',
  'IN_STORE_PAYMENT',
  // Authorisation with capture, and agreement payment.
  '51051000101000000012',
  '51051000101000100031',
])

const otherFactors = [
  'isPaymentEvaluation',
  'isOrderCode',
  'isPaymentCode',
  'isAgreementPay',
  'isAuthorizationAndPay',
  'isAuthorizationPayment',
] as const satisfies (keyof SuperappPaymentFactor)[]

/** @throws SuperappRefusal BUSINESS_NOT_SUPPORT */
export function refuseOtherProducts(request: {
  productCode?: string | undefined
  paymentFactor?: SuperappPaymentFactor | undefined
}): void {
  const { productCode, paymentFactor = {} } = request
  if (productCode !== undefined && otherProducts.has(productCode)) throw notOffered(`productCode ${productCode}`)
  const asked = otherFactors.find((name) => paymentFactor[name] === true || paymentFactor[name] === 'true')
  if (asked !== undefined) throw notOffered(`paymentFactor.${asked}`)
}

const notOffered = (what: string): SuperappRefusal =>
  new SuperappRefusal(
    'BUSINESS_NOT_SUPPORT',
    `${what} is not offered here. Ask for a cashier payment, or leave it out.`,
  )
