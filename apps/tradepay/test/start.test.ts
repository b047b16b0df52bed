/** `tradepay start` as a process: from an empty folder to a paid order, through kills, to a clean end. */
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Sandbox } from '@tradepay/sandbox'
import { describe, expect, it } from 'vitest'
import { CommandError } from '../src/command-error.ts'
import { readPort } from '../src/ports.ts'
import { start } from '../src/start.ts'
import { freePorts, throwawayFolder, tradepay } from './support.ts'

/** The first start on a machine builds the pages. Milliseconds. */
const FIRST_START_MS = 150_000

type World = Sandbox['world']
const readWorld = async (folder: string): Promise<World> =>
  JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as World
const postmaster = async (folder: string): Promise<number> =>
  Number((await readFile(join(folder, 'postgres', 'cluster', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])

describe('tradepay start', () => {
  it(
    'starts on an empty folder, survives kill -9 of itself by adopting its database, and ends cleanly',
    async () => {
      const folder = await throwawayFolder()
      const port = await freePorts()
      const args = ['start', '--port', String(port), '--data', folder]

      const first = tradepay(args)
      const said = await first.says('sandbox is ready')
      const world = await readWorld(folder)
      expect((await stat(join(folder, 'sandbox.json'))).mode & 0o777).toBe(0o600)
      expect(world).toMatchObject({
        walletUrl: `http://127.0.0.1:${port}`,
        shopUrl: `http://127.0.0.1:${port + 1}`,
        gatewayUrl: `http://127.0.0.1:${port}/gateway.do`,
        docsUrl: `http://127.0.0.1:${port}/docs`,
        bankUrl: `http://127.0.0.1:${port + 2}`,
      })
      expect(world.users.map(({ name }) => name)).toEqual(['Mei', 'Sam', 'Ana', 'Leo'])
      expect(world.apps.map(({ name }) => name)).toEqual(['Coffee Shop', 'Integration'])
      expect((await first.says('Ctrl+C')).indexOf(`${world.walletUrl}/flow`)).toBeGreaterThan(0)
      expect(said).not.toContain('PRIVATE KEY')

      for (const path of ['/', '/flow', `/frames/${world.apps[0]!.appId}/view.html`]) {
        const page = await fetch(world.walletUrl + path)
        expect([path, page.status, page.headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8'])
      }
      expect((await fetch(`${world.shopUrl}/api/menu`)).status).toBe(200)

      // The shop's orders go with the world, and the shop answers again afterwards.
      expect((await fetch(`${world.walletUrl}/sandbox/v1/reset`, { method: 'POST' })).status).toBe(200)
      expect((await fetch(`${world.shopUrl}/api/customers`, { method: 'POST' })).status).toBe(201)

      // An app that is made stands in the file at once, and the one for integrating stays the last.
      const body = JSON.stringify({ name: 'Tea House' })
      const headers = { 'content-type': 'application/json' }
      const made = await fetch(`${world.walletUrl}/sandbox/v1/apps`, { method: 'POST', headers, body })
      const grown = await readWorld(folder)
      expect(grown.apps).toEqual([world.apps[0], await made.json(), world.apps[1]])
      expect((await stat(join(folder, 'sandbox.json'))).mode & 0o777).toBe(0o600)

      const pid = await postmaster(folder)
      first.child.kill('SIGKILL')
      await first.ended

      const second = tradepay(args)
      expect(await second.says('sandbox is ready')).toContain('still running')
      expect(await postmaster(folder)).toBe(pid)
      expect(await readWorld(folder)).toEqual(grown)

      const verified = await tradepay(['verify', '--data', folder]).ended
      expect(verified.output).toContain('Every promise holds.')
      expect(verified.code).toBe(0)
      expect((await fetch(world.walletUrl)).status, 'verify leaves the running database alone').toBe(200)

      second.child.kill('SIGTERM')
      expect((await second.ended).code).toBe(0)
      await expect(postmaster(folder)).rejects.toThrow('ENOENT')
    },
    FIRST_START_MS,
  )

  it('says which port is taken and what to do, before it touches anything', async () => {
    const folder = join(await throwawayFolder(), 'data')
    const port = await freePorts()
    const other = createServer()
    for (const taken of [port, port + 1, port + 2]) {
      await new Promise<void>((ready) => other.listen(taken, '127.0.0.1', ready))
      const starting = start({ port, dataFolder: folder, say: () => undefined })
      await expect(starting).rejects.toThrow(new RegExp(`Port ${taken}, .* is in use by another program.*--port`))
      await new Promise((closed) => other.close(closed))
      await expect(stat(folder)).rejects.toThrow('ENOENT')
    }
  })

  it.each([
    ['mysql://somewhere', 'TRADEPAY_DATABASE_URL is malformed'],
    ['postgres://u:secret-word@127.0.0.1:9/x', 'cannot be reached'],
  ])(
    'the database %s is refused in words that hold no password',
    async (databaseUrl, words) => {
      const starting = start({
        port: await freePorts(),
        dataFolder: await throwawayFolder(),
        databaseUrl,
        say: () => undefined,
      })
      const problem = await starting.catch((error: unknown) => error)
      expect(problem).toBeInstanceOf(CommandError)
      expect(String(problem)).toContain(words)
      expect(String(problem)).not.toContain('secret-word')
    },
    FIRST_START_MS,
  )

  it.each(['many', '0', '70000', '41 00', ''])('the port "%s" is refused', (text) => {
    expect(() => readPort(text, '--port')).toThrow('expected a port from 1 to 65535')
  })

  it('a refusal of the command is one sentence and the exit code 2, without a stack', async () => {
    const { code, output } = await tradepay(['start', '--port', 'many']).ended
    expect([code, output.trim()]).toEqual([2, '--port is "many": expected a port from 1 to 65535.'])
  }, 60_000)
})
