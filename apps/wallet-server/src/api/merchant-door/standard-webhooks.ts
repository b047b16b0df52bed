/**
 * The headers of Standard Webhooks, beside the family's own signature on each notification: whoever has a library for them
 * verifies with it, and the families' clients do not notice. Source: Standard Webhooks 1.0.0, "Signature scheme" and
 * "Webhook headers".
 *
 * The scheme is `v1` (HMAC-SHA256), which the published libraries verify; who wants to keep no secret with the wallet verifies the
 * family's signature. The secret is a client's own, so that one merchant can neither forge nor replay to another; it is derived
 * from the wallet's private key, so that none is stored. While the settings hold two wallet keys, each signs, and a merchant
 * changes over when it likes.
 */
import { createHmac } from 'node:crypto'
import type { Settings } from '../../settings.ts'
import { walletSecrets } from './wallet-secrets.ts'

export interface StandardWebhooks {
  /** The three headers of one attempt. @param id the same on each attempt, without a dot; @param now its time */
  headers(message: { clientId: string; id: string; body: Buffer }, now: Date): Record<string, string>
  /**
   * What a client verifies with, newest first, as the libraries take it: `whsec_` and base64. Whoever has it can sign: for nobody
   * but the client's owner.
   */
  secrets(clientId: string): string[]
}

/** @throws KeyError when a wallet key is not usable: the server must not start */
export function standardWebhooks(settings: Pick<Settings, 'walletKeys'>): StandardWebhooks {
  const derivations = walletSecrets(settings)
  // Deriving takes longer than signing, and there are as many as registered clients.
  const known = new Map<string, Buffer[]>()

  function secretsOf(clientId: string): Buffer[] {
    const secrets = known.get(clientId) ?? derivations.map((derive) => derive(`TradePay webhooks v1 ${clientId}`))
    known.set(clientId, secrets)
    return secrets
  }

  return {
    headers({ clientId, id, body }, now) {
      const timestamp = String(Math.floor(now.getTime() / 1000))
      const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])
      const signatures = secretsOf(clientId).map(
        (secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`,
      )
      return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
    },
    secrets: (clientId) => secretsOf(clientId).map((secret) => `whsec_${secret.toString('base64')}`),
  }
}
