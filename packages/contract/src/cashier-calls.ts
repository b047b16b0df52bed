/**
 * The calls of the cashier API, each with its path, what it takes and what it answers: what describes them.
 */
import {
  CancelCashierAnswer,
  CancelCashierRequest,
  cashierPaths,
  ConfirmPaymentAnswer,
  ConfirmPaymentRequest,
  InquireCashierAnswer,
  InquireCashierRequest,
  OpenCashierAnswer,
  OpenCashierRequest,
  OrderStringAnswer,
  OrderStringRequest,
} from './cashier-api.ts'
import type { JsonCall } from './json-call.ts'

export const cashierCalls: readonly JsonCall[] = [
  {
    name: 'orderString',
    method: 'POST',
    path: cashierPaths.orderString,
    summary: 'The order of an order string (step 9)',
    description:
      'The string that `my.tradePay({ orderStr })` brings is verified like a call of its merchant, and its order created or ' +
      'found. May be repeated: the same string leads to the same order.',
    request: OrderStringRequest,
    answer: OrderStringAnswer,
    signedIn: true,
  },
  {
    name: 'open',
    method: 'POST',
    path: cashierPaths.open,
    summary: 'Open the cashier (steps 10 and 11)',
    description: 'Payee, amount and ways to pay. Changes nothing; may be repeated.',
    request: OpenCashierRequest,
    answer: OpenCashierAnswer,
    signedIn: true,
  },
  {
    name: 'confirm',
    method: 'POST',
    path: cashierPaths.confirm,
    summary: 'Pay, with the PIN (steps 14 and 16)',
    description:
      'PROCESSING when the bank has been asked and has not answered yet: inquire then. May be repeated: an order that the ' +
      'same user has paid, or is paying, answers the first result and moves no money.',
    request: ConfirmPaymentRequest,
    answer: ConfirmPaymentAnswer,
    signedIn: true,
  },
  {
    name: 'cancel',
    method: 'POST',
    path: cashierPaths.cancel,
    summary: 'Leave the cashier',
    description: 'The order stays payable until it expires. Answers its present state; may be repeated.',
    request: CancelCashierRequest,
    answer: CancelCashierAnswer,
    signedIn: true,
  },
  {
    name: 'inquire',
    method: 'POST',
    path: cashierPaths.inquire,
    summary: 'What has become of the order',
    description: 'For whoever lost an answer. Changes nothing; may be repeated.',
    request: InquireCashierRequest,
    answer: InquireCashierAnswer,
    signedIn: true,
  },
]
