/**
 * What else must be so after a step: answers carry the right numbers, the bank was asked only about what is written down and
 * what ended agrees with what it did, and merchants heard of nothing but what really happened.
 */
import { isDeepStrictEqual } from 'node:util'
import { retryDelaysSeconds } from '@tradepay/wallet-server'
import type { VirtualBank } from './bank.ts'
import type { Answered } from './explain.ts'
import { cancelKey, refundKey } from './model/judge.ts'
import type { State } from './model/state.ts'
import type { Observed } from './observe.ts'
import type { Received, Receivers } from './receivers.ts'

/** The number in an answer is the number of the thing that was asked about. */
export function checkAnswers(answered: Answered[], seen: Observed): string[] {
  return answered.flatMap(({ call, answer: { code, id } }) => {
    if (id === undefined || id === null) return []
    const wrong = (right: string | undefined): string[] =>
      id === right ? [] : [`${call.do} answered the number ${id}; the right one is ${right ?? 'none'}.`]
    switch (call.do) {
      case 'create':
      case 'close':
      case 'inquire':
        return wrong(seen.tradeNos.get(call.order))
      case 'confirm': {
        if (code === 'SUCCEEDED') return wrong(seen.paidWith.get(call.order))
        const own = seen.payments.filter(({ order, user }) => order === call.order && user === call.user)
        return own.some(({ paymentId }) => paymentId === id) ? [] : wrong(own[0]?.paymentId)
      }
      case 'refund':
        return wrong(seen.refundIds.get(refundKey(call.order, call.number)))
      case 'cancel':
        return wrong(seen.refundIds.get(cancelKey(call.order)))
      default:
        return []
    }
  })
}

/** The bank and the wallet tell the same story. */
export function checkBank(bank: VirtualBank, seen: Observed): string[] {
  const known = new Set(seen.fundings.map(({ fundingId }) => fundingId))
  return [
    ...bank.complaints,
    ...bank.orderIds
      .filter((id) => !known.has(id))
      .map((id) => `The bank was asked about ${id}, which is not written down.`),
    ...seen.fundings.flatMap(({ fundingId, settling, state }) => {
      if (state === 'PROCESSING') return []
      const truth = bank.truthOf(fundingId)?.state ?? 'nothing'
      return truth === state
        ? []
        : [`${settling.purpose} ${settling.key} ended ${state}, but the bank has done ${truth}.`]
    }),
  ]
}

/** Whatever arrived is what is written down; whatever is written down as delivered has arrived. */
export function checkReceived(received: Received[], receivers: Receivers, seen: Observed): string[] {
  const byId = new Map(seen.notifications.map((notification) => [notification.notificationId, notification]))
  const acknowledged = new Set(
    receivers.inbox.filter((one) => one.acknowledged).map(({ notificationId }) => notificationId),
  )
  return [
    ...received.flatMap(({ notificationId, url, subjectId, sequence, event }) => {
      const written = byId.get(notificationId)
      const right = { url: written?.url, tradeNo: written?.tradeNo, sequence: written?.sequence, event: written?.event }
      return isDeepStrictEqual(right, { url, tradeNo: subjectId, sequence, event })
        ? []
        : [
            `A merchant was told of ${subjectId} #${sequence} (${String(event['type'])}) at ${url}, which is not what is written down.`,
          ]
    }),
    ...seen.notifications.flatMap(({ notificationId, tradeNo, sequence, state, attempts, url }) => {
      const what = `The notification of ${tradeNo} #${sequence}`
      if (state === 'DELIVERED' && !acknowledged.has(notificationId))
        return [`${what} counts as delivered, but nobody acknowledged it.`]
      const early = state === 'GIVEN_UP' && url !== null && attempts <= retryDelaysSeconds.length
      // What was before is not told any more to whom has acknowledged what came after.
      const overtaken = seen.notifications.some(
        (other) => other.tradeNo === tradeNo && other.sequence > sequence && other.state === 'DELIVERED',
      )
      return early && !overtaken ? [`${what} was given up after ${attempts} attempts.`] : []
    }),
  ]
}

/** When everything is healed and quiet. */
export function checkEnd(seen: Observed, bank: VirtualBank, receivers: Receivers, state: State): string[] {
  const inClearing = -state.books['bank-clearing'].posted
  const inboxOf = (tradeNo: string, sequence: number): Set<string> =>
    new Set(
      receivers.inbox
        .filter((one) => one.subjectId === tradeNo && one.sequence === sequence)
        .map((one) => one.notificationId),
    )
  return [
    ...(bank.walletBalance === inClearing
      ? []
      : [`The bank holds ${bank.walletBalance} for the wallet; by the wallet's books it is ${inClearing}.`]),
    ...(state.books['in-transit'].posted === 0n ? [] : [`${state.books['in-transit'].posted} is left in transit.`]),
    ...seen.notifications.flatMap(({ tradeNo, sequence, state: of, url }) => {
      const what = `${tradeNo} #${sequence}`
      if (of === 'DUE') return [`The notification of ${what} is still due.`]
      const told = inboxOf(tradeNo, sequence).size
      if (url === null) return told === 0 ? [] : [`Somebody was told of ${what}, which is for nobody.`]
      return of === 'DELIVERED' && told !== 1 ? [`The merchant has ${told} events of ${what}.`] : []
    }),
  ]
}
