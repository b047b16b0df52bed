/** `tradepay start` as a process: from an empty folder to a paid order, through kills, to a clean end. */
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Sandbox } from '@tradepay/sandbox'
import { describe, expect, it } from 'vitest'
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
      })
      expect(world.users.map(({ name }) => name)).toEqual(['Mei', 'Sam', 'Ana'])
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

      const pid = await postmaster(folder)
      first.child.kill('SIGKILL')
      await first.ended

      const second = tradepay(args)
      expect(await second.says('sandbox is ready')).toContain('still running')
      expect(await postmaster(folder)).toBe(pid)
      expect(await readWorld(folder)).toEqual(world)

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
    const folder = await throwawayFolder()
    const port = await freePorts()
    const other = createServer()
    for (const taken of [port, port + 1]) {
      await new Promise<void>((ready) => other.listen(taken, '127.0.0.1', ready))
      const { code, output } = await tradepay(['start', '--port', String(port), '--data', join(folder, 'data')]).ended
      await new Promise((closed) => other.close(closed))
      expect(code).toBe(2)
      expect(output).toContain(`Port ${taken}`)
      expect(output).toContain('--port')
      await expect(stat(join(folder, 'data'))).rejects.toThrow('ENOENT')
    }
  })

  it.each([
    [['start', '--port', 'many'], {}, '--port is "many"'],
    [['start', '--port', '70000'], {}, 'from 1 to 65535'],
    [
      ['start'],
      { TRADEPAY_DATABASE_URL: 'mysql://somewhere', TRADEPAY_PORT: '39871' },
      'TRADEPAY_DATABASE_URL is malformed',
    ],
    [
      ['start'],
      { TRADEPAY_DATABASE_URL: 'postgres://u:secret-word@127.0.0.1:9/x', TRADEPAY_PORT: '39871' },
      'cannot be reached',
    ],
  ])('%j with %j is refused in words', async (args, env, words) => {
    const folder = await throwawayFolder()
    const { code, output } = await tradepay([...args, '--data', folder], env).ended
    expect(code).toBe(2)
    expect(output).toContain(words)
    expect(output).not.toContain('secret-word')
    expect(output).not.toContain('    at ')
  })
})
