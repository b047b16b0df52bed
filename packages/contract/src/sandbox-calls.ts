/**
 * The sandbox's own doors, each with its path, what it takes and what it answers: what describes them. Refusals are
 * `ApiError`. On loopback only.
 */
import { Type } from 'typebox'
import { CancelCashierAnswer, ConfirmPaymentAnswer } from './cashier-api.ts'
import { ExplainAnswer, ExplainRequest } from './explain-api.ts'
import type { JsonCall } from './json-call.ts'
import {
  PeopleAnswer,
  SandboxCancelRequest,
  SandboxClockRequest,
  SandboxConfirmRequest,
  sandboxPaths,
  SandboxPayOutAnswer,
  SandboxPayOutRequest,
  SandboxSessionRequest,
} from './sandbox-api.ts'
import { sandboxWorldCalls } from './sandbox-world-calls.ts'
import { AddTimelineRequest, Timeline } from './timeline.ts'

export const SandboxNow = Type.Object({ now: Type.String({ title: "The wallet's time", description: 'ISO 8601' }) })
export const SandboxClockAnswer = Type.Object({
  ...SandboxNow.properties,
  aheadSeconds: Type.Number({ title: 'How far the clock is ahead of real time' }),
})
export const SandboxSessionAnswer = Type.Object({ userId: Type.String(), name: Type.String() })
export const AddTimelineAnswer = Type.Object({ added: Type.Integer() })

/** The path of a door that names something, with the parameter in braces. */
const pathOf = (path: (name: string) => string, parameter: string): string =>
  path('PARAMETER').replace('PARAMETER', `{${parameter}}`)

export const sandboxCalls: readonly JsonCall[] = [
  {
    name: 'reset',
    method: 'POST',
    path: sandboxPaths.reset,
    summary: 'Back to the seeded world',
    description: 'Keys stay, the clock returns to now, everybody is signed out.',
    answer: SandboxNow,
  },
  {
    name: 'confirm',
    method: 'POST',
    path: pathOf(sandboxPaths.confirm, 'tradeNo'),
    summary: 'Pay an order without a browser',
    description:
      'What a user does in the cashier, through the same service. May be repeated: the first answer, no more money moves.',
    request: SandboxConfirmRequest,
    answer: ConfirmPaymentAnswer,
  },
  {
    name: 'cancel',
    method: 'POST',
    path: pathOf(sandboxPaths.cancel, 'tradeNo'),
    summary: 'Leave the cashier',
    description: 'The order stays payable until it expires.',
    request: SandboxCancelRequest,
    answer: CancelCashierAnswer,
  },
  {
    name: 'payOut',
    method: 'POST',
    path: pathOf(sandboxPaths.payOuts, 'merchantId'),
    summary: "Pay a merchant's money to its bank account",
    description: 'May be repeated with the same number: the answer tells what has become of it.',
    request: SandboxPayOutRequest,
    answer: SandboxPayOutAnswer,
  },
  {
    name: 'timeline',
    method: 'GET',
    path: pathOf(sandboxPaths.timeline, 'tradeNo'),
    summary: 'What happened to an order, step by step',
    description: '`latest` instead of a number means the newest order.',
    answer: Timeline,
  },
  {
    name: 'timelineEvents',
    method: 'GET',
    path: pathOf(sandboxPaths.timelineEvents, 'tradeNo'),
    summary: 'The same, whenever it grows',
    description: 'Server-sent events. `latest` instead of a number follows the newest order.',
  },
  {
    name: 'addTimeline',
    method: 'POST',
    path: pathOf(sandboxPaths.timeline, 'tradeNo'),
    summary: 'Add what only the wallet app has seen',
    request: AddTimelineRequest,
    status: 202,
    answer: AddTimelineAnswer,
    signedIn: true,
  },
  {
    name: 'readClock',
    method: 'GET',
    path: sandboxPaths.clock,
    summary: "The wallet's time",
    answer: SandboxClockAnswer,
  },
  {
    name: 'moveClock',
    method: 'POST',
    path: sandboxPaths.clock,
    summary: "Move the wallet's clock",
    description:
      'And with it everything that comes due: expiries, notifications, the test bank. It moves forward only.',
    request: SandboxClockRequest,
    answer: SandboxClockAnswer,
  },
  {
    name: 'explain',
    method: 'POST',
    path: sandboxPaths.explain,
    summary: 'Why a signature does not verify',
    description: 'The message is given as it went over the wire. Changes nothing, and nothing of it is kept.',
    request: ExplainRequest,
    answer: ExplainAnswer,
  },
  {
    name: 'people',
    method: 'GET',
    path: sandboxPaths.people,
    summary: 'The people of this world',
    answer: PeopleAnswer,
  },
  {
    name: 'signIn',
    method: 'POST',
    path: sandboxPaths.sessions,
    summary: 'Sign in as one of them with a click',
    request: SandboxSessionRequest,
    answer: SandboxSessionAnswer,
  },
  ...sandboxWorldCalls,
]
