/**
 * The APIs of the wallet app as OpenAPI documents: the cashier, and everything else that the app asks of its server. They are for
 * the wallet's own page, and for whoever writes another one.
 */
import { Amount } from '../amount.ts'
import { CashierOrder, OwnPayment, PaymentMethod } from '../cashier-api.ts'
import { cashierCalls } from '../cashier-calls.ts'
import { Movement, ProgramCard, WalletUser } from '../wallet-api.ts'
import { walletCalls } from '../wallet-calls.ts'
import type { OpenApiDocument } from './document.ts'
import { jsonDocument } from './json-api.ts'
import { cashierExamples, walletExamples } from './wallet-app-examples.ts'

const who =
  "Only the wallet app's own page may call it: a browser sends the session's cookie, and every call that is not GET carries " +
  'the token that `GET /wallet/v1/session` answers, in `X-CSRF-Token`. Merchants and mini programs never call it.'

export const cashierDocument = (): OpenApiDocument =>
  jsonDocument({
    tag: 'cashier',
    title: 'Cashier',
    summary: 'What the cashier asks when somebody pays an order: open, confirm, leave, inquire',
    description: `JSON over POST. ${who}`,
    calls: cashierCalls,
    named: { Amount, CashierOrder, OwnPayment, PaymentMethod },
    parameters: {},
    examples: cashierExamples,
  })

export const walletDocument = (): OpenApiDocument =>
  jsonDocument({
    tag: 'wallet',
    title: 'Wallet app',
    summary:
      'Session, mini programs, balance and movements, top-ups, auth codes, the relay behind my.request, and the explainer of signatures for owners of a merchant',
    description: `JSON over HTTP. ${who}`,
    calls: walletCalls,
    named: { Amount, Movement, ProgramCard, WalletUser },
    parameters: {
      appId: 'The id of the mini program',
      topUpId: "The caller's own number of the top-up",
      before: '`next` of the page before',
      limit: 'Most of one page; default 20',
    },
    examples: walletExamples,
  })
