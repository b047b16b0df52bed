/**
 * The statements of the hot paths by themselves, without rooms, batchers and doors: what the benchmark compares the whole
 * with.
 */
export { createOrders } from '../../src/order/create.ts'
export { reserve } from '../../src/payment/reserve.ts'
export { transaction } from '../../src/db/transaction.ts'
