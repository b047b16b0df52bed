/**
 * Finds the keys in the bytes of a file, whatever they are wrapped in: settings, JSON, quotes, another charset, wrong line
 * ends. Each wrapping that is not as it should be is told.
 */
import { keyProblem, type KeyProblem, type KeyProblemName } from './problems.ts'

/** Something that may be a key. */
export interface Piece {
  /** The words of its BEGIN line; null without one. */
  label: string | null
  /** Its bytes; of a JSON Web Key, the JSON. */
  bytes: Buffer
  problems: KeyProblem[]
}

/** The pieces in the order in which they stand; none when there is nothing that looks like a key. */
export function findPieces(file: Buffer): Piece[] {
  if (file[0] === 0x30 && (file[1] ?? 0) >= 0x80) return [{ label: null, bytes: file, problems: [keyProblem('DER')] }]
  const { text, problems } = plainText(file)
  const pieces = jsonWebKey(text) ?? sshLines(text) ?? pemBlocks(text) ?? bareBase64(text)
  return pieces.map((piece) => ({ ...piece, problems: [...problems, ...piece.problems] }))
}

/** The text without what should not be there. */
function plainText(file: Buffer): { text: string; problems: KeyProblem[] } {
  const problems: KeyProblem[] = []
  let text = decode(file, problems)
  const strip = (problem: KeyProblemName, pattern: RegExp, instead: (unit: string) => string): void => {
    const stripped = text.replace(pattern, instead)
    if (stripped !== text) problems.push(keyProblem(problem))
    text = stripped
  }
  const quoted = /^(["'`])([\s\S]*)\1[,;]?$/.exec(text.trim())
  if (quoted) {
    problems.push(keyProblem('QUOTES'))
    text = quoted[2]!
  }
  strip('WRITTEN_LINE_ENDS', /(?:\\+r)?\\+n/g, () => '\n')
  text = text.replaceAll('\\/', '/')
  strip('CRLF', /\r\n?/g, () => '\n')
  strip('INVISIBLE', /[\u00a0\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff]/g, (unit) => (unit === '\u00a0' ? ' ' : ''))
  const inner = /^[A-Za-z0-9+/=\s]+$/.test(text) ? Buffer.from(text, 'base64').toString('latin1') : ''
  if (inner.startsWith('-----BEGIN')) {
    problems.push(keyProblem('BASE64_TWICE'))
    text = inner
  }
  return { text: text.trim(), problems }
}

function decode(file: Buffer, problems: KeyProblem[]): string {
  const [first, second] = file
  if (first === 0xff && second === 0xfe) {
    problems.push(keyProblem('UTF16'))
    return file.subarray(2).toString('utf16le')
  }
  if (first === 0xfe && second === 0xff) {
    problems.push(keyProblem('UTF16'))
    return Buffer.from(file.subarray(2, 2 + ((file.length - 2) & ~1)))
      .swap16()
      .toString('utf16le')
  }
  const text = file.toString()
  if (!text.startsWith('\ufeff')) return text
  problems.push(keyProblem('BYTE_ORDER_MARK'))
  return text.slice(1)
}

function jsonWebKey(text: string): Piece[] | null {
  if (!/^\{[\s\S]*"kty"\s*:/.test(text)) return null
  return [{ label: 'JWK', bytes: Buffer.from(text), problems: [keyProblem('JWK')] }]
}

/** Lines such as `ssh-rsa AAAA… name@host`. */
function sshLines(text: string): Piece[] | null {
  const lines = [...text.matchAll(/^(?:ssh|ecdsa)-[a-z0-9-]+ ([A-Za-z0-9+/]+={0,2})(?: .*)?$/gm)]
  if (lines.length === 0) return null
  return lines.map(([, base64]) => ({
    label: 'SSH2 PUBLIC KEY',
    bytes: Buffer.from(base64!, 'base64'),
    problems: [keyProblem('OPENSSH')],
  }))
}

/** BEGIN and END lines, as people retype them: too few hyphens, dashes of a word processor, blanks. */
const beginLine = /[-\u2010-\u2015]{2,} *BEGIN +([A-Z0-9 ]+?) *[-\u2010-\u2015]{2,}/gi
const endLine = /[-\u2010-\u2015]{2,} *END *([A-Z0-9 ]*?) *[-\u2010-\u2015]{2,}/i

function pemBlocks(text: string): Piece[] | null {
  const begins = [...text.matchAll(beginLine)]
  if (begins.length === 0) return null
  return begins.map((begin, index) => {
    const rest = text.slice(begin.index + begin[0].length, begins[index + 1]?.index)
    const end = endLine.exec(rest)
    const label = begin[1]!.toUpperCase()
    const armour = armourProblems(begin[0], end, label)
    const { bytes, problems } = block(rest.slice(0, end?.index), label)
    return { label, bytes, problems: [...armour, ...problems] }
  })
}

function armourProblems(begin: string, end: RegExpExecArray | null, label: string): KeyProblem[] {
  if (!end) return [keyProblem('ARMOUR', 'the END line is missing')]
  if (end[1] !== label) return [keyProblem('ARMOUR', 'the END line names something else')]
  // RFC 4716 has four hyphens and a blank.
  const right =
    label.startsWith('SSH2') || (begin === `-----BEGIN ${label}-----` && end[0] === `-----END ${label}-----`)
  return right ? [] : [keyProblem('ARMOUR')]
}

/** What stands between BEGIN and END. */
function block(body: string, label: string): Pick<Piece, 'bytes' | 'problems'> {
  // "Proc-Type: 4,ENCRYPTED", "Comment: …"
  const headers = /^[A-Za-z-]+:.*(?:\\\n.*)*$/gm
  const locked = /ENCRYPTED/.test(body.match(headers)?.join() ?? '')
  const lines = body.replace(headers, '').trim().split('\n')
  const { bytes, problems } = fromBase64(lines.join('\n'))
  if (locked) problems.push(keyProblem('ENCRYPTED'))
  if (/SSH/.test(label)) return { bytes, problems: [keyProblem('OPENSSH'), ...problems] }
  return { bytes, problems: [...problems, ...lineProblems(lines)] }
}

function lineProblems(lines: string[]): KeyProblem[] {
  const [first = ''] = lines
  if (lines.length === 1) return first.length > 64 ? [keyProblem('ONE_LINE')] : []
  const wrong = lines.some((line, index) => (index < lines.length - 1 ? line.length !== 64 : line.length > 64))
  return wrong ? [keyProblem('LINE_LENGTH')] : []
}

/** The first long run of base64 in a text without BEGIN lines. */
function bareBase64(text: string): Piece[] {
  // A settings line: NAME=…, NAME: …
  const value = text.replace(/^[A-Za-z][A-Za-z0-9_. -]{0,48}[=:]\s*/, '').replace(/^["']|["']$/g, '')
  if (value.replace(/\s/g, '').length < 64 || !/^[A-Za-z0-9+/_-]{8}/.test(value)) return []
  const { bytes, problems } = fromBase64(value)
  return [{ label: null, bytes, problems: [keyProblem('NO_ARMOUR'), ...problems] }]
}

function fromBase64(text: string): Pick<Piece, 'bytes' | 'problems'> {
  const base64 = text.replace(/\s/g, '')
  const bytes = Buffer.from(base64, 'base64')
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(base64)) return { bytes, problems: [keyProblem('STRANGE_CHARACTERS')] }
  return { bytes, problems: /[_-]/.test(base64) ? [keyProblem('BASE64URL')] : [] }
}
