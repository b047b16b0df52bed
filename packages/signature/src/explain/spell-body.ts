/** What may have stood where the body belongs: other JSON, nothing, a hash, another encoding, other line ends. */
import { createHash } from 'node:crypto'
import type { Cause } from './causes.ts'
import { percentEncoded } from './percent.ts'
import type { Change } from './search.ts'
import { lineEndChanges } from './spell-bytes.ts'
import { jsonChanges } from './spell-json.ts'

/** Changes that replace the body of a draft, the likely ones first. */
export function bodyChanges<Draft>(body: Buffer, replace: (draft: Draft, body: Buffer) => Draft): Change<Draft>[] {
  const text = body.toString()
  const withText = (draft: Draft, each: string): Draft => replace(draft, Buffer.from(each))
  const hash = (name: string): Buffer => createHash(name).update(body).digest()
  const others: [Cause, string, string][] = [
    ['BODY_MISSING', 'the body was empty in the string', ''],
    ['BODY_MISSING', 'the body was {} in the string', '{}'],
    ['BODY_MISSING', 'the body was "undefined" in the string', 'undefined'],
    ['BODY_MISSING', 'the body was "null" in the string', 'null'],
    ['BODY_MISSING', 'the body was "[object Object]" in the string', '[object Object]'],
    ['BODY_HASHED', 'SHA-256 in base64', hash('sha256').toString('base64')],
    ['BODY_HASHED', 'SHA-256 in hexadecimal', hash('sha256').toString('hex')],
    ['BODY_HASHED', 'SHA-256 in hexadecimal capitals', hash('sha256').toString('hex').toUpperCase()],
    ['BODY_HASHED', 'MD5 in hexadecimal', hash('md5').toString('hex')],
    ['BODY_HASHED', 'MD5 in base64', hash('md5').toString('base64')],
    ['URL_ENCODING', 'the body was encoded', percentEncoded(text)],
    ['BODY_RESERIALISED', 'the JSON was written as a JSON text once more', JSON.stringify(text)],
  ]
  const [empty, ...rest] = others.map(([cause, detail, each]): Change<Draft> => ({
    cause,
    detail,
    apply: (draft) => withText(draft, each),
  }))
  return [...(text === '' ? [] : [empty!]), ...lineEndChanges(text, withText), ...jsonChanges(text, withText), ...rest]
}
