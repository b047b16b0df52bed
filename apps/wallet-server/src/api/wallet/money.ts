/**
 * GET /wallet/v1/balance and /wallet/v1/movements: what the user has, and what came and went, newest first.
 */
import { BalanceAnswer, invalidParameter, MovementsAnswer, walletPaths, type Movement } from '@tradepay/contract'
import { isStorable } from '../../db/text.ts'
import { pageAfter, type PaidOrder, type PaymentService } from '../../payment/types.ts'
import type { TopUp, UserService } from '../../user/types.ts'
import { toAmount } from '../amounts.ts'
import { sessionOf } from '../session-guard.ts'
import type { WalletEndpoint } from './endpoint.ts'

const LIMIT_DEFAULT = 20
const LIMIT_MAX = 50

export const moneyEndpoints: WalletEndpoint = (http, { deps: { settings }, rooms: { payments, users } }) => {
  http.get(walletPaths.balance, { schema: { response: { 200: BalanceAnswer } } }, async (request) => {
    const balances = await users.balances(sessionOf(request).userId)
    return {
      balances: balances.map(({ available, pending }) => ({
        available: toAmount(available),
        pending: toAmount(pending),
      })),
    }
  })

  http.get<{ Querystring: { before?: unknown; limit?: unknown } }>(
    walletPaths.movements,
    { schema: { response: { 200: MovementsAnswer } } },
    async (request): Promise<MovementsAnswer> => {
      const { userId } = sessionOf(request)
      const limit = readLimit(request.query.limit)
      const cursor = readCursor(request.query.before)
      const [paid, toppedUp] = await Promise.all([
        paymentsAfter(payments, userId, cursor, limit),
        topUpsAfter(users, userId, cursor, limit),
      ])
      const all = [...paid.map(fromPayment), ...toppedUp.map((topUp) => fromTopUp(topUp, settings.walletName))]
      all.sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1))
      const shown = all.slice(0, limit)
      // One more of each kind than fits was asked for, so what is left over says that there is a next page.
      return { movements: shown, next: all.length > limit ? writeCursor(cursor, shown) : null }
    },
  )
}

/** Where each of the two lists goes on: after the last of its kind that was shown. */
interface Cursor {
  payment: string | null
  topUp: Pick<TopUp, 'topUpId' | 'at'> | null
}

const paymentsAfter = async (
  payments: PaymentService,
  userId: string,
  { payment }: Cursor,
  limit: number,
): Promise<PaidOrder[]> => (await payments.paidBy(userId, { before: payment, limit: limit + 1 })).payments

const topUpsAfter = (users: UserService, userId: string, { topUp }: Cursor, limit: number): Promise<TopUp[]> =>
  users.topUps(userId, limit + 1, topUp ?? undefined)

function fromPayment({ paymentId, tradeNo, title, merchantName, amount, paidAt }: PaidOrder): Movement {
  return {
    id: paymentId,
    kind: 'PAYMENT',
    direction: 'OUT',
    title,
    counterparty: merchantName,
    amount: toAmount(amount),
    at: paidAt.toISOString(),
    tradeNo,
  }
}

function fromTopUp({ topUpId, amount, at }: TopUp, walletName: string): Movement {
  return {
    id: topUpId,
    kind: 'TOP_UP',
    direction: 'IN',
    title: 'Top-up',
    counterparty: walletName,
    amount: toAmount(amount),
    at: at.toISOString(),
    tradeNo: null,
  }
}

function readLimit(text: unknown): number {
  if (text === undefined) return LIMIT_DEFAULT
  const limit = typeof text === 'string' && /^[0-9]{1,2}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > LIMIT_MAX) throw invalidParameter('limit', `a whole number from 1 to ${LIMIT_MAX}`)
  return limit
}

function writeCursor(before: Cursor, shown: Movement[]): string {
  const payment = shown.findLast((movement) => movement.kind === 'PAYMENT')
  const topUp = shown.findLast((movement) => movement.kind === 'TOP_UP')
  const parts = [
    payment ? pageAfter({ paidAt: new Date(payment.at), paymentId: payment.id }) : before.payment,
    topUp ? topUp.at : (before.topUp?.at.toISOString() ?? null),
    topUp ? topUp.id : (before.topUp?.topUpId ?? null),
  ]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** @throws WalletError INVALID_PARAMETER for anything that `writeCursor` does not write */
function readCursor(text: unknown): Cursor {
  if (text === undefined) return { payment: null, topUp: null }
  const parts = typeof text === 'string' && text.length <= 1024 ? parseParts(text) : null
  if (!parts) throw invalidParameter('before', 'the `next` of the page before')
  const [payment, at, topUpId] = parts
  const time = new Date(at ?? 0)
  if ((at === null) !== (topUpId === null) || Number.isNaN(time.getTime()) || time.getTime() < 0) {
    throw invalidParameter('before', 'the `next` of the page before')
  }
  return { payment, topUp: topUpId === null ? null : { at: time, topUpId } }
}

type CursorParts = [payment: string | null, at: string | null, topUpId: string | null]

function parseParts(text: string): CursorParts | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    const isPart = (part: unknown): boolean => part === null || (typeof part === 'string' && isStorable(part))
    return Array.isArray(parts) && parts.length === 3 && parts.every(isPart) ? (parts as CursorParts) : null
  } catch {
    return null
  }
}
