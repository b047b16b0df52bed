/**
 * POST /wallet/v1/relay: sends what a mini program asks for through `my.request` (step 2) and brings the answer back
 * (step 8). The mini program's own frames have no network; this is its only way out.
 *
 * Only hosts of the live release's domain list are called, over https (plain http to loopback only, which nothing but
 * a sandbox's transport reaches); the transport refuses private addresses and follows no redirect. The user's cookies
 * and the wallet's address never leave: the headers sent are those of the mini program, less what it may not set.
 */
import { invalidParameter, RelayAnswer, RelayRequest, WalletError, walletPaths } from '@tradepay/contract'
import type { Deps } from '../../build-server.ts'
import { TransportError, type OutgoingAnswer, type OutgoingRequest, type Transport } from '../../ports.ts'
import { domainsAllow } from '../../program/domains.ts'
import type { LiveProgram } from '../../program/types.ts'
import { recordedBody, recordedHeaders } from '../record.ts'
import type { WalletEndpoint } from './endpoint.ts'
import { answerHeaders, outgoingHeaders } from './relay-headers.ts'

/** Largest answer that is brought back. Bytes. */
export const RELAY_ANSWER_MAX_BYTES = 2 * 1024 * 1024
/** Largest relay call: the body in base64, the headers and the address. Bytes. */
export const RELAY_BODY_MAX_BYTES = 2_600_000

export const relayEndpoint: WalletEndpoint = (http, { deps, rooms: { programs } }) => {
  http.post<{ Body: RelayRequest }>(
    walletPaths.relay,
    { bodyLimit: RELAY_BODY_MAX_BYTES, schema: { body: RelayRequest, response: { 200: RelayAnswer } } },
    async (request): Promise<RelayAnswer> => {
      const program = await programs.resolve(request.body.appId)
      const outgoing = outgoingRequest(request.body, program)
      const answer = await sendRecorded(deps, outgoing, program)
      return {
        status: answer.status,
        headers: answerHeaders(answer.headers),
        bodyBase64: answer.body.toString('base64'),
      }
    },
  )
}

/** @throws WalletError INVALID_PARAMETER, HOST_NOT_ALLOWED */
function outgoingRequest(ask: RelayRequest, program: LiveProgram): OutgoingRequest {
  const { appId, version, settings } = program
  const url = readUrl(ask.url)
  if (!domainsAllow(settings.requestDomains, url)) {
    throw new WalletError('HOST_NOT_ALLOWED', { field: 'url' }, `The mini program may not call ${url.host}.`)
  }
  // The address that a merchant's server sees in place of a page's. Source: miniprogram-format §8, my.request.
  const referer = `https://${appId}.hybrid.tradepay.local/${appId}/${version}/index.html#${encodeURI(ask.page)}`
  return {
    url: url.href,
    method: ask.method,
    headers: outgoingHeaders(ask.headers, referer),
    body: readBody(ask),
    timeoutMs: ask.timeoutMs,
    maxAnswerBytes: RELAY_ANSWER_MAX_BYTES,
  }
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  const isLoopback = url !== null && /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/.test(url.hostname)
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback))) {
    throw invalidParameter('url', 'an absolute https address')
  }
  if (url.username !== '' || url.password !== '') throw invalidParameter('url', 'an address without user and password')
  url.hash = ''
  return url
}

/** The body's bytes. GET and HEAD carry none: their data is in the address. */
function readBody({ method, bodyBase64 }: RelayRequest): Buffer | null {
  if (bodyBase64 === undefined || method === 'GET' || method === 'HEAD') return null
  const bytes = Buffer.from(bodyBase64, 'base64')
  if (bytes.toString('base64') !== bodyBase64) throw invalidParameter('bodyBase64', 'base64')
  return bytes
}

/**
 * Sends, and keeps both messages: step 2 when the request leaves, step 8 when the answer is there. Which order they
 * speak of is in their bytes, so the recorder finds it; the same `requestId` ties them together.
 */
async function sendRecorded(
  { clock, random, recorder, relayTransport }: Deps,
  outgoing: OutgoingRequest,
  { appId, name }: LiveProgram,
): Promise<OutgoingAnswer> {
  const { host, pathname, search } = new URL(outgoing.url)
  const facts = { requestId: random.bytes(8).toString('hex'), appId, url: outgoing.url.slice(0, 500) }
  recorder.record(null, {
    step: 2,
    at: clock.now().toISOString(),
    ok: true,
    note: `${name} calls its server: ${outgoing.method} ${pathname}`,
    message: {
      startLine: `${outgoing.method} ${pathname}${search}`,
      headers: recordedHeaders({ host, ...outgoing.headers }),
      ...recordedBody(outgoing.body ?? Buffer.alloc(0)),
    },
    facts,
  })
  try {
    const answer = await send(relayTransport, outgoing)
    recorder.record(null, {
      step: 8,
      at: clock.now().toISOString(),
      ok: answer.status < 400,
      note: `${host} answered ${answer.status}`,
      message: {
        startLine: String(answer.status),
        headers: recordedHeaders(answer.headers),
        ...recordedBody(answer.body),
      },
      facts,
    })
    return answer
  } catch (error) {
    if (error instanceof WalletError) {
      const note = `No answer: ${error.message}`
      recorder.record(null, {
        step: 8,
        at: clock.now().toISOString(),
        ok: false,
        note,
        facts: { ...facts, code: error.code },
      })
    }
    throw error
  }
}

/** @throws WalletError for each way in which a stranger cannot be reached */
async function send(transport: Transport, outgoing: OutgoingRequest): Promise<OutgoingAnswer> {
  try {
    return await transport.send(outgoing)
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    switch (error.reason) {
      case 'ADDRESS_REFUSED':
        throw new WalletError('HOST_NOT_ALLOWED', { field: 'url' }, 'The host has an address that may not be called.')
      case 'UNREACHABLE':
        throw new WalletError('HOST_UNREACHABLE')
      case 'TIMED_OUT':
        throw new WalletError('HOST_TIMED_OUT')
      case 'ANSWER_TOO_LARGE':
        throw new WalletError(
          'HOST_UNREACHABLE',
          {},
          `The host's answer is larger than ${RELAY_ANSWER_MAX_BYTES} bytes.`,
        )
    }
  }
}
