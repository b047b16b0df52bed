/** Fees: rounded half up, given back in proportion, and a full refund gives back exactly what was kept. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { feeOf, feeOfRefund, feeRefundedAfter } from './fee.ts'

test.each([
  [1_250n, 0, 0n],
  [1_250n, 60, 8n], // 7.5 is rounded up
  [1_249n, 60, 7n], // 7.494
  [1_000n, 60, 6n],
  [83n, 60, 0n], // 0.498
  [84n, 60, 1n], // 0.504
  [1n, 4_999, 0n],
  [1n, 5_000, 1n], // exactly a half
  [9_999n, 10_000, 9_999n],
  [9_999_999_999_999_999n, 1, 1_000_000_000_000n],
])('of %s at %s basis points the wallet keeps %s', (amount, basisPoints, fee) => {
  expect(feeOf(amount, basisPoints)).toBe(fee)
})

test.each([
  [8n, 1_250n, 0n, 0n],
  [8n, 1_250n, 78n, 0n], // 0.4992
  [8n, 1_250n, 79n, 1n], // 0.5056
  [1n, 2n, 1n, 1n], // exactly a half
  [1n, 4n, 1n, 0n], // a quarter
  [8n, 1_250n, 1_250n, 8n],
])('of a fee of %s on %s, %s refunded give back %s', (fee, amount, refunded, back) => {
  expect(feeRefundedAfter(fee, amount, refunded)).toBe(back)
})

const orderOf = (amount: bigint, fee: bigint, refunded = 0n, feeRefunded = 0n) => ({
  amount: { minor: amount },
  fee,
  refunded,
  feeRefunded,
})

test.each([
  ['in proportion', orderOf(1_000n, 6n), 500n, 3n],
  ['to the last unit', orderOf(1_000n, 6n, 999n, 6n), 1n, 0n],
  ['what an undone refund took with it', orderOf(10n, 1n, 5n, 0n), 4n, 1n],
  ['nothing while too much has gone back', orderOf(10n, 1n, 3n, 1n), 1n, 0n],
  ['never more than the refund itself', orderOf(10n, 9n, 1n, 0n), 1n, 1n],
  ['as much as the refund itself', orderOf(10n, 10n, 0n, 0n), 4n, 4n],
  ['nothing where nothing was kept', orderOf(10n, 0n), 10n, 0n],
])('a refund gives back %s', (_, order, amount, fee) => {
  expect(feeOfRefund(order, amount)).toBe(fee)
})

/** An order with its fee, and the parts in which all of it is refunded. */
const wholeInParts = fc
  .tuple(fc.array(fc.bigInt(1n, 10_000n), { minLength: 1, maxLength: 30 }), fc.integer({ min: 0, max: 10_000 }))
  .map(([parts, basisPoints]) => {
    const amount = parts.reduce((sum, part) => sum + part)
    return { amount, parts, fee: feeOf(amount, basisPoints) }
  })

describe('for every amount, rate and way to divide it', () => {
  test('the fee is never more than the amount, and at most half a unit from the exact share', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 16n), fc.integer({ min: 0, max: 10_000 }), (amount, basisPoints) => {
        const fee = feeOf(amount, basisPoints)
        const tooMuch = 2n * (fee * 10_000n - amount * BigInt(basisPoints))
        return fee >= 0n && fee <= amount && tooMuch > -10_000n && tooMuch <= 10_000n
      }),
    )
  })

  test('what has gone back grows with the refunds and is never more than the fee', () => {
    fc.assert(
      fc.property(wholeInParts, ({ amount, parts, fee }) => {
        let refunded = 0n
        let before = 0n
        for (const part of parts) {
          refunded += part
          const after = feeRefundedAfter(fee, amount, refunded)
          if (after < before || after > fee) return false
          before = after
        }
        return true
      }),
    )
  })

  test('the parts together give back exactly the fee, none less than nothing or more than itself', () => {
    fc.assert(
      fc.property(wholeInParts, ({ amount, parts, fee }) => {
        let [refunded, feeRefunded] = [0n, 0n]
        for (const part of parts) {
          const back = feeOfRefund(orderOf(amount, fee, refunded, feeRefunded), part)
          if (back < 0n || back > part) return false
          refunded += part
          feeRefunded += back
          if (feeRefunded !== feeRefundedAfter(fee, amount, refunded)) return false
        }
        return feeRefunded === fee
      }),
    )
  })

  test('when some of the parts are undone again, a last refund of the rest still gives back the fee and never more', () => {
    fc.assert(
      fc.property(
        wholeInParts,
        fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
        ({ amount, parts, fee }, undone) => {
          let [refunded, feeRefunded] = [0n, 0n]
          const backs = parts.map((part) => {
            const back = feeOfRefund(orderOf(amount, fee, refunded, feeRefunded), part)
            refunded += part
            feeRefunded += back
            return back
          })
          parts.forEach((part, index) => {
            if (!undone[index]) return
            refunded -= part
            feeRefunded -= backs[index]!
          })
          const rest = amount - refunded
          if (rest === 0n) return feeRefunded === fee
          const last = feeOfRefund(orderOf(amount, fee, refunded, feeRefunded), rest)
          // Short of the fee only where the rest is too small to make up for what was undone.
          return feeRefunded + last <= fee && (feeRefunded + last === fee || last === rest)
        },
      ),
    )
  })
})
