/**
 * Helpers of the sandbox's tests: a whole sandbox on a database of its own, a merchant that signs calls, and conditions
 * that are waited for.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parsePrivateKey, signSuperapp } from '@tradepay/signature'
import type { SandboxApp } from '@tradepay/contract'
import pg from 'pg'
import { inject } from 'vitest'
import { startSandbox, type Sandbox, type SandboxOptions } from '../src/index.ts'

export const miniProgramFolder = fileURLToPath(new URL('../../../examples/coffee-shop/mini-program', import.meta.url))

export interface TestSandbox {
  sandbox: Sandbox
  options: SandboxOptions
  /** Calls a door; answers status and JSON. */
  call(path: string, call?: Call): Promise<Answer>
  close(): Promise<void>
}

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  body?: unknown
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  body: Record<string, unknown>
  cookie: string | null
}

/** A database that is dropped by `drop`. */
export async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `sandbox_${randomBytes(6).toString('hex')}`
  const admin = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: inject('postgresUrl') })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await admin(`create database ${name}`)
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  return { url: url.href, drop: () => admin(`drop database ${name} with (force)`) }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

/** Starts a sandbox with everything thrown away at `close`. The shop's server is not there: nobody answers it. */
export async function testSandbox(given: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const database = await createDatabase()
  const dataFolder = await mkdtemp(join(tmpdir(), 'sandbox-'))
  const options: SandboxOptions = {
    databaseUrl: database.url,
    dataFolder,
    port: await freePort(),
    shop: { url: 'http://127.0.0.1:9', notifyUrl: 'http://127.0.0.1:9/notify', programFolder: miniProgramFolder },
    ...given,
  }
  const sandbox = await startSandbox(options)
  return {
    sandbox,
    options,
    call: (path, call) => callAt(sandbox.url, path, call),
    close: async () => {
      await sandbox.close()
      await database.drop()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

export async function callAt(url: string, path: string, { method, body, headers = {} }: Call = {}): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? null
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>, cookie }
}

export interface OrderWish {
  /** Smallest unit; default 1250. */
  value?: string
  /** Default CNY. */
  currency?: string
  requestId?: string
  notifyUrl?: string
}

/** Creates an order as the integration merchant does: signed, at the super-app door. @returns its tradeNo */
export async function createOrder(sandbox: Sandbox, order: OrderWish = {}): Promise<string> {
  const { status, body } = await createOrderCall(sandbox, sandbox.world.apps.at(-1)!, order)
  if (status !== 200 || typeof body['paymentId'] !== 'string') {
    throw new Error(`no order: ${status} ${JSON.stringify(body)}`)
  }
  return body['paymentId']
}

/** What the door answers to a create-order call that an app signs. */
export async function createOrderCall(sandbox: Sandbox, app: SandboxApp, order: OrderWish): Promise<Answer> {
  const path = '/v1/payments/pay'
  const body = JSON.stringify({
    paymentRequestId: order.requestId ?? randomBytes(8).toString('hex'),
    paymentAmount: { currency: order.currency ?? 'CNY', value: order.value ?? '1250' },
    paymentOrderTitle: 'A test order',
    ...(order.notifyUrl === undefined ? {} : { paymentNotifyUrl: order.notifyUrl }),
  })
  const time = sandbox.clock.now().toISOString()
  const { header } = await signSuperapp(
    { method: 'POST', uri: path, clientId: app.clientId, time, body: Buffer.from(body) },
    { version: app.keyVersion, privateKey: parsePrivateKey(app.privateKey) },
  )
  return await callAt(sandbox.url, path, {
    body,
    headers: { 'client-id': app.clientId, 'request-time': time, signature: header },
  })
}
