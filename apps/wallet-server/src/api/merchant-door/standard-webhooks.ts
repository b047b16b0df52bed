/**
 * The headers of Standard Webhooks, beside the family's own signature on each notification: whoever has a library for them
 * verifies with it, and the families' clients do not notice. Source: Standard Webhooks 1.0.0, "Signature scheme" and
 * "Webhook headers".
 *
 * Both schemes stand in the list: `v1` (HMAC-SHA256) because the published libraries verify that one, `v1a` (Ed25519) for a
 * merchant who keeps no secret with the wallet. The keys are a client's own, so that one merchant can neither forge nor
 * replay to another; they are derived from the wallet's private key, so that none is stored. While the settings hold two
 * wallet keys, each signs, and a merchant changes over when it likes.
 */
import { createHmac, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'
import type { Settings } from '../../settings.ts'
import { walletSecrets, type WalletSecret } from './wallet-secrets.ts'

/** What a client verifies with, as the libraries take it. */
export interface WebhookKeys {
  /** `whsec_` and base64: for `v1`. Whoever has it can sign. */
  secret: string
  /** `whpk_` and base64: for `v1a`. */
  publicKey: string
}

export interface StandardWebhooks {
  /** The three headers of one attempt. @param id the same on each attempt, without a dot; @param now its time */
  headers(message: { clientId: string; id: string; body: Buffer }, now: Date): Record<string, string>
  /** The keys of a client, newest first. For nobody but the client's owner. */
  keys(clientId: string): WebhookKeys[]
}

/** What stands before the 32 bytes of an Ed25519 private key in PKCS#8. Source: RFC 8410 §7. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
/** What stands before the 32 bytes of a public one in SPKI. Source: RFC 8410 §4. */
const ED25519_SPKI_BYTES = 12

/** What the wallet signs with for one client. */
interface SigningKeys {
  v1: Buffer
  v1a: KeyObject
}

/** @throws KeyError when a wallet key is not usable: the server must not start */
export function standardWebhooks(settings: Pick<Settings, 'walletKeys'>): StandardWebhooks {
  const secrets = walletSecrets(settings)
  // Deriving takes longer than signing, and there are as many as registered clients.
  const known = new Map<string, SigningKeys[]>()

  function keysOf(clientId: string): SigningKeys[] {
    const keys = known.get(clientId) ?? secrets.map((secret) => derive(secret, clientId))
    known.set(clientId, keys)
    return keys
  }

  return {
    headers({ clientId, id, body }, now) {
      const timestamp = String(Math.floor(now.getTime() / 1000))
      const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])
      const signatures = keysOf(clientId).flatMap(({ v1, v1a }) => [
        `v1,${createHmac('sha256', v1).update(signed).digest('base64')}`,
        `v1a,${sign(null, signed, v1a).toString('base64')}`,
      ])
      return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
    },

    keys: (clientId) =>
      keysOf(clientId).map(({ v1, v1a }) => {
        const spki = createPublicKey(v1a).export({ type: 'spki', format: 'der' })
        return {
          secret: `whsec_${v1.toString('base64')}`,
          publicKey: `whpk_${spki.subarray(ED25519_SPKI_BYTES).toString('base64')}`,
        }
      }),
  }
}

/** The keys of a client, each scheme's under a name of its own. */
function derive(secret: WalletSecret, clientId: string): SigningKeys {
  const bytes = (scheme: string): Buffer => secret(`TradePay webhooks ${scheme} ${clientId}`)
  const key = Buffer.concat([ED25519_PKCS8, bytes('v1a')])
  return { v1: bytes('v1'), v1a: createPrivateKey({ key, format: 'der', type: 'pkcs8' }) }
}
