/**
 * POST /sandbox/v1/explain: why the signature of a message does not verify, for either side: a merchant's call that the
 * wallet refuses, or a message of the wallet that the merchant cannot verify. Reads keys, changes nothing.
 */
import {
  invalidParameter,
  SandboxExplainRequest,
  sandboxPaths,
  WalletError,
  type SandboxExplainAnswer,
} from '@tradepay/contract'
import { AlipayV3HeaderError, parseAlipayV3Authorization, parsePublicKey } from '@tradepay/signature'
import {
  explainAlipay,
  explainAlipayV3,
  explainSuperapp,
  type OtherKey,
  type Signer,
} from '@tradepay/signature/explain'
import type { FastifyInstance } from 'fastify'
import { neighbourKeys } from './neighbours.ts'
import type { SandboxParts } from './shared.ts'

export function explainDoor(http: FastifyInstance, parts: SandboxParts): void {
  http.post<{ Body: SandboxExplainRequest }>(
    sandboxPaths.explain,
    { schema: { body: SandboxExplainRequest } },
    async ({ body }): Promise<SandboxExplainAnswer> => {
      if (body.family === 'SUPERAPP') {
        const { method, path: uri, clientId, time, signature: signatureHeader, body: text, host } = body
        const message = { method, uri, clientId, time, body: Buffer.from(text) }
        return explainSuperapp({
          ...(await signerOf(body, clientId, parts)),
          message,
          signatureHeader,
          ...(host === undefined ? {} : { host }),
        })
      }
      if (body.family === 'ALIPAY_V3') {
        return body.kind === 'ANSWER' ? explainAnswer(body, parts) : explainCall(body, parts)
      }
      const { parameters: given, kind } = body
      const parameters = typeof given === 'string' ? Object.fromEntries(new URLSearchParams(given)) : given
      const appId = parameters['app_id'] ?? ''
      return explainAlipay({
        ...(await signerOf(body, appId, parts)),
        parameters,
        ...(kind === undefined ? {} : { kind }),
      })
    },
  )
}

type AlipayV3Explain = Extract<SandboxExplainRequest, { family: 'ALIPAY_V3' }>

/** A REST call of the Alipay family. */
async function explainCall(
  given: Exclude<AlipayV3Explain, { kind: 'ANSWER' }>,
  parts: SandboxParts,
): Promise<SandboxExplainAnswer> {
  const { method, path: uri, authorization, appAuthToken, body, host } = given
  const { authString, fields, sign } = readAuthorization(authorization)
  return explainAlipayV3({
    ...(await signerOf(given, fields.get('app_id') ?? '', parts)),
    request: { method, uri, authString, body: Buffer.from(body), appAuthToken },
    sign,
    ...(host === undefined ? {} : { host }),
  })
}

/** The wallet's answer to one; only the wallet signs answers. */
async function explainAnswer(
  given: Extract<AlipayV3Explain, { kind: 'ANSWER' }>,
  parts: SandboxParts,
): Promise<SandboxExplainAnswer> {
  const { appId, timestamp, nonce, signature: sign, body } = given
  const signer = await signerOf({ ...given, signer: 'WALLET' }, appId, parts)
  return explainAlipayV3({ ...signer, answer: { timestamp, nonce, body: Buffer.from(body) }, sign })
}

function readAuthorization(header: string): ReturnType<typeof parseAlipayV3Authorization> {
  try {
    return parseAlipayV3Authorization(header)
  } catch (error) {
    if (!(error instanceof AlipayV3HeaderError)) throw error
    throw invalidParameter('authorization', `the header as it is sent (${error.message})`)
  }
}

/** The keys that a signature may be of. In a sandbox its apps know of each other. */
async function signerOf(
  { signer = 'MERCHANT', publicKey, signedString }: SandboxExplainRequest,
  clientId: string,
  parts: SandboxParts,
): Promise<Signer> {
  const { rooms, settings } = parts
  // Longer or stranger than any id of this wallet: not worth a look.
  if (!/^[\x21-\x7e]{1,64}$/.test(clientId)) throw new WalletError('CLIENT_UNKNOWN', { field: 'clientId or app_id' })
  const client = await rooms.merchants.client(clientId)
  const wallet = settings.walletKeys.map((key) => ({ version: key.version, publicKey: parsePublicKey(key.publicKey) }))
  const said = signedString === undefined ? {} : { signedString }
  if (signer === 'WALLET') {
    const newest = wallet.at(-1)!
    return {
      signer,
      keys: publicKey === undefined ? wallet.toReversed() : [{ version: newest.version, publicKey }],
      otherKeys: [...owned('your own app', client.keys, true), ...owned('the wallet', wallet)],
      ...said,
    }
  }
  const yours = publicKey === undefined ? [] : owned('the public key that you gave', [{ publicKey: read(publicKey) }])
  return {
    signer,
    keys: client.keys,
    otherKeys: [...owned('the wallet', wallet, true), ...yours, ...(await neighbourKeys(clientId, parts))],
    ...said,
  }
}

const owned = (owner: string, keys: readonly Pick<OtherKey, 'publicKey'>[], otherSide = false): OtherKey[] =>
  keys.map(({ publicKey }) => ({ owner, publicKey, otherSide }))

function read(publicKey: string): OtherKey['publicKey'] {
  try {
    return parsePublicKey(publicKey)
  } catch (error) {
    throw invalidParameter('publicKey', `an RSA public key (${error instanceof Error ? error.message : 'unknown'})`)
  }
}
