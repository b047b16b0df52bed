/**
 * The door of the super-app family (steps 4 to 7): verifies the raw bytes, parses, calls one endpoint, signs the answer.
 *
 * Whatever comes in is answered with HTTP 200 and a `result`; refusals are signed too whenever the client is known and does
 * not fail too often. No rule about money lives here. Source: superapp-payment-api §2 to §5.
 */
import { SUPERAPP_BODY_LIMIT, superappVersions, WalletError, type SuperappVersion } from '@tradepay/contract'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import type { Client } from '../../merchant/types.ts'
import { callLimits, tooManyFailures } from '../merchant-door/call-limits.ts'
import { explainer } from '../merchant-door/explanation.ts'
import { isRefusedSignature } from '../merchant-door/fresh-keys.ts'
import { logUnforeseen } from '../merchant-door/log-unforeseen.ts'
import { recordCreate, recordedMessage } from '../merchant-door/record-create.ts'
import { walletSigningKey } from '../merchant-door/wallet-key.ts'
import { findAddressee } from './addressee.ts'
import { applyToken } from './apply-token.ts'
import { cancelPayment } from './cancel-payment.ts'
import { cancelToken } from './cancel-token.ts'
import { basePaths } from './dialect.ts'
import type { Endpoint, Outcome } from './endpoint.ts'
import { explainRefusal } from './explain-refusal.ts'
import { inquiryPayment } from './inquiry-payment.ts'
import { inquiryRefund } from './inquiry-refund.ts'
import { pay } from './pay.ts'
import { refund } from './refund.ts'
import { explanationResult, isRefusal, refusalResult, superappResult } from './results.ts'
import { sendResult, type Addressee } from './send-result.ts'
import { inquiryUserInfo } from './user-info.ts'
import { verifyRequest, type RawRequest, type VerifiedRequest } from './verify-request.ts'

/** What is routed in each version: the same calls. */
const endpoints: Endpoint[] = [
  pay,
  inquiryPayment,
  ...cancelPayment,
  ...refund,
  inquiryRefund,
  applyToken,
  ...cancelToken,
  ...inquiryUserInfo,
]

export async function superappDoor(
  http: FastifyInstance,
  { deps, rooms }: { deps: Deps; rooms: Rooms },
): Promise<void> {
  const { clock, settings, recorder } = deps
  const key = walletSigningKey(settings)
  const window = () => ({ now: clock.now(), toleranceSeconds: settings.requestTimeToleranceSeconds })
  const limits = callLimits(deps)
  const explain = explainer(deps)
  const send = (reply: FastifyReply, body: Outcome['body'], addressee: Addressee | null) =>
    sendResult(reply, body, addressee, { now: clock.now(), key })

  // The body stays bytes until its signature has been verified, whatever type it claims to have.
  http.removeAllContentTypeParsers()
  http.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: SUPERAPP_BODY_LIMIT }, (_request, body, done) =>
    done(null, body),
  )

  async function answerCall(
    endpoint: Endpoint,
    version: SuperappVersion,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const receivedAt = clock.now()
    const raw = rawRequest(request)
    let verified: VerifiedRequest
    try {
      verified = await verifyRequest(raw, rooms.merchants, window())
    } catch (error) {
      return refuse(error, request, reply, raw)
    }
    try {
      const { client, uri } = verified
      const addressee = { clientId: client.clientId, method: raw.method, uri, dialect: client.dialect }
      const outcome = await outcomeOf(endpoint, raw, { client, version, deps, rooms }, request, () =>
        limits.countCall(client.clientId),
      )
      const sent = await send(reply, outcome.body, addressee)
      const { order } = outcome
      if (order && sent) {
        recordCreate(recorder, () => ({
          ...order,
          receivedAt,
          answeredAt: clock.now(),
          request: recordedMessage(`${raw.method} ${raw.url}`, raw.headers, raw.body),
          requestSignature: verified.signature,
          answer: recordedMessage('200', sent.headers, sent.body),
          answerSignature: sent.signature,
        }))
      }
    } catch (error) {
      if (reply.sent) throw error
      await refuse(error, request, reply)
    }
  }

  /** Answers a refusal that came before the request was verified. @param raw what was to be verified, if it was read */
  async function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, raw?: RawRequest): Promise<void> {
    if (!isRefusal(error)) logUnforeseen(error, request)
    const explained = (client: Client) => {
      const explanation = raw && isRefusedSignature(error) ? explainRefusal(raw, client, explain) : null
      return explanation && { result: explanationResult(refusalResult(error), explanation), explanation }
    }
    await answerUnverified(
      request,
      reply,
      (client) => (client && explained(client)) ?? { result: refusalResult(error) },
    )
  }

  /** Answers a request that was not verified: signed for the client that it names, while such requests are few. */
  async function answerUnverified(
    request: FastifyRequest,
    reply: FastifyReply,
    body: (client: Client | null) => Outcome['body'],
  ): Promise<void> {
    const { client, addressee } = await findAddressee(request, rooms.merchants)
    if (limits.countFailure(request.ip, addressee?.clientId ?? null))
      return void (await send(reply, body(client), addressee))
    await send(reply, { result: refusalResult(tooManyFailures()) }, null)
  }

  // What the framework refuses (too large, cut off, a Content-Type that is none) is refused in the family's words.
  http.setErrorHandler<FastifyError>((error, request, reply) => refuse(inWordsOfTheDoor(error), request, reply))

  for (const base of basePaths) {
    for (const version of superappVersions) {
      for (const endpoint of endpoints) {
        http.post(`${base}/${version}${endpoint.path}`, (request, reply) =>
          answerCall(endpoint, version, request, reply),
        )
      }
      http.all(`${base}/${version}/*`, async (request, reply) => {
        const path = pathOf(request).slice(base.length + version.length + 1)
        const known = endpoints.some((endpoint) => endpoint.path === path)
        const result = known
          ? superappResult('METHOD_NOT_SUPPORTED', 'This API is called with POST.')
          : refusalResult(new WalletError('API_UNKNOWN'))
        await answerUnverified(request, reply, () => ({ result }))
      })
    }
  }
}

/**
 * Runs the endpoint. A refusal is an outcome too; it is signed like any other, for the URI that the client signed.
 * @param admit throws when the client calls too often
 */
async function outcomeOf(
  endpoint: Endpoint,
  raw: RawRequest,
  call: Parameters<Endpoint['answer']>[1],
  request: FastifyRequest,
  admit: () => void,
): Promise<Outcome> {
  try {
    admit()
    return await endpoint.answer(parseBody(raw.body), call)
  } catch (error) {
    if (!isRefusal(error)) logUnforeseen(error, request)
    return { body: { result: refusalResult(error) } }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    throw new WalletError('BODY_MALFORMED', { expected: 'a JSON object in UTF-8' }, 'The body is not JSON in UTF-8.')
  }
}

function rawRequest(request: FastifyRequest): RawRequest {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  return { method: request.method, url: request.url, headers: request.headers, body }
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0]!

function inWordsOfTheDoor(error: FastifyError): unknown {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new WalletError('BODY_TOO_LARGE', {}, `The body is larger than ${SUPERAPP_BODY_LIMIT} bytes.`)
  }
  return error.statusCode !== undefined && error.statusCode < 500 ? new WalletError('BODY_MALFORMED') : error
}
