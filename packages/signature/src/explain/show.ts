/**
 * How signed bytes are shown to people: what cannot be seen is written out, and no secret is among them.
 *
 * Secrets are blanked first, star by byte, so that every position stays true. Then line ends, blanks that are no
 * blanks, and bytes that are no UTF-8 become escapes.
 */

/** The longest string that is shown whole, in bytes. */
export const SHOWN_MAX_BYTES = 8192

/** How much is shown on each side of the first differing byte, in bytes. */
const NEIGHBOURHOOD_BYTES = 24

/** Where two strings part. */
export interface Difference {
  /** Counted from 0, in bytes. */
  at: number
  /** The neighbourhood in the string that was expected; `⟦…⟧` is around what differs, `⟦end⟧` when it ends there. */
  expected: string
  /** The same in the string that was signed. */
  signed: string
}

/** The string as people can read it: at most 8,192 bytes, escaped, without secrets. */
export function shown(bytes: Buffer): string {
  const masked = withoutSecrets(bytes)
  if (masked.length <= SHOWN_MAX_BYTES) return escaped(masked)
  const end = characterStart(masked, SHOWN_MAX_BYTES)
  return `${escaped(masked.subarray(0, end))}… (${masked.length - end} bytes more)`
}

/** The first byte in which the two differ, in both. @returns null when they are equal */
export function firstDifference(expected: Buffer, signed: Buffer): Difference | null {
  const shorter = Math.min(expected.length, signed.length)
  let at = 0
  while (at < shorter && expected[at] === signed[at]) at++
  if (at === expected.length && at === signed.length) return null
  return { at, expected: around(withoutSecrets(expected), at), signed: around(withoutSecrets(signed), at) }
}

/**
 * The bytes with every private key, PIN, password, token and code replaced by stars, as many as there were bytes. Looks at
 * PEM, at bare base64 of private keys, and at the values of members and parameters that are named like secrets.
 */
export function withoutSecrets(bytes: Buffer): Buffer {
  let text = bytes.toString('latin1')
  for (const pattern of secrets) {
    text = text.replace(pattern, (whole: string, before: string) => before + '*'.repeat(whole.length - before.length))
  }
  return Buffer.from(text, 'latin1')
}

// Signs as they are written in JSON, in parameters, and URL-encoded, however often.
const quote = String.raw`(?:["'\\]|%(?:25)*(?:22|5C)|&quot;)`
const blank = String.raw`(?:\s|\+|%(?:25)*20)`
const equals = '(?:[:=]|%(?:25)*3[AD])'
const end = '%(?:25)*(?:22|26|2C|5C)|&quot;'
const secretName = String.raw`(?<=^|[^A-Za-z_]|%[0-9A-F]{2})(?:[A-Za-z_]*(?:pin|password|secret|token|auth_?code|(?:private|symmetric)_?key)|code)`

/** The first group of each is what stays. */
const secrets = [
  /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?:-----)?)[\s\S]*?(?=-----END|$)/g,
  // How the base64 of PKCS#1 and PKCS#8 begins, whatever the size of the key.
  /(MII)[A-Za-z0-9+/]{3}IBA(?:AKC|DANBgkqhkiG9w0BAQEFAAS)[A-Za-z0-9+/=%\\\s_-]*/g,
  new RegExp(`(${secretName}"\\s*:\\s*")(?:\\\\.|[^"\\\\])+`, 'gi'),
  new RegExp(`(${secretName}${quote}*${blank}*${equals}${blank}*${quote}*)(?:(?!${end})[^"'\\\\&,}\\s])+`, 'gi'),
]

function around(bytes: Buffer, at: number): string {
  const from = characterStart(bytes, Math.max(0, at - NEIGHBOURHOOD_BYTES))
  const start = characterStart(bytes, at)
  const before = `${from > 0 ? '…' : ''}${escaped(bytes.subarray(from, start))}`
  if (at >= bytes.length) return `${before}⟦end⟧`
  const behind = characterEnd(bytes, at + 1)
  const to = characterEnd(bytes, Math.min(bytes.length, behind + NEIGHBOURHOOD_BYTES))
  return `${before}⟦${escaped(bytes.subarray(start, behind))}⟧${escaped(bytes.subarray(behind, to))}${to < bytes.length ? '…' : ''}`
}

const continues = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** The start of the UTF-8 character that `at` lies in; `at` itself where it lies in none. */
function characterStart(bytes: Buffer, at: number): number {
  for (let start = at; start > at - 4 && start >= 0; start--)
    if (!continues(bytes[start])) return start === at || bytes[start]! >= 0xc0 ? start : at
  return at
}

function characterEnd(bytes: Buffer, at: number): number {
  for (let end = at; end < at + 4; end++) if (!continues(bytes[end])) return end
  return at
}

const invisible = /[\p{C}\p{Zl}\p{Zp}\u00a0\u2000-\u200a\u202f\u205f\u3000]/u
const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

/** Text with everything written out that cannot be seen; a backslash is doubled, so that nothing has two readings. */
function escaped(bytes: Buffer): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return [...bytes]
      .map((byte) => (byte < 0x80 ? escapedCharacter(String.fromCharCode(byte)) : hexByte(byte)))
      .join('')
  }
  return Array.from(text, escapedCharacter).join('')
}

function escapedCharacter(character: string): string {
  const name = named[character]
  if (name !== undefined) return name
  if (!invisible.test(character)) return character
  const code = character.codePointAt(0)!
  return code < 0x80 ? hexByte(code) : `\\u{${code.toString(16).toUpperCase()}}`
}

const hexByte = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`
