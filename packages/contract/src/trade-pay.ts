/**
 * What `my.tradePay` answers (step 17). A hint to the user interface, never proof of payment: the mini program asks
 * its own server, which knows from the notification or inquires. Always a string. Source: superapp-payment-api §9.
 */
export const tradePayResults = {
  '9000': 'Paid.',
  '8000': 'Processing: the result is not known yet.',
  '4000': 'Failed.',
  '6001': 'The user left the cashier. The order stays payable until it expires.',
  '6002': 'Network error.',
  '6004': 'Unknown: it may have been paid.',
} as const
export type TradePayResultCode = keyof typeof tradePayResults

/** The largest trade number that is read anywhere. */
export const TRADE_NO_MAX_LENGTH = 64
