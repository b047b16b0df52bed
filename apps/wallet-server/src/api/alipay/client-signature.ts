/**
 * Whose call it is, and whether one of their keys has signed it: the same at the gateway and for REST calls, whatever each of
 * them signs. Source: alipay-openapi §2 (the app is looked up first, then the signature) and §12.
 */
import type { KeyObject } from 'node:crypto'
import { WalletError, type RecordedSignature, type SignatureExplanation } from '@tradepay/contract'
import type { Client } from '../../merchant/types.ts'
import { explanationSentence } from '../merchant-door/explanation.ts'
import { withFreshKeys, type Clients } from '../merchant-door/fresh-keys.ts'
import { GatewayRefusal } from './errors.ts'

export interface VerifiedCall {
  client: Client
  signature: RecordedSignature
}

/** A signature that is to be verified, in whatever way it was made. */
export interface SignedCall extends Pick<RecordedSignature, 'signature' | 'algorithm'> {
  /** The string that this key verifies, or null. */
  verify(publicKey: KeyObject): Promise<string | null>
  /** Why no key of the client verifies it; null where that is not told. */
  explain(client: Client): SignatureExplanation | null
}

/** The client of an app id. @throws GatewayRefusal isv.missing-app-id; WalletError CLIENT_UNKNOWN, CLIENT_DISABLED */
export async function identify(appId: string | undefined, clients: Clients): Promise<Client> {
  if (appId === undefined || appId === '') throw new GatewayRefusal('isv.missing-app-id', 'The app_id is missing.')
  // Longer or stranger than any id of this wallet: not worth a look.
  if (!/^[\x21-\x7e]{1,64}$/.test(appId)) throw new WalletError('CLIENT_UNKNOWN')
  return clients.client(appId)
}

/** @throws WalletError KEY_UNKNOWN; GatewayRefusal isv.invalid-signature */
export async function verifySignature(client: Client, clients: Clients, call: SignedCall): Promise<VerifiedCall> {
  try {
    return await withFreshKeys(client, clients, (each) => verifyFor(each, call))
  } catch (error) {
    if (!(error instanceof WalletError && error.code === 'SIGNATURE_INVALID')) throw error
    const explanation = call.explain(client)
    throw new GatewayRefusal(
      'isv.invalid-signature',
      explanation === null
        ? 'The signature does not match: check the string you sign, and that your private key belongs to the registered public key.'
        : `${explanationSentence(explanation)} The string that this gateway verified: ${explanation.expected}`,
      explanation,
    )
  }
}

/** The protocol names no key version: each active key is tried, the newest first, so that keys can be rotated. */
async function verifyFor(client: Client, { verify, signature, algorithm }: SignedCall): Promise<VerifiedCall> {
  if (client.keys.length === 0) {
    throw new WalletError('KEY_UNKNOWN', {}, 'No public key is registered for this app.')
  }
  for (const { version, publicKey } of client.keys) {
    const stringToSign = await verify(publicKey)
    if (stringToSign === null) continue
    return {
      client,
      signature: { stringToSign, signature, algorithm, keyVersion: version, signedBy: 'MERCHANT', verified: true },
    }
  }
  throw new WalletError('SIGNATURE_INVALID')
}
