/**
 * A second client for the super-app family, written straight from its reference (superapp-payment-api §2 to §7) with
 * node:crypto and fetch, sharing no code with the server: what it takes for right, a stranger's client would too.
 */
import { createSign, createVerify } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ClientOptions {
  baseUrl: string
  clientId: string
  privateKey: string
  walletPublicKey: string
  keyVersion?: number | null
  /** How the signature value is written down. */
  encoding?: 'base64' | 'base64-urlencoded' | 'base64url'
  algorithm?: string
  /** Members of the family sign the path in full, or from its version on. */
  signedUri?: 'full' | 'from-version'
  clock?: () => Date
}

export interface Answer {
  result: { resultStatus: 'S' | 'A' | 'F' | 'U'; resultCode: string; resultMessage: string }
  [member: string]: unknown
}

export class SuperappClient {
  constructor(private readonly options: ClientOptions) {}

  pay(body: object): Promise<Answer> {
    return this.call('/v1/payments/pay', JSON.stringify(body))
  }

  inquiryPayment(body: object): Promise<Answer> {
    return this.call('/v1/payments/inquiryPayment', JSON.stringify(body))
  }

  /** Sends a call and checks the answer's signature. Throws when the answer is not the wallet's. */
  async call(path: string, body: string): Promise<Answer> {
    const { baseUrl, clientId, signedUri = 'full', clock = () => new Date() } = this.options
    const url = new URL(baseUrl + path)
    const uri = signedUri === 'full' ? url.pathname : url.pathname.replace(/^.*(\/v\d+\/)/, '$1')
    const time = clock()
      .toISOString()
      .replace(/\.\d+Z$/, '+00:00')
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json; charset=UTF-8',
        'Client-Id': clientId,
        'Request-Time': time,
        Signature: this.sign(`POST ${uri}\n${clientId}.${time}.${body}`),
      },
      body,
    })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`HTTP ${response.status}`)
    const [answerTime, answerer] = [response.headers.get('response-time'), response.headers.get('client-id')]
    if (answerer !== clientId) throw new Error('The answer is for another client.')
    this.verify(`POST ${uri}\n${clientId}.${answerTime}.${text}`, response.headers.get('signature'))
    return JSON.parse(text) as Answer
  }

  sign(text: string): string {
    const signer = createSign('RSA-SHA256')
    signer.update(text, 'utf8')
    const base64 = signer.sign(this.options.privateKey, 'base64')
    const { encoding = 'base64-urlencoded', keyVersion = 1, algorithm = 'RSA256' } = this.options
    const value = {
      base64,
      'base64-urlencoded': encodeURIComponent(base64),
      base64url: base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
    }[encoding]
    const version = keyVersion === null ? '' : `keyVersion=${keyVersion},`
    return `algorithm=${algorithm},${version}signature=${value}`
  }

  /** Throws unless the header holds the wallet's signature over the text. */
  verify(text: string, header: string | null | undefined): void {
    const value = /(?:^|,)\s*signature=(.+)$/.exec(header ?? '')?.[1]
    if (!value) throw new Error('The answer is not signed.')
    const verifier = createVerify('RSA-SHA256')
    verifier.update(text, 'utf8')
    if (!verifier.verify(this.options.walletPublicKey, decodeURIComponent(value), 'base64')) {
      throw new Error("The signature is not the wallet's.")
    }
  }
}

export interface Received {
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** A merchant's server that keeps what it gets and answers what it is told to. */
export interface MerchantServer {
  url: string
  received: Received[]
  /** Answers from now on. The default is what the caller of {@link listenForNotifications} gave. */
  answer: (received: Received) => { status: number; headers?: Record<string, string>; body: string }
  /** Resolves with the nth request (counted from 1), however long it takes to come. */
  nth(count: number): Promise<Received>
  close(): Promise<void>
}

export async function listenForNotifications(answer: MerchantServer['answer']): Promise<MerchantServer> {
  const waiting: { count: number; resolve: (received: Received) => void }[] = []
  const http = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const received = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
      server.received.push(received)
      const { status, headers, body } = server.answer(received)
      response.writeHead(status, headers).end(body)
      for (const each of waiting) if (each.count === server.received.length) each.resolve(received)
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const server: MerchantServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    received: [],
    answer,
    nth: (count) =>
      new Promise((resolve) => {
        const there = server.received[count - 1]
        if (there) resolve(there)
        else waiting.push({ count, resolve })
      }),
    close: () => new Promise((resolve) => http.close(() => resolve())),
  }
  return server
}
