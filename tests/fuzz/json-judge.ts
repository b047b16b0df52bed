/**
 * Whether an answer of a JSON door keeps what these doors promise: never a failure of the server, always what the description
 * says; whoever is refused hears what was wrong, what was expected and what to do; and nobody hears a secret.
 */
import { refusals, type ApiError, type RefusalCode } from '@tradepay/contract'
import { answerCheck, requestCheck } from './apis.ts'
import type { Call } from './calls.ts'
import { answerIn, isOfHttp, parsed, type Judgement } from './judge.ts'
import { isStream, type Answer, type Received } from './message.ts'

export interface Secrets {
  /** What no answer may tell. */
  secrets: readonly string[]
  /** What the caller or the world may show, and a refusal may not repeat. */
  givenSecrets: readonly string[]
}

export function judgeJson(call: Call, received: Received, secrets: Secrets): Judgement {
  const answer = answerIn(call, received)
  if ('complaints' in answer) return answer
  const { status } = answer
  const complaints = [...described(call, answer), ...told(answer, secrets)]
  if (status < 400) return { complaints: [...complaints, ...taken(call)], code: `${status}` }
  const { error } = (parsed(answer) ?? {}) as Partial<ApiError>
  if (error && call.callable) complaints.push(...unclear(error))
  return { complaints, code: error?.code ?? `HTTP ${status}` }
}

/** What is not as the description says. Of what was no call of the door nothing is said. */
function described(call: Call, answer: Answer): string[] {
  const { status } = answer
  if (!call.callable) return []
  if (isStream(answer.headers)) return 'text/event-stream' in contentOf(call, status) ? [] : ['an undescribed stream']
  // Node refuses some headers by itself, without a word.
  if (isOfHttp(answer) && !call.isSigned && parsed(answer) === null) return []
  const check = answerCheck(call.callable, status)
  return check ? check(parsed(answer)) : [`HTTP ${status} is not described`]
}

const contentOf = ({ callable }: Call, status: number): object =>
  callable!.operation.responses[String(status)]?.content ?? {}

/** What the description refuses and the door took. */
function taken({ callable, body }: Call): string[] {
  const check = callable && requestCheck(callable)
  // A body may be left out where every member of it may.
  if (!check || body.length === 0) return []
  // A byte order mark may be passed over. Source: RFC 8259 §8.1.
  return check(JSON.parse(body.toString().replace(/^\ufeff/, ''))).map(
    (complaint) => `taken although the description refuses it: ${complaint}`,
  )
}

const noSentence = /undefined|NaN|\[object|not have|must (be|match|have)|[<>]=/

function unclear({ code, message, action, field, expected }: ApiError['error']): string[] {
  const refusal = refusals[code as RefusalCode] as { action: string } | undefined
  if (!refusal) return [`${code} is no code of the table`]
  return [
    ...(code === 'OUTCOME_UNKNOWN' ? ['OUTCOME_UNKNOWN: something that nobody foresaw'] : []),
    ...(action === refusal.action ? [] : [`${code} does not say what to do`]),
    ...(/[.?]$/.test(message) && !noSentence.test(message) ? [] : [`${code} says: ${message}`]),
    ...(code === 'INVALID_PARAMETER' && (!field || !expected)
      ? ['it does not say which parameter, or what was expected']
      : []),
    ...(code === 'BODY_MALFORMED' && !expected ? ['it does not say what was expected of the body'] : []),
    ...(noSentence.test(expected ?? '') ? [`it expects "${expected}"`] : []),
  ]
}

function told({ body, status }: Answer, { secrets, givenSecrets }: Secrets): string[] {
  const text = body.toString()
  const all = status >= 400 ? [...secrets, ...givenSecrets] : secrets
  return all.some((secret) => text.includes(secret)) ? ['it tells a secret'] : []
}
