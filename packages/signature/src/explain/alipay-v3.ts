/**
 * Why a signature of the Alipay family's REST scheme (v3) does not verify. The string of a request is its authorization fields,
 * method, path with query, and body, that of an answer its time, nonce and body: each on a line of its own, the last one
 * too. Source: alipay-openapi §10.
 */
import { alipayV3AnswerString, alipayV3RequestString, type AlipayV3Answer, type AlipayV3Request } from '../alipay-v3.ts'
import { explain, type Explanation } from './explain.ts'
import { readings, strictBase64 } from './recover.ts'
import type { Change, Search } from './search.ts'
import type { Signer } from './signer.ts'
import { authStringChanges } from './spell-auth-string.ts'
import { bodyChanges } from './spell-body.ts'
import { byteChanges } from './spell-bytes.ts'
import { LIKELY_JSON_SPELLINGS } from './spell-json.ts'
import { hostChanges, queryChanges, restPathChanges } from './spell-uri.ts'

/** A signed message as it was received: a request, or an answer to one. */
export type AlipayV3Case = Signer & {
  /** Base64: what stands behind `,sign=`, or the header `alipay-signature`. */
  sign: string
} & (
    | {
        request: AlipayV3Request
        /** The `Host` header, for finding it in the string. */
        host?: string
      }
    | { answer: AlipayV3Answer }
  )

/**
 * Explains. At most 10,000 hashes over 32 MiB, and twelve RSA public operations for each key: a known mistake takes
 * milliseconds, an unknown one some tenths of a second, so it is not for every caller who fails. Never throws, may be
 * repeated, changes nothing.
 */
export function explainAlipayV3(given: AlipayV3Case): Explanation {
  const about = { ...given, readings: readings(given.sign, strictBase64), faults: [] }
  if ('answer' in given) return explain({ ...about, search: searchOfAnswer(given.answer) })
  return explain({ ...about, search: searchOfRequest(given.request, given.host) })
}

interface Draft<Message> {
  message: Message
  join(message: Message): Buffer
}
type RequestDraft = Draft<AlipayV3Request>

const write = <Message>({ message, join }: Draft<Message>): Buffer => join(message)
const changed = <Message>(draft: Draft<Message>, change: Partial<Message>): Draft<Message> => ({
  ...draft,
  message: { ...draft.message, ...change },
})

function searchOfRequest(request: AlipayV3Request, host?: string): Search<RequestDraft> {
  const uri = (draft: RequestDraft, text: string): RequestDraft => changed(draft, { uri: text })
  return {
    draft: { message: request, join: alipayV3RequestString },
    write,
    groups: [
      { changes: [...requestEnds(request), ...requestJoins] },
      {
        changes: [
          ...restPathChanges(request.uri, uri),
          ...hostChanges(request.uri, host, uri),
          ...queryChanges(request.uri, uri),
        ],
        inPairs: 24,
      },
      {
        changes: bodyChanges<RequestDraft>(request.body, (draft, body) => changed(draft, { body })),
        inPairs: LIKELY_JSON_SPELLINGS,
      },
      {
        changes: authStringChanges(request.authString, (draft, authString) => changed(draft, { authString })),
        inPairs: 32,
      },
      byteChanges(),
      { changes: methodChanges(request.method) },
    ],
  }
}

function searchOfAnswer(answer: AlipayV3Answer): Search<Draft<AlipayV3Answer>> {
  return {
    draft: { message: answer, join: alipayV3AnswerString },
    write,
    groups: [
      { changes: [withoutEnd<AlipayV3Answer>(alipayV3AnswerString), ...joinChanges(answerJoins)] },
      {
        changes: bodyChanges<Draft<AlipayV3Answer>>(answer.body, (draft, body) => changed(draft, { body })),
        inPairs: LIKELY_JSON_SPELLINGS,
      },
      byteChanges(),
    ],
  }
}

const withoutEnd = <Message>(join: (message: Message) => Buffer): Change<Draft<Message>> => ({
  cause: 'LAST_LINE_END',
  detail: '',
  apply: (draft) => ({ ...draft, join: (message) => join(message).subarray(0, -1) }),
})

/** What may be missing at the end of a request's string. */
function requestEnds({ body, appAuthToken }: AlipayV3Request): Change<RequestDraft>[] {
  const noLine: Change<RequestDraft> = {
    cause: 'LAST_LINE_END',
    detail: 'the empty body has no line',
    apply: (draft) => ({ ...draft, join: (message) => alipayV3RequestString(message).subarray(0, -2) }),
  }
  const noToken: Change<RequestDraft> = {
    cause: 'JOINED_OTHERWISE',
    detail: 'the line of alipay-app-auth-token is missing',
    apply: (draft) => changed(draft, { appAuthToken: undefined }),
  }
  return [
    withoutEnd<AlipayV3Request>(alipayV3RequestString),
    ...(body.length === 0 && appAuthToken === undefined ? [noLine] : []),
    ...(appAuthToken === undefined ? [] : [noToken]),
  ]
}

const line = (...parts: (string | Buffer)[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)))
const fieldOf = (authString: string, name: string): string =>
  new RegExp(`(?:^|,)\\s*${name}=([^,]*)`).exec(authString)?.[1] ?? ''

const joinChanges = <Message>(joins: [string, (message: Message) => Buffer][]): Change<Draft<Message>>[] =>
  joins.map(([detail, join]) => ({ cause: 'JOINED_OTHERWISE', detail, apply: (draft) => ({ ...draft, join }) }))

const requestJoins = joinChanges<AlipayV3Request>([
  ['only the body was signed', ({ body }) => line(body)],
  ['the authorization fields are missing', ({ method, uri, body }) => line(`${method}\n${uri}\n`, body, '\n')],
  ['the method is missing', ({ authString, uri, body }) => line(`${authString}\n${uri}\n`, body, '\n')],
  ['the path is missing', ({ authString, method, body }) => line(`${authString}\n${method}\n`, body, '\n')],
  [
    'method and path stand on one line',
    ({ authString, method, uri, body }) => line(`${authString}\n${method} ${uri}\n`, body, '\n'),
  ],
  [
    'the authorization fields stand last',
    ({ authString, method, uri, body }) => line(`${method}\n${uri}\n`, body, `\n${authString}\n`),
  ],
  [
    'it holds method, path, time, nonce and body, as another scheme has it',
    ({ authString, method, uri, body }) =>
      line(`${method}\n${uri}\n${fieldOf(authString, 'timestamp')}\n${fieldOf(authString, 'nonce')}\n`, body, '\n'),
  ],
  [
    'it holds time, nonce and body, as the string of an answer does',
    ({ authString, body }) =>
      line(`${fieldOf(authString, 'timestamp')}\n${fieldOf(authString, 'nonce')}\n`, body, '\n'),
  ],
])

const answerJoins: [string, (answer: AlipayV3Answer) => Buffer][] = [
  ['only the body was signed', ({ body }) => line(body)],
  ['the nonce stands before the time', ({ timestamp, nonce, body }) => line(`${nonce}\n${timestamp}\n`, body, '\n')],
  ['the nonce is missing', ({ timestamp, body }) => line(`${timestamp}\n`, body, '\n')],
  ['the time is missing', ({ nonce, body }) => line(`${nonce}\n`, body, '\n')],
  ['there are no line feeds between its parts', ({ timestamp, nonce, body }) => line(timestamp, nonce, body)],
]

function methodChanges(method: string): Change<RequestDraft>[] {
  return [method.toLowerCase(), 'POST', 'GET', 'Post', 'Get']
    .filter((each) => each !== method)
    .map((each) => ({
      cause: 'METHOD',
      detail: `it says "${each}"`,
      apply: (draft) => changed(draft, { method: each }),
    }))
}
