/**
 * The answer of the gateway (step 7): `{"<method>_response":{…},"sign":"…"}`, in this order, the raw text of the node
 * signed, errors too. Official clients that check signatures accept nothing else. Source: alipay-openapi §3.
 */
import { signAlipay } from '@tradepay/signature'
import type { AlipayAnswerNode, RecordedSignature } from '@tradepay/contract'
import type { WalletSigningKey } from '../merchant-door/wallet-key.ts'

export interface Envelope {
  body: Buffer
  signature: RecordedSignature
}

/** Name of the node that answers a method; `error_response` only where the method is missing or unknown. */
export function nodeName(method: string | null): string {
  return method === null ? 'error_response' : `${method.replaceAll('.', '_')}_response`
}

export async function envelope(name: string, node: AlipayAnswerNode, key: WalletSigningKey): Promise<Envelope> {
  const text = JSON.stringify(node)
  const sign = await signAlipay(text, key.privateKey)
  return {
    body: Buffer.from(`{${JSON.stringify(name)}:${text},"sign":"${sign}"}`),
    signature: {
      stringToSign: text,
      signature: sign,
      algorithm: 'RSA2',
      keyVersion: key.version,
      signedBy: 'WALLET',
      verified: null,
    },
  }
}
