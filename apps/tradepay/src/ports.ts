/** Ports of this machine: reads them from options, and says early and clearly when one is taken. */
import { createServer } from 'node:net'
import { CommandError } from './command-error.ts'

/**
 * @param least 0 where any free port may be asked for; default 1
 * @throws CommandError for what is no port
 */
export function readPort(text: string, name: string, least: 0 | 1 = 1): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : -1
  if (port < least || port > 65_535) {
    throw new CommandError(`${name} is "${text}": expected a port from ${least} to 65535.`)
  }
  return port
}

/**
 * Makes sure that the port can be listened on.
 * @param advice what to do when it cannot
 * @throws CommandError
 */
export async function requireFreePort(port: number, what: string, advice: string, host = '127.0.0.1'): Promise<void> {
  const server = createServer()
  try {
    await new Promise<void>((listening, failed) => {
      server.once('error', failed)
      server.listen({ port, host, exclusive: true }, listening)
    })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be listened on (${code})`
    throw new CommandError(`Port ${port}, for ${what}, ${why}. ${advice}`)
  } finally {
    await new Promise((closed) => server.close(closed))
  }
}
