/**
 * The whole string in other bytes: another charset, other line ends, URL-encoded, or hashed before it is signed. The same for
 * every family.
 */
import { createHash } from 'node:crypto'
import type { Cause } from './causes.ts'
import { formEncoded, percentEncoded } from './percent.ts'
import type { Change, Group } from './search.ts'

/** Changes of the whole string, with any draft. */
export function byteChanges<Draft>(): Group<Draft> {
  return { changes: rewrites.map(([cause, detail, rewrite]) => ({ cause, detail, rewrite })) }
}

/** Texts that stand where `text` stood, with other line ends or blanks. */
export function lineEndChanges<Draft>(text: string, replace: (draft: Draft, text: string) => Draft): Change<Draft>[] {
  const lines = text.replace(/\r\n?/g, '\n')
  const spelled: [string, string][] = [
    ['the content was signed with line feeds only', lines],
    ['the content was signed with CRLF line ends', lines.replaceAll('\n', '\r\n')],
    ['the content was signed without blanks around it', text.trim()],
    ['the content was signed with a line feed behind it', `${text}\n`],
    ['the content was signed without any line ends', lines.replaceAll('\n', '')],
  ]
  return spelled.flatMap(([detail, each]) =>
    each === text ? [] : [{ cause: 'LINE_ENDS' as const, detail, apply: (draft: Draft) => replace(draft, each) }],
  )
}

const onText = (change: (text: string) => string) => {
  return (bytes: Buffer): Buffer => Buffer.from(change(bytes.toString()))
}
const hashed = (hash: string, encoding: 'hex' | 'base64') => {
  return (bytes: Buffer): Buffer => Buffer.from(createHash(hash).update(bytes).digest(encoding))
}

const rewrites: [Cause, string, (bytes: Buffer) => Buffer][] = [
  ['LINE_ENDS', 'there is a line feed behind the string', onText((text) => `${text}\n`)],
  ['LINE_ENDS', 'there is a CRLF behind the string', onText((text) => `${text}\r\n`)],
  ['LINE_ENDS', 'its lines end in CRLF', onText((text) => text.replace(/\r?\n/g, '\r\n'))],
  [
    'LINE_ENDS',
    'it holds the two characters \\n in place of a line feed',
    onText((text) => text.replaceAll('\n', '\\n')),
  ],
  ['LINE_ENDS', 'it holds a blank in place of a line feed', onText((text) => text.replaceAll('\n', ' '))],
  ['LINE_ENDS', 'it holds no line feed', onText((text) => text.replaceAll('\n', ''))],
  ['LINE_ENDS', 'there is a blank behind the string', onText((text) => `${text} `)],
  ['LINE_ENDS', 'blanks around it were cut off', onText((text) => text.trim())],
  ['CHARSET', 'it was signed in GBK', (bytes) => gbk(bytes.toString())],
  ['CHARSET', 'it was signed in ISO-8859-1', (bytes) => Buffer.from(bytes.toString(), 'latin1')],
  ['CHARSET', 'letters beyond ASCII were signed as ?', onText((text) => text.replace(/[\u0080-\uffff]/g, '?'))],
  [
    'CHARSET',
    'UTF-8 was taken for ISO-8859-1 and turned into UTF-8 again',
    (bytes) => Buffer.from(bytes.toString('latin1')),
  ],
  ['CHARSET', 'it was signed with a byte order mark in front', onText((text) => `\ufeff${text}`)],
  ['URL_ENCODING', 'the whole string was encoded', onText(percentEncoded)],
  ['URL_ENCODING', 'the whole string was encoded as a form', onText(formEncoded)],
  ['URL_ENCODING', '& was written as &amp;', onText((text) => text.replaceAll('&', '&amp;'))],
  ['HASHED_TWICE', 'the string was its SHA-256 in hexadecimal', hashed('sha256', 'hex')],
  ['HASHED_TWICE', 'the string was its SHA-256 in base64', hashed('sha256', 'base64')],
  ['HASHED_TWICE', 'the string was its SHA-256 as bytes', (bytes) => createHash('sha256').update(bytes).digest()],
  ['HASHED_TWICE', 'the string was its MD5 in hexadecimal', hashed('md5', 'hex')],
]

let gbkTable: Map<string, number> | null = null

/** Text in GBK; what it does not have becomes a question mark. The table is made from the platform's decoder, once. */
function gbk(text: string): Buffer {
  gbkTable ??= makeGbkTable()
  const table = gbkTable
  return Buffer.from(
    Array.from(text).flatMap((character) => {
      if (character <= '\x7f') return [character.charCodeAt(0)]
      const code = table.get(character)
      return code === undefined ? [0x3f] : [code >> 8, code & 0xff]
    }),
  )
}

function makeGbkTable(): Map<string, number> {
  const decoder = new TextDecoder('gbk')
  const table = new Map<string, number>()
  for (let high = 0x81; high <= 0xfe; high++) {
    for (let low = 0x40; low <= 0xfe; low++) {
      const character = decoder.decode(Uint8Array.of(high, low))
      if (character.length === 1 && character !== '\ufffd' && !table.has(character))
        table.set(character, high * 256 + low)
    }
  }
  return table
}
