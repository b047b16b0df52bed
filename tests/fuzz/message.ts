/**
 * A call as bytes, and how it is sent: over a socket of our own, so that nothing on the way repairs what is broken. Sound calls
 * share a connection; after anything else it is a new one.
 */
import { connect, type Socket } from 'node:net'

export interface Message {
  method: string
  /** Path and query, as they stand on the wire. */
  target: string
  headers: [name: string, value: string][]
  body: Buffer
}

export interface Answer {
  status: number
  /** By lower-case name. */
  headers: Record<string, string>
  body: Buffer
}

/** Null when the connection was closed without an answer, 'NOTHING' when none came in time. */
export type Received = Answer | null | 'NOTHING'

/** The bytes of a call. Header text is written byte by byte, as it was given. */
export function bytesOf({ method, target, headers, body }: Message): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`, 'latin1'), body])
}

/** The same as a command for a shell; the body is given as base64, since it may hold anything. */
export function asCurl({ method, target, headers, body }: Message, origin: string): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
  const sent = headers.filter(([name]) => !/^(host|content-length|connection)$/i.test(name))
  const options = sent.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`)
  const input = body.length > 0 ? `echo ${body.toString('base64')} | base64 -d | ` : ''
  const data = body.length > 0 ? ' --data-binary @-' : ''
  return `${input}curl -si --path-as-is -X ${method} ${options.join(' ')}${data} ${quoted(origin + target)}`
}

const ANSWER_WITHIN_MS = 20_000

export class Wire {
  readonly #port: number
  #kept: Socket | null = null
  constructor(port: number) {
    this.#port = port
  }

  /**
   * Sends a call and reads its answer.
   * @param isSound false for what may be no HTTP: it gets a connection of its own, whose sending side is closed
   */
  async send(message: Message, isSound: boolean): Promise<Received> {
    const kept = isSound && this.#kept?.destroyed === false ? this.#kept : null
    const socket = kept ?? connect(this.#port, '127.0.0.1')
    if (kept) this.#kept = null
    const answer = await exchange(socket, message, isSound)
    const headers = answer === null || answer === 'NOTHING' ? {} : answer.headers
    const mayGoOn = isSound && headers['connection'] === 'keep-alive' && !isStream(headers)
    if (mayGoOn && !socket.destroyed) this.#kept = socket
    else socket.destroy()
    return answer
  }

  close(): void {
    this.#kept?.destroy()
    this.#kept = null
  }
}

function exchange(socket: Socket, message: Message, isSound: boolean): Promise<Received> {
  const bytes = bytesOf(message)
  const hasBody = message.method !== 'HEAD'
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0)
    const done = (answer: Received): void => {
      clearTimeout(timer)
      socket.removeAllListeners()
      // What a closed connection still has to say is of no interest.
      socket.on('error', () => undefined)
      resolve(answer)
    }
    const timer = setTimeout(() => done('NOTHING'), ANSWER_WITHIN_MS)
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const answer = readAnswer(received, { hasBody, isAll: false })
      if (answer) done(answer)
    })
    socket.on('error', () => done(readAnswer(received, { hasBody, isAll: true })))
    socket.on('close', () => done(readAnswer(received, { hasBody, isAll: true })))
    if (isSound) socket.write(bytes)
    else socket.end(bytes)
  })
}

/** A stream has no end: that it has begun is all there is to see. */
export const isStream = (headers: Answer['headers']): boolean =>
  headers['content-type']?.startsWith('text/event-stream') === true

/** An answer once it is whole, or once no more will come. */
function readAnswer(bytes: Buffer, about: { hasBody: boolean; isAll: boolean }): Answer | null {
  const end = bytes.indexOf('\r\n\r\n')
  const status = /^HTTP\/1\.1 ([0-9]{3})/.exec(bytes.subarray(0, 16).toString('latin1'))?.[1]
  if (end < 0 || status === undefined) return null
  // Only says that the body may come.
  if (status === '100') return readAnswer(bytes.subarray(end + 4), about)
  const lines = bytes.subarray(0, end).toString('latin1').split('\r\n').slice(1)
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const rest = bytes.subarray(end + 4)
  // What Node answers by itself is written in chunks, and there are none.
  const body = rest.toString() === '0\r\n\r\n' ? Buffer.alloc(0) : rest
  const length = headers['content-length'] === undefined ? null : Number(headers['content-length'])
  const isWhole =
    isStream(headers) ||
    about.isAll ||
    !about.hasBody ||
    (length !== null ? body.length >= length : rest.includes('0\r\n\r\n'))
  return isWhole ? { status: Number(status), headers, body: length === null ? body : body.subarray(0, length) } : null
}
