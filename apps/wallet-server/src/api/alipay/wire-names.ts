/**
 * Says a refusal of a room in the names that this family's merchants know: the domain calls a field `requestId` that stands on
 * this wire as `out_trade_no` or `out_request_no`.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'

/**
 * @param names wire names by the names of the domain command; a field that is not among them keeps its name
 * @returns the error as it was when it is no INVALID_PARAMETER
 */
export function inWireNames(error: unknown, names: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof WalletError) || error.code !== 'INVALID_PARAMETER') return error
  const { field, expected } = error.details
  if (field === undefined) return error
  return invalidParameter(names[field] ?? field, expected ?? 'another value')
}
