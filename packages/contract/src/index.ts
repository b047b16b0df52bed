/**
 * Every message between the parties, in one place: states, refusals, result codes, and the schemas of each API.
 * Schemas are TypeBox values: the same object validates at the door, types the caller, and describes the API.
 */
export * from './amount.ts'
export * from './states.ts'
export * from './refusals.ts'
export * from './trade-pay.ts'
export * from './my-api.ts'
export * from './cashier-api.ts'
export * from './wallet-api.ts'
export * from './superapp-api.ts'
export * from './superapp-payments-api.ts'
export * from './superapp-refunds-api.ts'
export * from './superapp-calls.ts'
export * from './superapp-dialect.ts'
export * from './superapp-authorization-api.ts'
export * from './alipay-api.ts'
export * from './alipay-authorization-api.ts'
export * from './bank-api.ts'
export * from './timeline.ts'
export * from './sandbox-api.ts'
