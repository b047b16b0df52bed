/**
 * The whole wallet server on a port of its own, with a fresh database and the fakes around it: for tests that come in by
 * the doors.
 */
import type { AddressInfo } from 'node:net'
import { buildServer, type BuildOptions, type WalletServer } from '../../src/build-server.ts'
import { createTestDeps, type TestWorld, type WorldOptions } from './world.ts'

export interface TestServer extends TestWorld {
  /** "http://127.0.0.1:49152" */
  url: string
  server: WalletServer
}

/**
 * Starts a server on loopback. Its `settings.publicUrl` is where it listens, unless the test says otherwise.
 * `families` of the options is not used: the doors bring their own.
 */
export async function startTestServer(options: WorldOptions & BuildOptions = {}): Promise<TestServer> {
  const parts = await createTestDeps(options)
  const server = await buildServer(parts.deps, {
    logLevel: options.logLevel ?? 'error',
    ...(options.extend ? { extend: options.extend } : {}),
  })
  await server.http.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(server.http.server.address() as AddressInfo).port}`
  if (options.settings?.publicUrl === undefined) parts.deps.settings.publicUrl = url
  return {
    ...parts,
    rooms: server.rooms,
    server,
    url,
    async close() {
      await server.close()
      await parts.close()
    },
  }
}
