/**
 * The one error of the wallet app's calls to its server. It says what is known of the request's fate, because for a
 * payment that is the only thing that matters: refused (it changed nothing), not sent, or unknown.
 */
import type { RefusalCode, RefusalDetails } from '@tradepay/contract'

/** Why there is no answer of the server to go by. */
export type LossCode = 'OFFLINE' | 'CONNECTION_LOST' | 'TIMED_OUT' | 'ANSWER_UNREADABLE' | 'SERVER_FAILED'

/**
 * REFUSED: the server understood and said no; nothing changed. NOT_SENT: the request never left this device.
 * UNKNOWN: it may have been carried out.
 */
export type Fate = 'REFUSED' | 'NOT_SENT' | 'UNKNOWN'

const losses: Record<LossCode, { message: string; action: string }> = {
  OFFLINE: { message: 'This device is offline.', action: 'Connect it and try again.' },
  CONNECTION_LOST: { message: 'The wallet could not be reached.', action: 'Check the connection and try again.' },
  TIMED_OUT: { message: 'The wallet did not answer in time.', action: 'Try again.' },
  ANSWER_UNREADABLE: { message: 'The answer could not be read.', action: 'Try again.' },
  SERVER_FAILED: { message: 'The wallet had a problem of its own.', action: 'Try again.' },
}

export class ServerError extends Error {
  override name = 'ServerError'
  constructor(
    readonly code: RefusalCode | LossCode,
    readonly fate: Fate,
    message: string,
    readonly action: string,
    readonly details: RefusalDetails = {},
  ) {
    super(message)
  }

  /** An error for a call without an answer to go by. Only being offline before sending proves that nothing was sent. */
  static lost(code: LossCode): ServerError {
    return new ServerError(code, code === 'OFFLINE' ? 'NOT_SENT' : 'UNKNOWN', losses[code].message, losses[code].action)
  }
}
