/**
 * The address that a merchant wants its notification sent to. Whether it may be reached is decided when it is
 * connected to, on the resolved address; here only its form is judged.
 */
import { invalidParameter } from '@tradepay/contract'

/** @throws WalletError INVALID_PARAMETER naming the field, in the words of the door */
export function checkNotifyUrl(field: string, text: string): string {
  const expected = 'an http or https address without a user name, such as "https://shop.example/notify"'
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw invalidParameter(field, expected)
  }
  const web = url.protocol === 'https:' || url.protocol === 'http:'
  if (!web || url.username !== '' || url.password !== '') throw invalidParameter(field, expected)
  return text
}
