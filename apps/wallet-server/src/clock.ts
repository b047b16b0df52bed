/**
 * The real clock. Every `now` that the server stores or compares comes from the Clock port (see ports.ts), so that
 * the sandbox and the tests can give one that moves.
 */
import type { Clock } from './ports.ts'

/** Time as the machine tells it. */
export const systemClock: Clock = { now: () => new Date() }
