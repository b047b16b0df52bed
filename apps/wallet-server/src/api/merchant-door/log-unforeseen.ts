/**
 * Logs a failure that no door foresaw by its name and place only: its message may hold what the caller sent.
 */
import type { FastifyRequest } from 'fastify'

export function logUnforeseen(error: unknown, request: FastifyRequest): void {
  const { name, code, stack } = error instanceof Error ? (error as Error & { code?: string }) : { name: typeof error }
  const places = (stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  request.log.error({ name, code, places }, 'a call of a merchant failed for an unforeseen reason')
}
