/**
 * What the wallet keeps of a payment, and what of it goes back with refunds. Pure, in whole smallest units.
 *
 * Rounding is half up, to the smallest unit. Refunds give the fee back in proportion to what has been refunded in all, so
 * that many small refunds and one large one come to the same, and a full refund gives back exactly the fee.
 */

/** Hundredths of a percent in a whole. */
const WHOLE = 10_000n

/**
 * The fee of an order, fixed when it is made.
 * @param amount of the order, smallest unit, not negative
 * @param basisPoints the merchant's rate in hundredths of a percent, 0 to 10,000
 */
export function feeOf(amount: bigint, basisPoints: number): bigint {
  return dividedHalfUp(amount * BigInt(basisPoints), WHOLE)
}

/**
 * What of an order's fee has gone back once `refunded` of its amount has. Never more than the fee; grows with `refunded`.
 * @param amount of the order, above zero
 * @param refunded all refunds together, from 0 to `amount`
 */
export function feeRefundedAfter(fee: bigint, amount: bigint, refunded: bigint): bigint {
  return dividedHalfUp(fee * refunded, amount)
}

/**
 * What one more refund gives back of the fee.
 *
 * A refund that the bank refused takes its part of the fee back with it, so what has gone back may be a unit away from the
 * proportion; the next refund makes up for that. It never gives back less than nothing, nor more than its own amount: then
 * undoing it can never take from the merchant what the merchant does not have.
 * @param order as it is before the refund
 */
export function feeOfRefund(
  order: { amount: { minor: bigint }; fee: bigint; refunded: bigint; feeRefunded: bigint },
  amount: bigint,
): bigint {
  const due = feeRefundedAfter(order.fee, order.amount.minor, order.refunded + amount) - order.feeRefunded
  if (due < 0n) return 0n
  return due > amount ? amount : due
}

/** Half of a unit counts as a whole one. Both are not negative, the divisor is above zero. */
function dividedHalfUp(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor)
}
