/**
 * A small wallet for the shop's tests: checks and gives signatures as the protocol asks, keeps orders in memory, and can
 * be told to lose an answer, refuse, or fall silent. It shares no code with the wallet server.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { KeyObject } from 'node:crypto'
import {
  decodeSignature,
  generateRsaKeyPair,
  parsePrivateKey,
  parsePublicKey,
  parseSignatureHeader,
  signSuperapp,
  verifySuperapp,
} from '@tradepay/signature'

export const CLIENT_ID = '2021000000000001'
export const APP_ID = '2021000000000002'

interface WalletOrder {
  paymentId: string
  paymentRequestId: string
  amount: { currency: string; value: string }
  notifyUrl: string
  status: 'PROCESSING' | 'SUCCESS' | 'CANCELLED'
  /** The body that made it; a repeat must be equal. */
  content: string
}

/**
 * `WORK`: as it should. `LOSE_ANSWER`: does what is asked, then drops the connection. `DOWN`: drops the connection first.
 * `REFUSE`: a signed F. `FORGE`: signs with a key of its own.
 */
export type Mood = 'WORK' | 'LOSE_ANSWER' | 'DOWN' | 'REFUSE' | 'FORGE'

export interface FakeWallet {
  url: string
  merchantPrivateKey: string
  publicKey: string
  privateKey: string
  mood: Mood
  orders: Map<string, WalletOrder>
  /** Paths of the calls that came, in order. */
  calls: string[]
  close(): Promise<void>
}

export async function startFakeWallet(now: () => Date): Promise<FakeWallet> {
  const [merchant, own, other] = await Promise.all([generateRsaKeyPair(), generateRsaKeyPair(), generateRsaKeyPair()])
  const merchantKey = parsePublicKey(merchant.publicKey)
  const walletKey = parsePrivateKey(own.privateKey)
  const otherKey = parsePrivateKey(other.privateKey)

  const server = createServer((request, response) => {
    void (async () => {
      const body = await readAll(request)
      const path = request.url ?? ''
      wallet.calls.push(path)
      if (wallet.mood === 'DOWN') return request.socket.destroy()
      const content = (await isGenuine(request, body, merchantKey))
        ? answer(wallet, path, body)
        : refuse('INVALID_SIGNATURE')
      if (wallet.mood === 'LOSE_ANSWER') return request.socket.destroy()
      const bytes = Buffer.from(JSON.stringify(content))
      const time = now().toISOString()
      const { header } = await signSuperapp(
        { method: 'POST', uri: path, clientId: CLIENT_ID, time, body: bytes },
        { version: 1, privateKey: wallet.mood === 'FORGE' ? otherKey : walletKey },
      )
      response.writeHead(200, { 'Client-Id': CLIENT_ID, 'Response-Time': time, Signature: header }).end(bytes)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const wallet: FakeWallet = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    merchantPrivateKey: merchant.privateKey,
    publicKey: own.publicKey,
    privateKey: own.privateKey,
    mood: 'WORK',
    orders: new Map(),
    calls: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return wallet
}

function answer(wallet: FakeWallet, path: string, body: Buffer): object {
  if (wallet.mood === 'REFUSE') return refuse('PROCESS_FAIL')
  const request = JSON.parse(body.toString()) as Record<string, string>
  if (path === '/v1/payments/pay') return create(wallet, request, body.toString())
  const order = [...wallet.orders.values()].find(
    (each) => each.paymentId === request['paymentId'] || each.paymentRequestId === request['paymentRequestId'],
  )
  if (!order) return refuse('ORDER_NOT_EXIST')
  const { paymentId, paymentRequestId, amount, status } = order
  const result = { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'Success.' }
  return { result, paymentId, paymentRequestId, paymentAmount: amount, paymentStatus: status }
}

function create(wallet: FakeWallet, request: Record<string, unknown>, content: string): object {
  const paymentRequestId = request['paymentRequestId'] as string
  const before = wallet.orders.get(paymentRequestId)
  if (before && before.content !== content) return refuse('REPEAT_REQ_INCONSISTENT')
  if (before?.status === 'CANCELLED') return refuse('ORDER_IS_CLOSED')
  const order: WalletOrder = before ?? {
    paymentId: String(20260301_0000000000n + BigInt(wallet.orders.size + 1)),
    paymentRequestId,
    amount: request['paymentAmount'] as WalletOrder['amount'],
    notifyUrl: request['paymentNotifyUrl'] as string,
    status: 'PROCESSING',
    content,
  }
  wallet.orders.set(paymentRequestId, order)
  const result = { resultStatus: 'A', resultCode: 'ACCEPT', resultMessage: 'Accepted.' }
  return { result, paymentId: order.paymentId, paymentRequestId }
}

const refuse = (resultCode: string): object => ({
  result: { resultStatus: 'F', resultCode, resultMessage: resultCode },
})

async function isGenuine(request: IncomingMessage, body: Buffer, key: KeyObject): Promise<boolean> {
  const { signature } = parseSignatureHeader(String(request.headers['signature']))
  const clientId = String(request.headers['client-id'])
  const time = String(request.headers['request-time'])
  const message = { method: request.method ?? '', uri: request.url ?? '', clientId, time, body }
  return (await verifySuperapp(message, decodeSignature(signature)!, key)) !== null
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
