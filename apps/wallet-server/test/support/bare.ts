/**
 * The statements of the hot paths by themselves, without rooms, batchers and doors: what the benchmark compares the whole
 * with.
 */
export { claim } from '../../src/notification/claims.ts'
export { writeOutcomes } from '../../src/notification/outcomes.ts'
export type { Due } from '../../src/notification/windows.ts'
export { createOrders } from '../../src/order/create.ts'
export { reserve } from '../../src/payment/reserve.ts'
export { transaction } from '../../src/db/transaction.ts'
