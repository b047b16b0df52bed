/**
 * Refusals of the rooms name the fields of their commands; a client knows them by the names of this wire.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'

/**
 * The same refusal in the names of the wire. What is none, or names no field, comes back as it is.
 * @param names from fields of the command to those of the wire; a field that is not among them has the same name on both
 * @param number the wire's name of the number that a repeat comes under
 */
export function inWireNames(error: unknown, names: Record<string, string>, number: string): unknown {
  if (!(error instanceof WalletError) || error.details.field === undefined) return error
  const { code, details } = error
  const field = names[error.details.field] ?? error.details.field
  if (code === 'INVALID_PARAMETER') return invalidParameter(field, details.expected ?? 'another value')
  if (code === 'ORDER_INCONSISTENT' || code === 'REFUND_INCONSISTENT') {
    return new WalletError(code, { ...details, field }, `This ${number} was already used with another ${field}.`)
  }
  return error
}
