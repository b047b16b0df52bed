/**
 * A whole sandbox for the fuzzing of its own doors: real server, test bank and seeded world, on a database of its own, with the
 * keys of the shared vectors. It plays in worlds of so many calls each, so that nothing that a call may do ends the run.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ALIPAY_ORDER_STRING_METHOD, sandboxPaths, walletPaths, type SessionAnswer } from '@tradepay/contract'
import { startSandbox, type Sandbox } from '@tradepay/sandbox'
import { alipayRequestString, parsePrivateKey, signAlipay, signSuperapp } from '@tradepay/signature'
import keys from '@tradepay/signature/vectors/keys.json' with { type: 'json' }
import type pg from 'pg'
import { createSimulationDatabase, type SimulationDatabase } from '../simulation/database.ts'
import type { Dice } from '../simulation/dice.ts'
import { Memory } from './memory.ts'

const programFolder = fileURLToPath(new URL('../../examples/coffee-shop/mini-program', import.meta.url))
/** What the bank and the PINs are kept by. Known, so that it is seen when an answer tells it. */
const secrets = { 'pin-pepper': 'the pepper of the fuzzing', 'bank-key': 'the-bank-key-of-the-fuzzing' }

export class SandboxWorld {
  readonly memory = new Memory(kinds, freshNumbers)
  readonly sandbox: Sandbox
  readonly admin: pg.Pool
  /** The cookie and the token of whoever is signed in. */
  session = { cookie: '', csrfToken: '' }
  readonly #database: SimulationDatabase
  readonly #dataFolder: string
  readonly #merchantServer: Server
  #orders = 0

  private constructor(parts: {
    sandbox: Sandbox
    database: SimulationDatabase
    dataFolder: string
    merchantServer: Server
  }) {
    this.sandbox = parts.sandbox
    this.#database = parts.database
    this.admin = parts.database.admin
    this.#dataFolder = parts.dataFolder
    this.#merchantServer = parts.merchantServer
  }

  /** Makes it. @param clusterUrl a superuser's @param port default: any free one */
  static async open(clusterUrl: string, port?: number): Promise<SandboxWorld> {
    const database = await createSimulationDatabase(clusterUrl)
    const dataFolder = await mkdtemp(join(tmpdir(), 'tradepay-fuzz-sandbox-'))
    const folder = join(dataFolder, 'keys')
    await mkdir(folder)
    await writeFile(join(folder, 'wallet-1.private.pem'), keys.wallet.privatePkcs8)
    await writeFile(join(folder, 'integration-1.private.pem'), keys.merchant.privatePkcs8)
    for (const [name, secret] of Object.entries(secrets)) await writeFile(join(folder, name), secret)
    const merchantServer = await startMerchantServer()
    const url = addressOf(merchantServer)
    const sandbox = await startSandbox({
      databaseUrl: database.url,
      dataFolder,
      port: port ?? (await freePort()),
      shop: { url, notifyUrl: `${url}/notify`, programFolder },
    })
    const world = new SandboxWorld({ sandbox, database, dataFolder, merchantServer })
    await world.beginAnew()
    return world
  }

  get port(): number {
    return Number(new URL(this.sandbox.url).port)
  }
  now(): Date {
    return this.sandbox.clock.now()
  }
  /** What no answer may tell, whatever is asked. */
  get secrets(): string[] {
    return [...Object.values(secrets), secretLineOf(keys.wallet.privatePkcs8), cookieValue(this.session.cookie)]
  }
  /** What no refusal may repeat. */
  get givenSecrets(): string[] {
    return this.sandbox.world.apps
      .filter(({ privateKey }) => privateKey !== '')
      .map((app) => secretLineOf(app.privateKey))
  }

  /** As after a reset: nothing is known but what is seeded, and somebody is signed in. */
  async beginAnew(): Promise<void> {
    this.memory.forget()
    const { apps, users } = this.sandbox.world
    for (const { appId, merchantId, privateKey, walletPublicKey } of apps) {
      this.memory.learn('appId', appId)
      this.memory.learn('merchantId', merchantId)
      this.memory.learn('publicKey', walletPublicKey)
      // A mistake that people make: it is refused, and never repeated.
      this.memory.learn('publicKey', privateKey)
    }
    for (const { userId } of users) this.memory.learn('userId', userId)
    const { port } = this.#merchantServer.address() as AddressInfo
    for (const path of ['notify', 'refuses']) this.memory.learn('notifyUrl', `http://127.0.0.1:${port}/${path}`)
    for (const [name, values] of Object.entries(fixed)) for (const value of values) this.memory.learn(name, value)
    const year = this.now().getUTCFullYear()
    for (const later of [1, 9]) this.memory.learn('set', `${year + later}-01-31T10:00:00Z`)
    await this.signIn()
  }

  /** Signs Mei in, by the click that the sandbox gives. */
  async signIn(): Promise<void> {
    const { url, world } = this.sandbox
    const { userId } = world.users[0]!
    const answer = await post(`${url}${sandboxPaths.sessions}`, { userId })
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
    const session = await fetch(`${url}${walletPaths.session}`, { headers: { cookie } })
    this.session = { cookie, csrfToken: ((await session.json()) as SessionAnswer).csrfToken! }
  }

  /** What goes on meanwhile: a merchant makes an order, Mei pays it now and then, and a little time passes. */
  async goesOn(dice: Dice): Promise<void> {
    const { url } = this.sandbox
    const path = '/v1/payments/pay'
    const { clientId } = this.sandbox.world.apps.at(-1)!
    const body = JSON.stringify({
      paymentRequestId: `fuzz-${++this.#orders}`,
      paymentAmount: { currency: 'CNY', value: dice.pick(['1', '250', '1250']) },
      paymentOrderTitle: 'A test order',
      paymentNotifyUrl: dice.pick(this.memory.known('notifyUrl')),
    })
    const time = this.now().toISOString()
    const message = { method: 'POST', uri: path, clientId, time, body: Buffer.from(body) }
    const { header } = await signSuperapp(message, { version: 1, privateKey: merchantKey })
    const headers = { 'client-id': clientId, 'request-time': time, signature: header }
    const made = (await (await post(`${url}${path}`, body, headers)).json()) as { paymentId?: string }
    // The app's key may have been retired by a call: then there is no order this time.
    const { paymentId: tradeNo } = made
    this.memory.learn('tradeNo', tradeNo)
    if (tradeNo !== undefined && dice.percent(50)) {
      await post(`${url}${sandboxPaths.confirm(tradeNo)}`, { userId: this.sandbox.world.users[0]!.userId })
    }
    this.memory.learn('orderStr', await this.#orderString(clientId))
    await post(`${url}${sandboxPaths.clock}`, { advanceSeconds: dice.pick([0, 3, 30]) })
  }

  /** What `my.tradePay({ orderStr })` would bring. */
  async #orderString(clientId: string): Promise<string> {
    const content = { out_trade_no: `fuzz-string-${this.#orders}`, total_amount: '12.50', subject: 'A test order' }
    const parameters = {
      app_id: clientId,
      method: ALIPAY_ORDER_STRING_METHOD,
      charset: 'utf-8',
      sign_type: 'RSA2',
      timestamp: new Date(this.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' '),
      version: '1.0',
      biz_content: JSON.stringify(content),
    }
    const sign = await signAlipay(alipayRequestString(parameters), merchantKey)
    return new URLSearchParams({ ...parameters, sign }).toString()
  }

  async close(): Promise<void> {
    await this.sandbox.close()
    this.#merchantServer.closeAllConnections()
    this.#merchantServer.close()
    await this.#database.close()
    await rm(this.#dataFolder, { recursive: true, force: true })
  }
}

const merchantKey = parsePrivateKey(keys.merchant.privatePkcs8)
const secretLineOf = (pem: string): string => pem.split('\n')[5] ?? pem
const cookieValue = (cookie: string): string => cookie.slice(cookie.indexOf('=') + 1)

/** @throws Error for a failure of the server: what goes on beside the calls is right */
async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  if (answer.status >= 500) throw new Error(`HTTP ${answer.status} for a right call: ${url}`)
  return answer
}

/** The merchants' side: acknowledges what comes to it, but at the address that refuses. */
async function startMerchantServer(): Promise<Server> {
  const server = createServer((request, response) => {
    const acknowledged = { result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' } }
    request.resume()
    response.writeHead(request.url === '/refuses' ? 500 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(acknowledged))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return server
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

/** One thing with several names. */
const kinds: Readonly<Record<string, string>> = {
  clientId: 'appId',
  keyVersion: 'version',
  next: 'after',
  before: 'after',
  id: 'methodId',
  url: 'notifyUrl',
}
const freshNumbers = new Set(['loginId', 'requestId'])
const fixed: Readonly<Record<string, readonly string[]>> = {
  tradeNo: ['latest'],
  currency: ['CNY', 'CNY', 'USD'],
  currencies: ['CNY', 'JPY'],
  value: ['0', '1', '250', '1250'],
  loginId: ['mei@example.com', 'sam@example.com'],
  topUpId: ['top-up-0001', 'top-up-0002', 'top-up-0003'],
  methodId: ['BALANCE'],
  scopes: ['auth_base', 'auth_user'],
  bodyBase64: ['e30='],
  pin: ['246810', '121212'],
  publicKey: [keys.merchant.publicSpki, keys.wallet.publicBase64],
  version: ['1', '2'],
  limit: ['1', '20', '100'],
  hours: ['1', '720'],
  after: ['1.1'],
  signedBasePath: ['', '/aps/api'],
}
