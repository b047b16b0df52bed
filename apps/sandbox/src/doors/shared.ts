/**
 * What the sandbox doors share.
 */
import type { CashierService, Rooms, Settings } from '@tradepay/wallet-server'
import type { FastifyRequest } from 'fastify'
import type { MovableClock } from '../clock.ts'
import type { TestBank } from '../test-bank/index.ts'
import type { TimelineRecorder } from '../timeline/recorder.ts'
import type { TimelineStore } from '../timeline/store.ts'
import type { Streams } from '../timeline/stream.ts'
import type { MadeStore } from '../world/made.ts'
import type { World } from '../world/world.ts'

export interface SandboxParts {
  settings: Settings
  rooms: Rooms
  cashier: CashierService
  world: World
  made: MadeStore
  clock: MovableClock
  bank: TestBank
  store: TimelineStore
  recorder: TimelineRecorder
  streams: Streams
  /** Lets the server look for what has come due. */
  wake(): void
  /** Back to the seeded world. */
  reset(): Promise<void>
}

/** For a route whose body may be left out: then every member has its default. */
export const bodyOptional = {
  preValidation: async (request: FastifyRequest): Promise<void> => {
    request.body ??= {}
  },
}
