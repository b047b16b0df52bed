/**
 * Where the present time comes from. Production leaves it out; tests and the sandbox pass one that they can move.
 */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** How far a signed time may be from now, both ways, unless the caller says otherwise: 5 minutes. */
export const DEFAULT_TOLERANCE_SECONDS = 300
