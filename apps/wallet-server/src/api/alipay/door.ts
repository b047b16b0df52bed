/**
 * The door of the Alipay family, `/gateway.do` (steps 4 to 7): reads the parameters, verifies them, calls one method, signs
 * the answer. Beside it, the download of bills.
 *
 * Whatever comes in is answered with HTTP 200 and a signed node; whoever fails too often gets one that was signed before. No
 * rule about money lives here. Source: alipay-openapi §1 to §6.
 */
import { alipayCodes, alipayGatewayPath, WalletError, type AlipayAnswerNode } from '@tradepay/contract'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import { callLimits, tooManyFailures } from '../merchant-door/call-limits.ts'
import { explainer } from '../merchant-door/explanation.ts'
import { logUnforeseen } from '../merchant-door/log-unforeseen.ts'
import { recordCreate, recordedMessage } from '../merchant-door/record-create.ts'
import { walletSigningKey } from '../merchant-door/wallet-key.ts'
import { billDownload } from './bill-download.ts'
import type { VerifiedCall } from './client-signature.ts'
import { envelope, nodeName, type Envelope } from './envelope.ts'
import { errorNode, GatewayRefusal } from './errors.ts'
import type { Method, Outcome } from './method.ts'
import { methodNamed, methodOf } from './methods.ts'
import { bytesOf, frameworkRefusal, keepBytes } from './read-bytes.ts'
import { readContent } from './read-content.ts'
import { queryOf, readParameters } from './read-parameters.ts'
import { verifyRequest } from './verify-request.ts'

export async function alipayDoor(http: FastifyInstance, { deps, rooms }: { deps: Deps; rooms: Rooms }): Promise<void> {
  const { clock, settings, recorder, random } = deps
  const key = walletSigningKey(settings)
  const limits = callLimits(deps)
  const explain = explainer(deps)

  // This door reads forms, multipart and JSON itself, and keeps what it read for the record.
  keepBytes(http)

  async function answerCall(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const receivedAt = clock.now()
    const body = bytesOf(request)
    let method: Method | null = null
    let named: string | null = null
    let verified: VerifiedCall | null = null
    let outcome: Outcome
    try {
      const parameters = readParameters(queryOf(request.url), request.headers['content-type'] ?? '', body)
      method = methodOf(parameters)
      named = parameters['app_id'] ?? null
      verified = await verifyRequest(parameters, rooms.merchants, {
        now: receivedAt,
        toleranceSeconds: settings.alipayTimestampToleranceSeconds,
        explain,
      })
      limits.countCall(verified.client.clientId)
      const { content, source } = method.withoutContent ? { content: {}, source: '' } : readContent(parameters)
      outcome = await method.answer({ client: verified.client, parameters, content, source, deps, rooms })
    } catch (error) {
      if (verified === null && !limits.countFailure(request.ip, isUnknown(error) ? null : named)) {
        return sendBare(reply, method?.name ?? null)
      }
      outcome = { node: {}, error }
    }
    const sent = await send(request, reply, method?.name ?? null, outcome)
    const { order } = outcome
    const requestSignature = verified?.signature
    if (order && requestSignature) {
      recordCreate(recorder, () => ({
        ...order,
        receivedAt,
        answeredAt: clock.now(),
        request: recordedMessage(`${request.method} ${request.url}`, request.headers, body),
        requestSignature,
        answer: recordedMessage('200', sent.headers, sent.body),
        answerSignature: sent.signature,
      }))
    }
  }

  async function send(request: FastifyRequest, reply: FastifyReply, method: string | null, { node, error }: Outcome) {
    if (error !== undefined && !(error instanceof WalletError) && !(error instanceof GatewayRefusal)) {
      logUnforeseen(error, request)
    }
    const head: AlipayAnswerNode = error === undefined ? { code: '10000', msg: alipayCodes['10000'] } : errorNode(error)
    const { body, signature } = await envelope(nodeName(method), { ...head, ...node }, key)
    const headers = answerHeaders()
    reply.code(200).headers(headers).send(body)
    return { headers, body, signature }
  }

  const answerHeaders = () => ({
    'Content-Type': 'application/json;charset=utf-8',
    // The clients of this family show it to whoever asks the wallet about a call.
    trace_id: random.bytes(16).toString('hex'),
  })

  /** One for each name of a node: what it says is always the same, so it is signed once. */
  const bare = new Map<string, Promise<Envelope>>()

  /** Answers one failed call too many, for next to nothing. */
  async function sendBare(reply: FastifyReply, method: string | null): Promise<void> {
    const name = nodeName(method)
    const signed = bare.get(name) ?? envelope(name, errorNode(tooManyFailures()), key)
    bare.set(name, signed)
    const { body } = await signed
    reply.code(200).headers(answerHeaders()).send(body)
  }

  // What the framework refuses (too large, cut off, a Content-Type that is none) is refused in the family's words. The
  // method may stand in the query, and the client looks for the node of that name.
  http.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const named = new URLSearchParams(queryOf(request.url)).get('method') ?? ''
    const method = methodNamed(named)?.name ?? null
    if (!limits.countFailure(request.ip, null)) return sendBare(reply, method)
    await send(request, reply, method, { node: {}, error: frameworkRefusal(error) })
  })

  http.route({ method: ['GET', 'POST'], url: alipayGatewayPath, handler: answerCall })

  // In a scope of its own: who opens a download address knows no envelope.
  await http.register(async (scope) => billDownload(scope, { deps, rooms }))
}

const isUnknown = (error: unknown): boolean => error instanceof WalletError && error.code === 'CLIENT_UNKNOWN'
