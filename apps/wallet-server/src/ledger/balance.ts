/**
 * What a transfer does to the stored sums of its two accounts: posted at once, reserved, or a reservation answered.
 * The judge and the statement that writes both read it from here, so they cannot differ.
 */
import { isComputedAccount, type Transfer, type TransferKind } from './types.ts'

/** How often a transfer's amount is added to what is posted and to what is pending, on both of its sides alike. */
export const effects = {
  POSTED: { posted: 1n, pending: 0n },
  PENDING: { posted: 0n, pending: 1n },
  POST: { posted: 1n, pending: -1n },
  VOID: { posted: 0n, pending: -1n },
  EXPIRE: { posted: 0n, pending: -1n },
} as const satisfies Record<TransferKind, { posted: bigint; pending: bigint }>

/** What is added to the stored sums of one account. */
export interface Move {
  account: string
  bucket: number
  debitsPosted: bigint
  debitsPending: bigint
  creditsPosted: bigint
  creditsPending: bigint
}

/** The moves of transfers, one for each account that stores a balance, last id first, as they are locked. */
export function movesOf(transfers: readonly Transfer[]): Move[] {
  const moves = new Map<string, Move>()
  const moveOf = (account: string, bucket: number): Move => {
    // An account belongs to one bucket. If a transfer names another one, the statement that writes must not find it.
    const key = `${bucket} ${account}`
    let move = moves.get(key)
    if (!move) {
      move = { account, bucket, debitsPosted: 0n, debitsPending: 0n, creditsPosted: 0n, creditsPending: 0n }
      moves.set(key, move)
    }
    return move
  }
  for (const { bucket, debitAccount, creditAccount, amount, kind } of transfers) {
    const effect = effects[kind ?? 'POSTED']
    const [posted, pending] = [effect.posted * amount.minor, effect.pending * amount.minor]
    if (!isComputedAccount(debitAccount)) {
      const move = moveOf(debitAccount, bucket)
      move.debitsPosted += posted
      move.debitsPending += pending
    }
    if (!isComputedAccount(creditAccount)) {
      const move = moveOf(creditAccount, bucket)
      move.creditsPosted += posted
      move.creditsPending += pending
    }
  }
  return [...moves.values()].sort((a, b) => (a.account < b.account ? 1 : a.account > b.account ? -1 : 0))
}
