/**
 * Whether an answer keeps what the doors promise: never a failure of the server, always what the description says, and signed
 * whenever there is somebody to sign for.
 */
import { ALIPAY_BODY_LIMIT, superappResultCodes, type SuperappResultCode } from '@tradepay/contract'
import {
  alipayNode,
  alipayV3AnswerString,
  decodeSignature,
  parseSignatureHeader,
  verifyAlipay,
  verifyAlipayV3,
  verifySuperapp,
} from '@tradepay/signature'
import { answerCheck, componentCheck, type ApiName } from './apis.ts'
import type { Call } from './calls.ts'
import type { Answer, Received } from './message.ts'
import type { World } from './world.ts'

export interface Judgement {
  /** What was not kept; empty when everything was. */
  complaints: string[]
  /** The code of the answer, for counting. */
  code: string
}

type Party = Pick<World, 'clientId' | 'walletKey'>

/** Codes that say that nobody foresaw what happened: no input may lead there. */
const unforeseen = new Set(['UNKNOWN_EXCEPTION', 'isp.unknow-error', 'unknow-error', 'ACQ.SYSTEM_ERROR'])
/** Codes of a signature that does not hold. */
const unverified = new Set([
  'INVALID_SIGNATURE',
  'KEY_NOT_FOUND',
  'TIMESTAMP_INVALID',
  'isv.invalid-signature',
  'invalid-signature',
])

export async function judge(call: Call, received: Received, party: Party): Promise<Judgement> {
  const answer = answerIn(call, received)
  if ('complaints' in answer) return answer
  const { status } = answer
  const { complaints, code } = call.callable
    ? await judges[call.api]!(call, answer, party)
    : { complaints: [], code: '' }
  if (unforeseen.has(code)) complaints.push(`${code}: something that nobody foresaw`)
  if (call.isSigned && unverified.has(code)) complaints.push(`${code} for a call that is rightly signed`)
  return { complaints, code: code || `HTTP ${status}` }
}

const judges: Partial<Record<ApiName, (call: Call, answer: Answer, party: Party) => Promise<Judgement>>> = {
  superapp,
  alipay,
  'alipay-v3': alipayV3,
}

/** What comes back, or the judgement where that is no answer that any door may give. */
export function answerIn(call: Call, received: Received): Answer | Judgement {
  if (received === 'NOTHING') return { complaints: ['no answer came'], code: 'nothing' }
  if (received === null) {
    // A connection may be closed on what is no HTTP, and on nothing else.
    return { complaints: call.isSound ? ['the connection was closed without an answer'] : [], code: 'closed' }
  }
  const { status, body } = received
  if (status < 500) return received
  return { complaints: [`HTTP ${status}: ${body.toString().slice(0, 200)}`], code: `HTTP ${status}` }
}

/** False for what is too large to be read: then nobody knows which method is called, and whose signature it has. */
const isRead = ({ body }: Call): boolean => body.length <= ALIPAY_BODY_LIMIT

/** Refused by HTTP itself, before a door has seen it: too many headers, a length that is none. */
export const isOfHttp = ({ status }: Answer): boolean => [400, 408, 413, 414, 417, 431].includes(status)

export function parsed({ body }: Answer): Record<string, unknown> | null {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>
  } catch {
    return null
  }
}

async function superapp(call: Call, answer: Answer, { clientId, walletKey }: Party): Promise<Judgement> {
  if (answer.status !== 200) return answeredByHttp(call, answer)
  const body = parsed(answer)
  const complaints = answerCheck(call.callable!, 200)!(body)
  const { resultCode = '', resultStatus } = (body?.['result'] ?? {}) as { resultCode?: string; resultStatus?: string }
  if (superappResultCodes[resultCode as SuperappResultCode] !== resultStatus) {
    complaints.push(`${resultCode} does not come with ${String(resultStatus)}`)
  }
  const named = call.headers.filter(([name]) => name.toLowerCase() === 'client-id')
  const isAddressed = named.length === 1 && named[0]![1] === clientId
  const { signature: header, 'response-time': time } = answer.headers
  if (header === undefined || time === undefined) {
    if (isAddressed) complaints.push('the answer is not signed')
    return { complaints, code: resultCode }
  }
  const signature = decodeSignature(parseSignatureHeader(header).signature)
  const message = { method: call.method, uri: call.target.split('?')[0]!, clientId, time, body: answer.body }
  if (!(signature && (await verifySuperapp(message, signature, walletKey)))) {
    complaints.push('the signature of the answer does not hold')
  }
  return { complaints, code: resultCode }
}

async function alipay(call: Call, answer: Answer, { walletKey }: Party): Promise<Judgement> {
  if (answer.status !== 200) return answeredByHttp(call, answer)
  const text = answer.body.toString()
  const body = parsed(answer)
  const [name = ''] = Object.keys(body ?? {})
  const node = (body?.[name] ?? {}) as { code?: string; sub_code?: string }
  const check =
    call.isSigned && isRead(call) && call.alipayMethod !== undefined
      ? componentCheck('alipay', `${call.alipayMethod}.answer`)
      : answerCheck(call.callable!, 200)!
  const complaints = check(body)
  const raw = alipayNode(text, name)
  if (raw === null || !(await verifyAlipay(raw, String(body?.['sign']), walletKey))) {
    complaints.push('the signature of the node does not hold')
  }
  return { complaints, code: node.sub_code ?? node.code ?? '' }
}

async function alipayV3(call: Call, answer: Answer, { walletKey }: Party): Promise<Judgement> {
  const body = parsed(answer)
  const check = answerCheck(call.callable!, answer.status)
  const isOfADoor = answer.headers['alipay-trace-id'] !== undefined
  if (!isOfADoor) return answeredByHttp(call, answer)
  const complaints = check ? check(body) : [`HTTP ${answer.status} is not described`]
  const { 'alipay-timestamp': timestamp, 'alipay-nonce': nonce, 'alipay-signature': sign } = answer.headers
  if (sign === undefined || timestamp === undefined || nonce === undefined) {
    if (call.isSigned && isRead(call)) complaints.push('the answer is not signed')
  } else if (!(await verifyAlipayV3(alipayV3AnswerString({ timestamp, nonce, body: answer.body }), sign, walletKey))) {
    complaints.push('the signature of the answer does not hold')
  }
  return { complaints, code: answer.status === 200 ? '10000' : String(body?.['code']) }
}

/** An answer that no door has given: right only for what is not well-formed, or too large for HTTP. */
function answeredByHttp(call: Call, answer: Answer): Judgement {
  const isRight = isOfHttp(answer) && (!call.isSigned || call.target.length > 8_000)
  return { complaints: isRight ? [] : [`HTTP ${answer.status} instead of an answer of the door`], code: '' }
}
