/**
 * Signed create-order calls, made before the clock runs, and a lean way to send them: what is measured is the wallet, not
 * the merchant who calls it.
 */
import { createPrivateKey } from 'node:crypto'
import { Agent, request } from 'node:http'
import { superappPaths } from '@tradepay/contract'
import { signSuperapp } from '@tradepay/signature'

export interface SignedRequest {
  path: string
  headers: Record<string, string>
  body: Buffer
}

/** Signs `count` calls for orders that differ in their number only. */
export async function signCreateCalls(
  count: number,
  options: { clientId: string; privateKey: string; prefix: string; notifyUrl?: string },
): Promise<SignedRequest[]> {
  const key = { version: 1, privateKey: createPrivateKey(options.privateKey) }
  const time = new Date().toISOString()
  const calls: SignedRequest[] = []
  for (let start = 0; start < count; start += 64) {
    const part = Array.from({ length: Math.min(64, count - start) }, async (_, index) => {
      const body = Buffer.from(
        JSON.stringify({
          paymentRequestId: `${options.prefix}-${start + index}`,
          paymentOrderTitle: 'Two coffees and a croissant',
          paymentAmount: { currency: 'CNY', value: '1250' },
          ...(options.notifyUrl ? { paymentNotifyUrl: options.notifyUrl } : {}),
          order: {
            referenceOrderId: `${options.prefix}-${start + index}`,
            orderDescription: 'Two coffees and a croissant',
          },
        }),
      )
      const { header } = await signSuperapp(
        { method: 'POST', uri: superappPaths.pay, clientId: options.clientId, time, body },
        key,
      )
      return {
        path: superappPaths.pay,
        headers: {
          'client-id': options.clientId,
          'request-time': time,
          signature: header,
          'content-type': 'application/json; charset=UTF-8',
          'content-length': String(body.length),
        },
        body,
      }
    })
    calls.push(...(await Promise.all(part)))
  }
  return calls
}

const agent = new Agent({ keepAlive: true })

/** Sends and answers the body of the answer. */
export function send(url: string, { path, headers, body }: SignedRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { method: 'POST', headers, agent }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve(Buffer.concat(chunks).toString()))
      answer.on('error', reject)
    })
    call.on('error', reject)
    call.end(body)
  })
}

export const closeConnections = (): void => agent.destroy()
