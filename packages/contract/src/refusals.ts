/**
 * Every refusal that the wallet foresees: one code, one sentence of what is wrong, one of what to do.
 *
 * Rooms throw `WalletError(code)`; each door has a total table from these codes to the words of its own protocol,
 * so that adding a code without an answer at every door does not compile. A refusal changes nothing.
 */
export const refusals = {
  INVALID_PARAMETER: {
    message: 'A parameter is missing or malformed.',
    action: 'Correct the named field and send again.',
  },
  BODY_MALFORMED: {
    message: 'The body could not be read.',
    action: 'Send well-formed content of the documented type.',
  },
  BODY_TOO_LARGE: { message: 'The body is larger than this API takes.', action: 'Send less.' },
  API_UNKNOWN: { message: 'There is no such API here.', action: 'Check the path or the method name.' },

  CLIENT_UNKNOWN: { message: 'This client is not registered.', action: 'Use the client id of your app.' },
  CLIENT_DISABLED: { message: 'This client is disabled.', action: 'Ask the wallet operator.' },
  KEY_UNKNOWN: {
    message: 'No key of this version is registered.',
    action: 'Register the public key or use its version.',
  },
  SIGNATURE_MISSING: { message: 'The signature is missing.', action: 'Sign the request.' },
  SIGNATURE_INVALID: {
    message: 'The signature does not match the request.',
    action: 'Sign the exact bytes you send, with the registered key.',
  },
  REQUEST_TIME_INVALID: {
    message: 'The request time is missing, malformed, or too far from now.',
    action: 'Send the present time with its offset.',
  },
  RATE_LIMITED: { message: 'Too many calls.', action: 'Wait and send the same request again.' },

  ORDER_NOT_FOUND: { message: 'There is no such order.', action: 'Check the number.' },
  ORDER_PAID: { message: 'The order is already paid.', action: 'Inquire it; do not pay again.' },
  ORDER_CLOSED: { message: 'The order is closed and can no longer be paid.', action: 'Create a new order.' },
  ORDER_EXPIRED: { message: 'The time to pay this order is over.', action: 'Create a new order.' },
  ORDER_INCONSISTENT: {
    message: 'This request number was already used with other content.',
    action: 'Repeat the first content, or use a new number.',
  },
  ORDER_BUYER_MISMATCH: {
    message: 'The order belongs to another buyer.',
    action: 'Pay with the account it was made for.',
  },
  ORDER_PROGRAM_MISMATCH: {
    message: 'The order belongs to another mini program.',
    action: 'Open it from the mini program it was made for.',
  },
  AMOUNT_MISMATCH: {
    message: 'The amount confirmed is not the amount of the order.',
    action: 'Open the cashier again.',
  },
  AMOUNT_OUT_OF_RANGE: {
    message: 'The amount is outside of what this API takes.',
    action: 'Use an amount inside the range.',
  },
  CURRENCY_NOT_SUPPORTED: {
    message: 'The currency is unknown, or not one that this account holds.',
    action: 'Use a currency of the account.',
  },

  ORDER_CANCELLED: {
    message: 'This number was cancelled before its order came.',
    action: 'Create the order again under a new number.',
  },
  ORDER_NOT_PAID: { message: 'The order is not paid.', action: 'Close it instead of refunding it.' },
  ORDER_REFUNDED: {
    message: 'Parts of the order were refunded already.',
    action: 'Refund the rest instead of cancelling.',
  },

  PAYMENT_PROCESSING: {
    message: 'A payment of this order is being processed.',
    action: 'Wait for its outcome; do not pay again.',
  },
  PAYMENT_LIMIT_EXCEEDED: {
    message: 'The amount is more than this account may pay at once.',
    action: 'Pay a smaller amount, or ask the wallet for a higher limit.',
  },
  DAY_LIMIT_EXCEEDED: {
    message: 'The amount is more than this account may still pay today.',
    action: 'Pay tomorrow, or ask the wallet for a higher limit.',
  },

  REFUND_NOT_FOUND: { message: 'There is no such refund.', action: 'Check the number.' },
  REFUND_INCONSISTENT: {
    message: 'This refund number was already used with other content.',
    action: 'Repeat the first content, or use a new number.',
  },
  REFUND_EXCEEDS_PAYMENT: {
    message: 'The refunds would be more than what was paid.',
    action: 'Refund at most what is left.',
  },
  REFUND_WINDOW_OVER: { message: 'The time to refund this order is over.', action: 'Settle it outside of the wallet.' },
  MERCHANT_BALANCE_NOT_ENOUGH: {
    message: "The merchant's balance is not enough.",
    action: 'Wait for payments to come in, then send the same request again.',
  },

  NOTIFICATION_NOT_FOUND: {
    message: 'No notification of this number was ever sent.',
    action: 'Check the number; what was never sent is listed with its order.',
  },
  NOTIFICATION_IN_PROGRESS: {
    message: 'The notification, or another one of its order, is being delivered.',
    action: 'Wait until it is delivered or given up.',
  },
  NOTIFICATION_OVERTAKEN: {
    message: 'The same address has acknowledged a newer notification of this order.',
    action: 'Send it only to a receiver that looks at the sequence number, and say so.',
  },

  BANK_ACCOUNT_NOT_FOUND: { message: 'There is no such bank account.', action: 'Choose a linked bank account.' },
  BANK_NOT_AVAILABLE: { message: 'This wallet is connected to no bank.', action: 'Use the balance.' },
  BANK_REFUSED: { message: 'The bank refused.', action: 'Use another way to pay, or ask the bank.' },
  PAY_OUT_INCONSISTENT: {
    message: 'This pay-out number was already used with other content.',
    action: 'Repeat the first content, or use a new number.',
  },
  TOP_UP_INCONSISTENT: {
    message: 'This top-up number was already used with other content.',
    action: 'Repeat the first content, or use a new number.',
  },
  TOP_UP_NOT_FOUND: { message: 'There is no such top-up.', action: 'Check the number.' },

  USER_NOT_FOUND: { message: 'There is no such user.', action: 'Check the user id.' },
  USER_FROZEN: { message: 'The account is frozen and cannot pay.', action: 'Contact the wallet.' },
  MERCHANT_FROZEN: { message: 'The merchant cannot be paid at the moment.', action: 'Ask the wallet operator.' },
  PAYER_IS_PAYEE: { message: 'An account cannot pay itself.', action: 'Pay with another account.' },
  BALANCE_NOT_ENOUGH: { message: 'The balance is not enough for this payment.', action: 'Add money, then pay again.' },

  LOGIN_REFUSED: { message: 'The login or the PIN is wrong.', action: 'Check both and try again.' },
  PIN_WRONG: { message: 'The PIN is wrong.', action: 'Try again.' },
  PIN_LOCKED: { message: 'The PIN is locked after too many wrong tries.', action: 'Wait until the lock ends.' },
  SESSION_REQUIRED: { message: 'Nobody is signed in.', action: 'Sign in first.' },
  CSRF_REFUSED: { message: 'The request did not come from the wallet app.', action: 'Reload the wallet app.' },

  PROGRAM_NOT_FOUND: { message: 'There is no such mini program.', action: 'Check the app id.' },
  SCOPE_UNKNOWN: { message: 'The scope is not known here.', action: 'Ask for auth_base or auth_user.' },
  AUTH_CODE_INVALID: { message: 'There is no such auth code.', action: 'Send the code that my.getAuthCode has given.' },
  AUTH_CLIENT_MISMATCH: {
    message: "The auth code belongs to a mini program that is not this client's.",
    action: 'Call as the client of the mini program that asked for the code.',
  },
  AUTH_CODE_USED: { message: 'The auth code was used already.', action: 'Call my.getAuthCode for a new one.' },
  AUTH_CODE_EXPIRED: { message: 'The auth code has expired.', action: 'Call my.getAuthCode for a new one.' },
  REFRESH_TOKEN_INVALID: {
    message: 'There is no such refresh token, or it was revoked.',
    action: 'Send the newest one, or call my.getAuthCode for a new code.',
  },
  REFRESH_TOKEN_USED: {
    message: 'The refresh token was used already.',
    action: 'Send the one that came with the newest access token, or call my.getAuthCode for a new code.',
  },
  REFRESH_TOKEN_EXPIRED: { message: 'The refresh token has expired.', action: 'Call my.getAuthCode for a new code.' },
  ACCESS_TOKEN_INVALID: {
    message: 'There is no such access token, or it was revoked.',
    action: 'Send the newest one, or call my.getAuthCode for a new code.',
  },
  ACCESS_TOKEN_EXPIRED: { message: 'The access token has expired.', action: 'Use the refresh token for a new one.' },
  HOST_NOT_ALLOWED: {
    message: 'The mini program may not call this host.',
    action: 'Add the host to the domain list of the mini program.',
  },
  HOST_UNREACHABLE: {
    message: 'The host could not be reached.',
    action: 'Check that the server runs and the address is right.',
  },
  HOST_TIMED_OUT: { message: 'The host did not answer in time.', action: 'Try again, or raise the timeout.' },

  OUTCOME_UNKNOWN: { message: 'The outcome is not known yet.', action: 'Inquire; repeat only with the same number.' },
} as const satisfies Record<string, { message: string; action: string }>

export type RefusalCode = keyof typeof refusals

/** What a refusal carries besides its code: which field, what was expected, how many tries are left. Never a secret. */
export interface RefusalDetails {
  /** The field that was wrong, in the words of the door. */
  field?: string
  /** What was expected of it. */
  expected?: string
  /** PIN_WRONG: tries left before the lock. */
  triesLeft?: number
  /** PIN_LOCKED: when the lock ends (ISO 8601). */
  lockedUntil?: string
}

/** A refusal that the wallet foresees. Throwing it rolls the transaction back by itself. */
export class WalletError extends Error {
  override name = 'WalletError'
  constructor(
    readonly code: RefusalCode,
    readonly details: RefusalDetails = {},
    message: string = refusals[code].message,
  ) {
    super(message)
  }

  /** What the caller can do about it. */
  get action(): string {
    return refusals[this.code].action
  }
}

/** The refusal for a field that is missing or malformed. */
export function invalidParameter(field: string, expected: string): WalletError {
  return new WalletError(
    'INVALID_PARAMETER',
    { field, expected },
    `"${field}" is missing or malformed: expected ${expected}.`,
  )
}
