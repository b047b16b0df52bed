/** The other commands: serve refuses what is not safe, keys, pack, verify. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { createKeys, readKeys } from '../src/keys.ts'
import { packFolder } from '../src/pack.ts'
import { readServeSettings } from '../src/serve-settings.ts'
import { serve } from '../src/serve.ts'
import { isClean, verifyReport, verifyWallet } from '../src/verify.ts'
import { freePorts, throwawayFolder, tradepay } from './support.ts'

const complete = {
  TRADEPAY_DATABASE_URL: 'postgres://wallet@127.0.0.1:5432/wallet',
  TRADEPAY_PUBLIC_URL: 'https://wallet.example',
  TRADEPAY_PIN_PEPPER: 'x'.repeat(32),
  TRADEPAY_KEYS_DIR: '/keys',
  TRADEPAY_PACKAGES_DIR: '/packages',
}

describe('tradepay serve', () => {
  it('does not start without its settings and names each that is missing', async () => {
    const { code, output } = await tradepay(['serve']).ended
    expect(code).toBe(2)
    for (const name of Object.keys(complete)) expect(output).toContain(`${name} is missing`)
  }, 60_000)

  it('takes complete settings', () => {
    expect(readServeSettings(complete)).toMatchObject({
      publicUrl: 'https://wallet.example',
      host: '127.0.0.1',
      port: 4100,
    })
  })

  it.each([
    ['TRADEPAY_PUBLIC_URL', 'http://wallet.example'],
    ['TRADEPAY_PUBLIC_URL', 'https://wallet.example/path'],
    ['TRADEPAY_PIN_PEPPER', 'short-secret'],
    ['TRADEPAY_DATABASE_URL', 'mysql://secret@host/db'],
    ['TRADEPAY_PORT', '0'],
  ])('refuses %s=%s', (name, value) => {
    expect(() => readServeSettings({ ...complete, [name]: value })).toThrow(name)
    if (value.includes('secret')) {
      expect(() => readServeSettings({ ...complete, [name]: value })).not.toThrow('secret@')
    }
  })

  it('serves a wallet without any sandbox door', async () => {
    const { url, folder } = await emptyWallet()
    const running = await serve(await settingsFor(url, folder), () => undefined)
    onTestFinished(() => running.stop())
    expect((await fetch(`${running.url}/wallet/v1/session`)).status).toBe(200)
    for (const path of ['/sandbox/v1/people', '/sandbox/v1/clock']) {
      const answer = await fetch(running.url + path, { headers: { accept: 'application/json' } })
      expect(answer.headers.get('content-type') + (await answer.text())).not.toContain('246810')
    }
    expect((await fetch(`${running.url}/sandbox/v1/reset`, { method: 'POST' })).status).toBe(404)
  }, 120_000)

  it('refuses a database of the sandbox', async () => {
    const { url, folder } = await emptyWallet()
    await run(url, 'create schema sandbox; create table sandbox.world ()')
    await expect(serve(await settingsFor(url, folder), () => undefined)).rejects.toThrow('made by the sandbox')
  }, 120_000)
})

describe('what tradepay serve takes about money', () => {
  const key = 'k'.repeat(32)

  it('is nothing: no bank, no limits, the usual refund window', () => {
    expect(readServeSettings(complete)).toMatchObject({ bank: null, paymentLimits: {}, refundWindowSeconds: undefined })
  })

  it('is a bank with its key, a refund window, and limits', () => {
    const settings = readServeSettings({
      ...complete,
      TRADEPAY_BANK_URL: 'https://bank.example/wallets/',
      TRADEPAY_BANK_KEY: key,
      TRADEPAY_REFUND_WINDOW_DAYS: '90',
      TRADEPAY_PAYMENT_LIMITS: '{"CNY":{"perPayment":"500000","perDay":null}}',
      TRADEPAY_CALLS_PER_SECOND: '0',
      TRADEPAY_REPLAY_WINDOW_SECONDS: '600',
    })
    expect(settings).toMatchObject({
      bank: { url: 'https://bank.example/wallets', key },
      refundWindowSeconds: 90 * 86_400,
      paymentLimits: { CNY: { perPayment: 500_000n, perDay: null } },
      callsPerSecond: 0,
      callsBurst: undefined,
      replayWindowSeconds: 600,
    })
  })

  it.each<[string, Record<string, string>, string]>([
    ['a bank without its key', { TRADEPAY_BANK_URL: 'https://bank.example' }, 'TRADEPAY_BANK_KEY is missing'],
    ['a key without its bank', { TRADEPAY_BANK_KEY: key }, 'TRADEPAY_BANK_URL is missing'],
    [
      'a bank over plain http',
      { TRADEPAY_BANK_URL: 'http://bank.example', TRADEPAY_BANK_KEY: key },
      'TRADEPAY_BANK_URL',
    ],
    [
      'a password in the address',
      { TRADEPAY_BANK_URL: 'https://u:hush@bank.example', TRADEPAY_BANK_KEY: key },
      'TRADEPAY_BANK_URL',
    ],
    ['a short key', { TRADEPAY_BANK_URL: 'https://bank.example', TRADEPAY_BANK_KEY: 'hush-hush' }, 'TRADEPAY_BANK_KEY'],
    ['a window of no days', { TRADEPAY_REFUND_WINDOW_DAYS: '0' }, 'TRADEPAY_REFUND_WINDOW_DAYS'],
    ['a window of half a day', { TRADEPAY_REFUND_WINDOW_DAYS: '0.5' }, 'TRADEPAY_REFUND_WINDOW_DAYS'],
    ['a window of centuries', { TRADEPAY_REFUND_WINDOW_DAYS: '9999' }, 'TRADEPAY_REFUND_WINDOW_DAYS'],
    ['calls below zero', { TRADEPAY_CALLS_PER_SECOND: '-1' }, 'TRADEPAY_CALLS_PER_SECOND'],
    ['half a call', { TRADEPAY_CALLS_PER_SECOND: '0.5' }, 'TRADEPAY_CALLS_PER_SECOND'],
    ['no call at once', { TRADEPAY_CALLS_BURST: '0' }, 'TRADEPAY_CALLS_BURST'],
    ['a replay window of no time', { TRADEPAY_REPLAY_WINDOW_SECONDS: '0' }, 'TRADEPAY_REPLAY_WINDOW_SECONDS'],
    ['a replay window of a day', { TRADEPAY_REPLAY_WINDOW_SECONDS: '86400' }, 'TRADEPAY_REPLAY_WINDOW_SECONDS'],
    ['limits that are no JSON', { TRADEPAY_PAYMENT_LIMITS: 'lots' }, 'TRADEPAY_PAYMENT_LIMITS'],
    [
      'limits of an unknown currency',
      { TRADEPAY_PAYMENT_LIMITS: '{"XXX":{"perPayment":null,"perDay":null}}' },
      'TRADEPAY_PAYMENT_LIMITS',
    ],
    [
      'a limit that is a float',
      { TRADEPAY_PAYMENT_LIMITS: '{"CNY":{"perPayment":5.5,"perDay":null}}' },
      'TRADEPAY_PAYMENT_LIMITS',
    ],
    [
      'a limit below zero',
      { TRADEPAY_PAYMENT_LIMITS: '{"CNY":{"perPayment":"-1","perDay":null}}' },
      'TRADEPAY_PAYMENT_LIMITS',
    ],
    ['a limit that is left out', { TRADEPAY_PAYMENT_LIMITS: '{"CNY":{"perPayment":"1"}}' }, 'TRADEPAY_PAYMENT_LIMITS'],
    [
      'a limit with another name',
      { TRADEPAY_PAYMENT_LIMITS: '{"CNY":{"perPayment":"1","perDay":"1","perWeek":"1"}}' },
      'TRADEPAY_PAYMENT_LIMITS',
    ],
  ])('is not %s, which keeps the server from starting', (_what, given, name) => {
    const start = (): unknown => readServeSettings({ ...complete, ...given })
    expect(start).toThrow(name)
    expect(start).not.toThrow('hush')
  })
})

describe('tradepay keys', () => {
  it('makes one version after another, the private files for their owner only', async () => {
    const folder = join(await throwawayFolder(), 'keys')
    await createKeys(folder)
    await createKeys(folder)
    expect((await readKeys(folder)).map(({ version }) => version)).toEqual([1, 2])
    expect((await stat(join(folder, '2.private.pem'))).mode & 0o777).toBe(0o600)
    expect(await readFile(join(folder, '2.public.pem'), 'utf8')).toBe((await readKeys(folder))[1]?.publicKey)
  })

  it('a folder without keys, and a key that is none, are refused without showing it', async () => {
    const folder = await throwawayFolder()
    await expect(readKeys(folder)).rejects.toThrow('tradepay keys create')
    await writeFile(join(folder, '1.private.pem'), 'my secret')
    await expect(readKeys(folder)).rejects.toThrow(/1\.private\.pem is not usable: (?!.*my secret)/)
  })
})

describe('tradepay pack', () => {
  it('packs the coffee shop', async () => {
    const folder = fileURLToPath(new URL('../../../examples/coffee-shop/mini-program', import.meta.url))
    const out = join(await throwawayFolder(), 'shop.json')
    expect(await packFolder(folder, out)).toMatch(/Packed \d+ pages/)
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ format: 1 })
  })

  it('tells what is wrong with a folder', async () => {
    const folder = await throwawayFolder()
    await mkdir(join(folder, 'empty'))
    await expect(packFolder(join(folder, 'empty'), join(folder, 'out.json'))).rejects.toThrow('app.json')
  })
})

describe('tradepay verify', () => {
  const counts = {
    accounts: 1n,
    transfers: 2n,
    orders: 0n,
    payments: 0n,
    refunds: 0n,
    fundings: 0n,
    topUps: 0n,
    payOuts: 0n,
    notifications: 0n,
  }

  it('says that there is no wallet where there is none, and makes none', async () => {
    const folder = await throwawayFolder()
    await expect(verifyWallet(folder, undefined)).rejects.toThrow('There is no wallet')
    await expect(stat(join(folder, 'postgres'))).rejects.toThrow('ENOENT')
    await expect(verifyWallet(folder, await emptyDatabase())).rejects.toThrow('holds no wallet')
  })

  it('names a broken promise with its rows', () => {
    const violations = [
      { invariant: 'I6', message: 'stored balance = recomputed balance', rows: [{ id: 'a', by: 5n }] },
    ]
    const verified = { report: { violations, checked: [], counts, notices: [] }, bank: null }
    expect(isClean(verified)).toBe(false)
    const text = verifyReport(verified)
    expect(text).toContain('1 promise is broken')
    expect(text).toContain('{"id":"a","by":"5"}')
  })

  it('names where wallet and bank differ, and lists what is still processing without blaming it', () => {
    const report = { violations: [], checked: [], counts, notices: [] }
    const processing = [
      { orderId: '77', purpose: 'PAYMENT', amount: '1250 CNY', ageSeconds: 90, atTheBank: 'PROCESSING' },
    ]
    const waiting = { report, bank: { differences: [], processing, totals: [] } }
    expect(isClean(waiting)).toBe(true)
    expect(verifyReport(waiting)).toContain('still processing for 90 s: PAYMENT 77')
    const differences = [
      { message: 'The bank moved money for an order that the wallet does not know.', rows: [{ a: 1 }] },
    ]
    const differs = { report, bank: { differences, processing: [], totals: [] } }
    expect(isClean(differs)).toBe(false)
    expect(verifyReport(differs)).toContain('Bank: The bank moved money')
  })
})

async function settingsFor(databaseUrl: string, folder: string): Promise<Parameters<typeof serve>[0]> {
  const keys = join(folder, 'keys')
  await createKeys(keys)
  return {
    ...readServeSettings({ ...complete, TRADEPAY_KEYS_DIR: keys, TRADEPAY_PACKAGES_DIR: join(folder, 'packages') }),
    databaseUrl,
    port: await freePorts(),
  }
}

async function emptyWallet(): Promise<{ url: string; folder: string }> {
  return { folder: await throwawayFolder(), url: await emptyDatabase() }
}

async function emptyDatabase(): Promise<string> {
  const name = `tradepay_${Math.random().toString(36).slice(2)}`
  await run(inject('postgresUrl'), `create database ${name}`)
  onTestFinished(() => run(inject('postgresUrl'), `drop database ${name} with (force)`))
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  return url.href
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
