/**
 * The door of the super-app family (steps 4 to 7): verifies the raw bytes, parses, calls one endpoint, signs the answer.
 *
 * Whatever comes in is answered with HTTP 200 and a `result`; refusals are signed too whenever the client is known.
 * No rule about money lives here. Source: superapp-payment-api §2 to §5.
 */
import {
  defaultSuperappDialect,
  SUPERAPP_BODY_LIMIT,
  superappVersions,
  WalletError,
  type SuperappVersion,
} from '@tradepay/contract'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import { logUnforeseen } from '../merchant-door/log-unforeseen.ts'
import { recordCreate, recordedMessage } from '../merchant-door/record-create.ts'
import { walletSigningKey } from '../merchant-door/wallet-key.ts'
import { applyToken } from './apply-token.ts'
import { cancelPayment } from './cancel-payment.ts'
import { cancelToken } from './cancel-token.ts'
import { basePaths, signedPath } from './dialect.ts'
import type { Endpoint, Outcome } from './endpoint.ts'
import { inquiryPayment } from './inquiry-payment.ts'
import { inquiryRefund } from './inquiry-refund.ts'
import { pay } from './pay.ts'
import { refund } from './refund.ts'
import { isRefusal, refusalResult, superappResult } from './results.ts'
import { sendResult, type Addressee } from './send-result.ts'
import { inquiryUserInfo } from './user-info.ts'
import { identify, verifyRequest, type RawRequest } from './verify-request.ts'

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
    try {
      const verified = await verifyRequest(raw, rooms.merchants, window())
      const { client, uri } = verified
      const addressee = { clientId: client.clientId, method: raw.method, uri, dialect: client.dialect }
      const outcome = await outcomeOf(endpoint, raw, { client, version, deps, rooms }, request)
      const sent = await send(reply, outcome.body, addressee)
      if (outcome.order && sent) {
        recordCreate(recorder, {
          ...outcome.order,
          receivedAt,
          answeredAt: clock.now(),
          request: recordedMessage(`${raw.method} ${raw.url}`, raw.headers, raw.body),
          requestSignature: verified.signature,
          answer: sent.answer,
          answerSignature: sent.signature,
        })
      }
    } catch (error) {
      if (reply.sent) throw error
      await refuse(error, request, reply)
    }
  }

  /** Answers a refusal that came before the request was verified. */
  async function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!isRefusal(error)) logUnforeseen(error, request)
    await send(reply, { result: refusalResult(error) }, await addresseeOf(request))
  }

  /** Who is to get a refusal: the client that the request names, if there is one. */
  async function addresseeOf(request: FastifyRequest): Promise<Addressee | null> {
    const { method, url } = request
    try {
      const { clientId, dialect } = await identify(request.headers, rooms.merchants)
      return { clientId, method, uri: signedPath(dialect, url), dialect }
    } catch (error) {
      if (!(error instanceof WalletError && error.code === 'CLIENT_DISABLED')) return null
      const dialect = defaultSuperappDialect
      return { clientId: String(request.headers['client-id']), method, uri: signedPath(dialect, url), dialect }
    }
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
        await send(reply, { result }, await addresseeOf(request))
      })
    }
  }
}

/** Runs the endpoint. A refusal is an outcome too; it is signed like any other, for the URI that the client signed. */
async function outcomeOf(
  endpoint: Endpoint,
  raw: RawRequest,
  call: Parameters<Endpoint['answer']>[1],
  request: FastifyRequest,
): Promise<Outcome> {
  try {
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
