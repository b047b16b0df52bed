/**
 * Base64 read strictly: only the text that the bytes themselves would be written as is taken, so that a changed letter is
 * always another signature. (The last letter carries bits that a lenient reader drops.)
 */

/** Bytes of standard base64 with its padding; null for anything else. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return text !== '' && bytes.toString('base64') === text ? bytes : null
}

/** Bytes of standard base64 or base64url, with or without padding, but not of a mixture; null for anything else. */
export function decodeAnyBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  const [standard, urlSafe] = [bytes.toString('base64'), bytes.toString('base64url')]
  const padding = standard.slice(urlSafe.length)
  const spellings = [standard, standard.slice(0, urlSafe.length), urlSafe, urlSafe + padding]
  return text !== '' && spellings.includes(text) ? bytes : null
}
