/**
 * The numbers by which a client names itself and its orders on this wire. Source: superapp-payment-api §5.5 to §5.8.
 */
import { invalidParameter } from '@tradepay/contract'
import type { Client } from '../../merchant/types.ts'
import type { OrderNumber } from '../../order/types.ts'
import { SuperappRefusal } from './results.ts'

/** Where both numbers are given, `paymentId` wins. @throws WalletError INVALID_PARAMETER when there is none */
export function orderNumber(content: {
  paymentId?: string | undefined
  paymentRequestId?: string | undefined
}): OrderNumber {
  const { paymentId, paymentRequestId } = content
  if (paymentId !== undefined) return { tradeNo: paymentId }
  if (paymentRequestId !== undefined) return { requestId: paymentRequestId }
  throw invalidParameter('paymentId', 'paymentId or paymentRequestId, one of the two')
}

/**
 * `partnerId` adds nothing to the client, which is known by its signature; another merchant's is a mistake worth telling.
 * @throws SuperappRefusal PARTNER_NOT_EXIST
 */
export function checkPartner({ partnerId }: { partnerId?: string | undefined }, { merchantId }: Client): void {
  if (partnerId === undefined || partnerId === merchantId) return
  throw new SuperappRefusal(
    'PARTNER_NOT_EXIST',
    'partnerId is not the merchant of this client. Send its merchant id, or leave it out.',
  )
}
