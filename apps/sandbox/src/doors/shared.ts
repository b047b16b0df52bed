/**
 * What the sandbox doors share.
 */
import type { CashierService, Rooms, Settings } from '@tradepay/wallet-server'
import type { MovableClock } from '../clock.ts'
import type { TestBank } from '../test-bank/index.ts'
import type { TimelineRecorder } from '../timeline/recorder.ts'
import type { TimelineStore } from '../timeline/store.ts'
import type { Streams } from '../timeline/stream.ts'

export interface SandboxParts {
  settings: Settings
  rooms: Rooms
  cashier: CashierService
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
