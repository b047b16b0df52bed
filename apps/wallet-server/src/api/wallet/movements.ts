/**
 * GET /wallet/v1/movements: what came and went, newest first: payments, top-ups and refunds merged into one list. What is
 * being processed and what failed stands there too, because the bank's statement may show it.
 *
 * Each list is asked for one more than fits; the cursor says for each where it goes on, so that paging shows everything
 * exactly once, whatever is added at the top meanwhile.
 */
import { MovementsAnswer, MovementsQuery, walletPaths, type Movement } from '@tradepay/contract'
import type { Rooms } from '../../build-server.ts'
import { pageAfter, type OwnPayment } from '../../payment/types.ts'
import { refundPageAfter, type ReceivedRefund } from '../../refund/types.ts'
import type { TopUp } from '../../top-up/types.ts'
import { toAmount } from '../amounts.ts'
import { labelsOf } from '../bank-labels.ts'
import { sessionOf } from '../session-guard.ts'
import type { WalletEndpoint } from './endpoint.ts'
import { readCursor, writeCursor, type Cursor } from './movement-cursor.ts'

const LIMIT_DEFAULT = 20

export const movementEndpoint: WalletEndpoint = (http, { deps: { settings }, rooms }) => {
  http.get<{ Querystring: MovementsQuery }>(
    walletPaths.movements,
    { schema: { querystring: MovementsQuery, response: { 200: MovementsAnswer } } },
    async (request): Promise<MovementsAnswer> => {
      const { userId } = sessionOf(request)
      const limit = request.query.limit === undefined ? LIMIT_DEFAULT : Number(request.query.limit)
      const cursor = readCursor(request.query.before)
      const found = await allAfter(rooms, userId, cursor, limit + 1)
      const labelOf = await labelsOf(
        rooms.fundings,
        found.map(({ from }) => from.bankAccountId),
      )
      const shown = found.slice(0, limit)
      return {
        movements: shown.map((one) => toMovement(one, labelOf(one.from.bankAccountId), settings.walletName)),
        next: found.length > limit ? writeCursor(cursor, shown.map(placeOf)) : null,
      }
    },
  )
}

/** One entry of the three lists. */
type Found =
  { kind: 'PAYMENT'; from: OwnPayment } | { kind: 'REFUND'; from: ReceivedRefund } | { kind: 'TOP_UP'; from: TopUp }

/** The first `limit` of the three lists together, after the cursor. Of one instant, each kind keeps its own order. */
async function allAfter(rooms: Rooms, userId: string, cursor: Cursor, limit: number): Promise<Found[]> {
  const { PAYMENT, REFUND, TOP_UP } = cursor
  const [{ payments }, { refunds }, topUps] = await Promise.all([
    rooms.payments.paidBy(userId, {
      before: PAYMENT && pageAfter({ paymentId: PAYMENT.id, createdAt: PAYMENT.at }),
      limit,
    }),
    rooms.refunds.refundsTo(userId, {
      before: REFUND && refundPageAfter({ refundId: REFUND.id, createdAt: REFUND.at }),
      limit,
    }),
    rooms.topUps.of(userId, limit, TOP_UP ? { topUpId: TOP_UP.id, createdAt: TOP_UP.at } : undefined),
  ])
  const all: Found[] = [
    ...payments.map((from) => ({ kind: 'PAYMENT' as const, from })),
    ...refunds.map((from) => ({ kind: 'REFUND' as const, from })),
    ...topUps.map((from) => ({ kind: 'TOP_UP' as const, from })),
  ]
  return all.sort((a, b) => b.from.createdAt.getTime() - a.from.createdAt.getTime()).slice(0, limit)
}

const placeOf = (found: Found): { kind: Found['kind']; at: Date; id: string } => ({
  kind: found.kind,
  at: found.from.createdAt,
  id: idOf(found),
})

function idOf(found: Found): string {
  if (found.kind === 'PAYMENT') return found.from.paymentId
  return found.kind === 'REFUND' ? found.from.refundId : found.from.topUpId
}

/** @param method `BALANCE` or the label of the bank account */
function toMovement(found: Found, method: string, walletName: string): Movement {
  const shared = {
    id: idOf(found),
    kind: found.kind,
    state: found.from.state,
    method,
    amount: toAmount(found.from.amount),
    at: found.from.createdAt.toISOString(),
  }
  switch (found.kind) {
    case 'PAYMENT': {
      const { returned, title, merchantName, tradeNo } = found.from
      return { ...shared, returned, direction: 'OUT', title, counterparty: merchantName, tradeNo }
    }
    case 'REFUND': {
      const { title, merchantName, tradeNo } = found.from
      return { ...shared, returned: null, direction: 'IN', title, counterparty: merchantName, tradeNo }
    }
    case 'TOP_UP': {
      const counterparty = found.from.bankAccountId === null ? walletName : method
      return { ...shared, returned: null, direction: 'IN', title: 'Top-up', counterparty, tradeNo: null }
    }
  }
}
