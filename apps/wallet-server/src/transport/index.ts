/** The way out to strangers: see transport.ts for what it promises and guard.ts for whom it refuses. */
export { createTransport, type TransportOptions } from './transport.ts'
export { isAddressAllowed } from './guard.ts'
