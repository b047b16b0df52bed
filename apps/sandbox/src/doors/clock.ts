/** GET and POST /sandbox/v1/clock: reads and moves the wallet's clock, and with it everything that is due. */
import { invalidParameter, SandboxClockRequest, sandboxPaths } from '@tradepay/contract'
import type { FastifyInstance } from 'fastify'
import type { SandboxParts } from './shared.ts'

const ISO_WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

export function clockDoor(http: FastifyInstance, { clock, wake }: SandboxParts): void {
  const answer = (): { now: string; aheadSeconds: number } => ({
    now: clock.now().toISOString(),
    aheadSeconds: clock.offsetMs() / 1000,
  })

  http.get(sandboxPaths.clock, async () => answer())

  http.post<{ Body: SandboxClockRequest }>(
    sandboxPaths.clock,
    { schema: { body: SandboxClockRequest } },
    async ({ body }) => {
      if ('advanceSeconds' in body) await clock.advance(body.advanceSeconds)
      else await clock.set(readTime(body.set))
      wake()
      return answer()
    },
  )
}

function readTime(text: string): Date {
  const time = new Date(text)
  if (!ISO_WITH_OFFSET.test(text) || Number.isNaN(time.getTime())) {
    throw invalidParameter('set', 'ISO 8601 with offset, for example 2026-01-31T10:00:00Z')
  }
  return time
}
