/**
 * Why a signature of the super-app family does not verify. The string is two lines, `METHOD URI` and
 * `Client-Id.time.body`, in every direction. Source: superapp-payment-api §2.1 and §3.
 */
import { decodeSignature, parseSignatureHeader, SignatureHeaderError, signedUris } from '../superapp.ts'
import type { SuperappMessage } from '../superapp.ts'
import { fault, type Fault } from './causes.ts'
import { explain, type Explanation } from './explain.ts'
import { readings } from './recover.ts'
import type { Change, Group, Search } from './search.ts'
import { byteChanges } from './spell-bytes.ts'
import type { Signer } from './signer.ts'
import { bodyChanges } from './spell-body.ts'
import { LIKELY_JSON_SPELLINGS } from './spell-json.ts'
import { hostChanges, pathChanges, queryChanges } from './spell-uri.ts'
import { LIKELY_TIME_FORMATS, timeChanges } from './spell-time.ts'

/** A signed message as it was received. */
export interface SuperappCase extends Signer {
  /** For an answer, `method` and `uri` are those of its request. The URI is path and query as received. */
  message: SuperappMessage
  /** The `Signature` header as received. */
  signatureHeader: string
  /** The `Host` header, for finding it in the string. */
  host?: string
  /** The URIs that the verifier accepts, likeliest first; default `signedUris(message.uri)`. */
  acceptedUris?: readonly string[]
}

/**
 * Explains. At most 10,000 hashes over 32 MiB, and twelve RSA public operations for each key: a known mistake takes
 * milliseconds, an unknown one some tenths of a second, so it is not for every caller who fails. Never throws, may be
 * repeated, changes nothing.
 */
export function explainSuperapp(given: SuperappCase): Explanation {
  const { message, signatureHeader, host, acceptedUris = signedUris(message.uri) } = given
  const header = readHeader(signatureHeader)
  return explain({
    ...given,
    readings: readings(header.signature, decodeSignature),
    keyVersion: header.keyVersion,
    faults: header.faults,
    search: searchOf(message, acceptedUris, host),
  })
}

interface ReadHeader {
  signature: string
  keyVersion: number | null | undefined
  faults: Fault[]
}

/** Reads the header as the wallet does; where the wallet cannot, takes for the signature what looks like one. */
function readHeader(text: string): ReadHeader {
  try {
    const { signature, keyVersion } = parseSignatureHeader(text)
    return { signature, keyVersion, faults: [] }
  } catch (error) {
    if (!(error instanceof SignatureHeaderError)) throw error
    const signature = /(?:^|[\s,;])signature\s*[=:]\s*([^,;]*)/i.exec(text)?.[1] ?? text
    // Another algorithm is told apart from a malformed header by the signature itself.
    return { signature, keyVersion: undefined, faults: [fault('SIGNATURE_HEADER', clause(error.message))] }
  }
}

const clause = (sentence: string): string => sentence.replace(/\.$/, '')

/** The parts of the string, and how they are joined. */
interface Draft extends SuperappMessage {
  join(parts: SuperappMessage): Buffer
}

function searchOf(message: SuperappMessage, accepted: readonly string[], host?: string): Search<Draft> {
  const uri = (draft: Draft, text: string): Draft => ({ ...draft, uri: text })
  const times = timeChanges<Draft>(message.time, (draft, time) => ({ ...draft, time }))
  const [first = message.uri, ...otherUris] = accepted
  return {
    draft: { ...message, uri: first, join },
    write: (draft) => draft.join(draft),
    groups: [
      {
        changes: [
          ...otherUris.map((each) => ({ cause: null, detail: '', apply: (draft: Draft) => uri(draft, each) })),
          ...hostChanges(message.uri, host, uri),
          ...pathChanges(message.uri, uri),
          ...queryChanges(message.uri, uri),
        ],
        inPairs: 48,
      },
      {
        changes: bodyChanges<Draft>(message.body, (draft, body) => ({ ...draft, body })),
        inPairs: LIKELY_JSON_SPELLINGS,
      },
      { changes: times.formats, inPairs: LIKELY_TIME_FORMATS },
      byteChanges(),
      { changes: methodChanges(message.method) },
      { changes: clientIdChanges(message) },
      { changes: joinChanges },
      { changes: times.moments, inPairs: 10 },
    ] satisfies Group<Draft>[],
  }
}

const line = (...parts: (string | Buffer)[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)))

const join = ({ method, uri, clientId, time, body }: SuperappMessage): Buffer =>
  line(`${method} ${uri}\n${clientId}.${time}.`, body)

const joins: [string, (parts: SuperappMessage) => Buffer][] = [
  ['only the body was signed', ({ body }) => line(body)],
  ['the first line is missing', ({ clientId, time, body }) => line(`${clientId}.${time}.`, body)],
  ['the method is missing', ({ uri, clientId, time, body }) => line(`${uri}\n${clientId}.${time}.`, body)],
  [
    'Client-Id, time and body stand on lines of their own',
    ({ method, uri, clientId, time, body }) => line(`${method} ${uri}\n${clientId}\n${time}\n`, body),
  ],
  [
    'every part stands on a line of its own',
    ({ method, uri, clientId, time, body }) => line(`${method}\n${uri}\n${clientId}\n${time}\n`, body),
  ],
  [
    'method and path stand on lines of their own',
    ({ method, uri, clientId, time, body }) => line(`${method}\n${uri}\n${clientId}.${time}.`, body),
  ],
  [
    'the dots are missing',
    ({ method, uri, clientId, time, body }) => line(`${method} ${uri}\n${clientId}${time}`, body),
  ],
  [
    'everything is joined by dots',
    ({ method, uri, clientId, time, body }) => line(`${method}.${uri}.${clientId}.${time}.`, body),
  ],
  [
    'the time stands before the Client-Id',
    ({ method, uri, clientId, time, body }) => line(`${method} ${uri}\n${time}.${clientId}.`, body),
  ],
  [
    'the body stands before the time',
    ({ method, uri, clientId, time, body }) => line(`${method} ${uri}\n${clientId}.`, body, `.${time}`),
  ],
  ['the Client-Id is missing', ({ method, uri, time, body }) => line(`${method} ${uri}\n${time}.`, body)],
  ['the time is missing', ({ method, uri, clientId, body }) => line(`${method} ${uri}\n${clientId}.`, body)],
]
const joinChanges: Change<Draft>[] = joins.map(([detail, how]) => ({
  cause: 'JOINED_OTHERWISE',
  detail,
  apply: (draft) => ({ ...draft, join: how }),
}))

function methodChanges(method: string): Change<Draft>[] {
  return [method.toLowerCase(), 'POST', 'GET', 'Post']
    .filter((each) => each !== method)
    .map((each) => ({ cause: 'METHOD', detail: `it says "${each}"`, apply: (draft) => ({ ...draft, method: each }) }))
}

/** Ids that stand in the body under another name are the ones taken for the Client-Id. */
function clientIdChanges({ clientId, body }: SuperappMessage): Change<Draft>[] {
  const inBody = body.toString().matchAll(/"(partnerId|appId|merchantId|customerBelongsTo)"\s*:\s*"([^"\\]{1,64})"/g)
  const ids = new Map([...inBody].slice(0, 8).map(([, name, id]) => [id!, `it holds the ${name}`]))
  ids.set(clientId.toLowerCase(), 'it is in small letters').set(clientId.toUpperCase(), 'it is in capitals')
  ids.set('', 'it is empty').set('undefined', 'it says "undefined"').set('null', 'it says "null"')
  ids.delete(clientId)
  return [...ids].map(([id, detail]) => ({
    cause: 'CLIENT_ID',
    detail,
    apply: (draft) => ({ ...draft, clientId: id }),
  }))
}
