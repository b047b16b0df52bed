/**
 * The REST door of the Alipay family, `/v3/…` (steps 4 to 7): verifies the raw bytes, calls the same method as the gateway, and
 * answers with an HTTP status and JSON, signed in headers.
 *
 * Whatever comes in is answered with JSON; what is refused before it was verified is answered unsigned. No rule about money
 * lives here. Source: alipay-openapi §10.
 */
import { ALIPAY_V3_OK, ALIPAY_V3_PREFIX, WalletError } from '@tradepay/contract'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps, Rooms } from '../../../build-server.ts'
import { callLimits } from '../../merchant-door/call-limits.ts'
import { explainer } from '../../merchant-door/explanation.ts'
import { logUnforeseen } from '../../merchant-door/log-unforeseen.ts'
import { recordCreate, recordedMessage } from '../../merchant-door/record-create.ts'
import { walletSigningKey } from '../../merchant-door/wallet-key.ts'
import type { VerifiedCall } from '../client-signature.ts'
import { GatewayRefusal } from '../errors.ts'
import type { Method, Outcome } from '../method.ts'
import { bytesOf, frameworkRefusal, keepBytes } from '../read-bytes.ts'
import { refuseUnknownCall, restCalls } from './calls.ts'
import { refusalOf } from './errors.ts'
import { readContent } from './read-content.ts'
import { sendSigned, sendUnsigned, type RestAnswer, type SentAnswer } from './send.ts'
import { verifyRequest, type RawCall } from './verify-request.ts'

export async function alipayV3Door(
  http: FastifyInstance,
  { deps, rooms }: { deps: Deps; rooms: Rooms },
): Promise<void> {
  const { clock, settings, recorder } = deps
  const key = walletSigningKey(settings)
  const limits = callLimits(deps)
  const explain = explainer(deps)
  keepBytes(http)

  async function answerCall(method: Method, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const receivedAt = clock.now()
    const call: RawCall = { method: request.method, url: request.url, headers: request.headers, body: bytesOf(request) }
    const rules = { now: receivedAt, windowSeconds: settings.replayWindowSeconds, explain }
    let verified: VerifiedCall
    try {
      verified = await verifyRequest(call, rooms, rules)
    } catch (error) {
      return refuse(error, request, reply)
    }
    const outcome = await outcomeOf(method, call, verified)
    const sent = await sendSigned(reply, answerOf(outcome, request), key, deps)
    if (outcome.order) record(call, { verified, order: outcome.order, sent, receivedAt })
  }

  async function outcomeOf(method: Method, call: RawCall, { client }: VerifiedCall): Promise<Outcome> {
    try {
      limits.countCall(client.clientId)
      return await method.answer({ client, ...readContent(method, call), deps, rooms })
    } catch (error) {
      return { node: {}, error }
    }
  }

  /** Answers a call that was not verified. */
  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    sendUnsigned(reply, answerOf({ node: {}, error }, request), deps)
  }

  function record(
    call: RawCall,
    about: { verified: VerifiedCall; order: NonNullable<Outcome['order']>; sent: SentAnswer; receivedAt: Date },
  ): void {
    const { verified, order, sent, receivedAt } = about
    recordCreate(recorder, () => {
      const { authorization, ...headers } = call.headers
      const request = recordedMessage(`${call.method} ${call.url}`, headers, call.body)
      return {
        ...order,
        receivedAt,
        answeredAt: clock.now(),
        // No secret here, as it is elsewhere: it is the signature, and it was good once.
        request: { ...request, headers: { ...request.headers, authorization: authorization ?? '' } },
        requestSignature: verified.signature,
        answer: recordedMessage(String(ALIPAY_V3_OK), sent.headers, sent.body),
        answerSignature: sent.signature,
      }
    })
  }

  http.setErrorHandler<FastifyError>((error, request, reply) => refuse(frameworkRefusal(error), request, reply))

  for (const { path, httpMethods, method } of restCalls) {
    http.route({
      method: [...httpMethods],
      url: path,
      exposeHeadRoute: false,
      handler: (request, reply) => answerCall(method, request, reply),
    })
  }
  http.all(`${ALIPAY_V3_PREFIX}*`, (request) => refuseUnknownCall(request.url.split('?', 1)[0]!))
}

/** The members of a node, or the refusal: a failing answer carries nothing beside it here. */
function answerOf({ node, error }: Outcome, request: FastifyRequest): RestAnswer {
  if (error === undefined) return { status: ALIPAY_V3_OK, body: node }
  if (!(error instanceof WalletError) && !(error instanceof GatewayRefusal)) logUnforeseen(error, request)
  return refusalOf(error)
}
