/**
 * What a merchant's number stands for: the content that came with it first. Kept with the order or refund, and compared when
 * the number comes again, for ever (I8).
 */
import { invalidParameter } from '@tradepay/contract'
import { isStorableJson } from '../db/text.ts'

/** The first field, in the order the door gave them, that differs; null when both say the same. */
export function differingField(first: Record<string, string>, again: Record<string, string>): string | null {
  const fields = new Set([...Object.keys(again), ...Object.keys(first)])
  return [...fields].find((field) => first[field] !== again[field]) ?? null
}

/**
 * Text that no column can hold is refused by name, before it could fail in the middle of a batch.
 * @throws WalletError INVALID_PARAMETER
 */
export function refuseUnstorable(command: object): void {
  for (const [field, value] of Object.entries(command)) {
    if (!isStorableJson(value)) throw invalidParameter(field, 'valid Unicode text without the character NUL')
  }
}
