/**
 * The super-app payment API on the wire: `POST /v1/payments/pay`, `/v1/payments/inquiryPayment`, and the
 * notification `notifyPayment`. Source: `superapp-payment-api` §2 (headers), §4 (result), §5 (payments), §7 (notify).
 */
export const superappPaths = { pay: '/v1/payments/pay', inquiryPayment: '/v1/payments/inquiryPayment' } as const
