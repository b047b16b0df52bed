/**
 * Why the signature of a message does not verify, for either side: a merchant's call that the wallet refuses, or a message of
 * the wallet that the merchant cannot verify. Whoever asks decides which clients there are for them. Reads keys, changes
 * nothing.
 */
import { invalidParameter, WalletError, type ExplainAnswer, type ExplainRequest } from '@tradepay/contract'
import { AlipayV3HeaderError, parseAlipayV3Authorization, parsePublicKey } from '@tradepay/signature'
import {
  explainAlipay,
  explainAlipayV3,
  explainSuperapp,
  type OtherKey,
  type Signer,
} from '@tradepay/signature/explain'
import type { Client } from '../../merchant/types.ts'
import type { Settings } from '../../settings.ts'

/**
 * Most keys of other clients that are compared. A key takes up to twelve RSA public operations, some hundredths of a
 * millisecond each: all together about a tenth of a second.
 */
export const NEIGHBOURS_MAX = 200

/** The keys that a signature may be of, for whoever asks. */
export interface KeysAtHand {
  walletKeys: Settings['walletKeys']
  /** @throws WalletError CLIENT_UNKNOWN for one that is none, or not for whoever asks */
  client(clientId: string): Promise<Client>
  /** Keys of other clients that may have been mixed up with those of this one; at most {@link NEIGHBOURS_MAX}. */
  neighbours(clientId: string): Promise<OtherKey[]>
}

/** @throws WalletError INVALID_PARAMETER for what cannot be read, and what `keys` throws */
export async function explainMessage(given: ExplainRequest, keys: KeysAtHand): Promise<ExplainAnswer> {
  if (given.family === 'SUPERAPP') {
    const { method, path: uri, clientId, time, signature: signatureHeader, body: text, host } = given
    const message = { method, uri, clientId, time, body: Buffer.from(text) }
    return explainSuperapp({
      ...(await signerOf(given, clientId, keys)),
      message,
      signatureHeader,
      ...(host === undefined ? {} : { host }),
    })
  }
  if (given.family === 'ALIPAY_V3') {
    return given.kind === 'ANSWER' ? explainV3Answer(given, keys) : explainV3Call(given, keys)
  }
  const { parameters: sent, kind } = given
  const parameters = typeof sent === 'string' ? Object.fromEntries(new URLSearchParams(sent)) : sent
  const appId = parameters['app_id'] ?? ''
  return explainAlipay({
    ...(await signerOf(given, appId, keys)),
    parameters,
    ...(kind === undefined ? {} : { kind }),
  })
}

type AlipayV3Explain = Extract<ExplainRequest, { family: 'ALIPAY_V3' }>

/** A REST call of the Alipay family. */
async function explainV3Call(
  given: Exclude<AlipayV3Explain, { kind: 'ANSWER' }>,
  keys: KeysAtHand,
): Promise<ExplainAnswer> {
  const { method, path: uri, authorization, appAuthToken, body, host } = given
  const { authString, fields, sign } = readAuthorization(authorization)
  return explainAlipayV3({
    ...(await signerOf(given, fields.get('app_id') ?? '', keys)),
    request: { method, uri, authString, body: Buffer.from(body), appAuthToken },
    sign,
    ...(host === undefined ? {} : { host }),
  })
}

/** The wallet's answer to one; only the wallet signs answers. */
async function explainV3Answer(
  given: Extract<AlipayV3Explain, { kind: 'ANSWER' }>,
  keys: KeysAtHand,
): Promise<ExplainAnswer> {
  const { appId, timestamp, nonce, signature: sign, body } = given
  const signer = await signerOf({ ...given, signer: 'WALLET' }, appId, keys)
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

/** The keys that a signature may be of. */
async function signerOf(
  { signer = 'MERCHANT', publicKey, signedString }: ExplainRequest,
  clientId: string,
  keys: KeysAtHand,
): Promise<Signer> {
  // Longer or stranger than any id of this wallet: not worth a look.
  if (!/^[\x21-\x7e]{1,64}$/.test(clientId)) throw new WalletError('CLIENT_UNKNOWN', { field: 'clientId or app_id' })
  const client = await keys.client(clientId)
  const wallet = keys.walletKeys.map((key) => ({ version: key.version, publicKey: parsePublicKey(key.publicKey) }))
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
    otherKeys: [...owned('the wallet', wallet, true), ...yours, ...(await keys.neighbours(clientId))],
    ...said,
  }
}

const owned = (owner: string, keys: readonly Pick<OtherKey, 'publicKey'>[], otherSide = false): OtherKey[] =>
  keys.map(({ publicKey }) => ({ owner, publicKey, otherSide }))

/**
 * The good keys of other clients, in their order; what is not known or disabled is no neighbour to be mixed up with.
 * @param others with the name to call each by
 */
export async function neighbourKeys(
  others: readonly { clientId: string; name?: string }[],
  find: (clientId: string) => Promise<Client>,
): Promise<OtherKey[]> {
  const found: OtherKey[] = []
  for (const other of others.slice(0, NEIGHBOURS_MAX)) {
    if (found.length >= NEIGHBOURS_MAX) break
    const client = await find(other.clientId).catch(noClient)
    if (client) found.push(...owned(`${other.name ?? client.name} (${other.clientId})`, client.keys))
  }
  return found.slice(0, NEIGHBOURS_MAX)
}

function noClient(error: unknown): null {
  if (error instanceof WalletError) return null
  throw error
}

function read(publicKey: string): OtherKey['publicKey'] {
  try {
    return parsePublicKey(publicKey)
  } catch (error) {
    throw invalidParameter('publicKey', `an RSA public key (${error instanceof Error ? error.message : 'unknown'})`)
  }
}
