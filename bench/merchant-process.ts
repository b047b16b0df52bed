/**
 * Merchants, in a process of their own: they call a signed door of the wallet and acknowledge what it tells them. A whole payment
 * needs somebody to confirm it: the parent, which is told of every order.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { calls } from './measure.ts'
import { commonTime, serveParent, tellParent } from './process.ts'
import { closeConnections, send, signCreateCalls, type SignedRequest } from './requests.ts'

export interface MerchantWork {
  /** EXCHANGE sends one call over and over, CREATE a new order each time; PAY waits until the wallet has told of its payment. */
  what: 'EXCHANGE' | 'CREATE' | 'PAY'
  url: string
  clientId: string
  /** PKCS#8 PEM. */
  privateKey: string
  callers: number
  seconds: number
  /** How many calls to sign before the clock runs. */
  calls: number
}

export interface MerchantDone {
  perSecond: number
  /** When the first bytes of the notifications came, by tradeNo. */
  toldAt: [tradeNo: string, at: number][]
}

const acknowledgement = JSON.stringify({
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
})
const waiting = new Map<string, (at: number) => void>()
const receiver = createServer((request, response) => {
  const at = commonTime()
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    response.setHeader('content-type', 'application/json').end(acknowledgement)
    const { paymentId } = JSON.parse(Buffer.concat(chunks).toString()) as { paymentId: string }
    waiting.get(paymentId)?.(at)
    waiting.delete(paymentId)
  })
})
receiver.listen(0, '127.0.0.1')
await once(receiver, 'listening')
const notifyUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`
let works = 0

serveParent(work, async () => {
  closeConnections()
  receiver.close()
})

async function work({ what, url, callers, seconds, ...merchant }: MerchantWork): Promise<MerchantDone> {
  const signed = await signCreateCalls(merchant.calls, {
    ...merchant,
    prefix: `bench-${process.pid}-${works++}`,
    ...(what === 'PAY' ? { notifyUrl } : {}),
  })
  const toldAt: MerchantDone['toldAt'] = []
  const pay = async (call: SignedRequest): Promise<void> => {
    const tradeNo = await create(url, call)
    const told = new Promise<number>((resolve) => waiting.set(tradeNo, resolve))
    tellCreated(tradeNo)
    toldAt.push([tradeNo, await told])
  }
  const once = async (): Promise<boolean> => {
    const call = what === 'EXCHANGE' ? signed[0] : signed.pop()
    if (!call) return false
    if (what === 'EXCHANGE') await send(url, call)
    else if (what === 'CREATE') await create(url, call)
    else await pay(call)
    return true
  }
  const perSecond = await calls({ name: what, callers, once }).rate(seconds)
  return { perSecond, toldAt }
}

async function create(url: string, call: SignedRequest): Promise<string> {
  const answer = await send(url, call)
  if (!answer.includes('"ACCEPT"')) throw new Error(`create-order was answered: ${answer}`)
  return (JSON.parse(answer) as { paymentId: string }).paymentId
}

/** Orders of the same moment are told of together. */
let created: string[] = []
function tellCreated(tradeNo: string): void {
  if (created.push(tradeNo) > 1) return
  setImmediate(() => {
    tellParent(created)
    created = []
  })
}
