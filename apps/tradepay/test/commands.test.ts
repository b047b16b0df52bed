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
import { verifyReport, verifyWallet } from '../src/verify.ts'
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
    const counts = { accounts: 1n, transfers: 2n, orders: 0n, payments: 0n, notifications: 0n }
    const text = verifyReport({ violations, checked: [], counts })
    expect(text).toContain('1 promises are broken')
    expect(text).toContain('{"id":"a","by":"5"}')
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
