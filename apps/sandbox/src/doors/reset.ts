/** POST /sandbox/v1/reset: back to the seeded world. Keys stay, the clock returns to now, everybody is signed out. */
import { sandboxPaths } from '@tradepay/contract'
import type { FastifyInstance } from 'fastify'
import type { SandboxParts } from './shared.ts'

export function resetDoor(http: FastifyInstance, { reset, clock, wake }: SandboxParts): void {
  http.post(sandboxPaths.reset, async () => {
    await reset()
    wake()
    return { now: clock.now().toISOString() }
  })
}
