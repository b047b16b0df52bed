/**
 * The sandbox's own doors as an OpenAPI document: JSON over HTTP, on loopback only.
 */
import { Amount } from '../amount.ts'
import { BankFailure } from '../bank-api.ts'
import { CashierOrder, OwnPayment } from '../cashier-api.ts'
import { BankBehaviour } from '../sandbox-api.ts'
import { SandboxApp } from '../sandbox-apps-api.ts'
import { sandboxCalls } from '../sandbox-calls.ts'
import { SandboxAttempt, SandboxBytes, SandboxNotification } from '../sandbox-notifications-api.ts'
import { SuperappDialect } from '../superapp-dialect.ts'
import { RecordedMessage, RecordedSignature, TimelineEntry } from '../timeline.ts'
import type { OpenApiDocument } from './document.ts'
import { jsonDocument } from './json-api.ts'
import { sandboxExamples } from './sandbox-examples.ts'

export const sandboxDocument = (): OpenApiDocument =>
  jsonDocument({
    tag: 'sandbox',
    title: 'Sandbox',
    summary: 'What moves the world around the wallet: paying without a browser, the clock, the timeline',
    description:
      'JSON over HTTP, on loopback only, and never part of a production server. People, apps and keys are in `sandbox.json`, ' +
      'those that are made here too.',
    calls: sandboxCalls,
    named: {
      Amount,
      BankFailure,
      BankBehaviour,
      CashierOrder,
      OwnPayment,
      RecordedMessage,
      RecordedSignature,
      SandboxApp,
      SandboxAttempt,
      SandboxBytes,
      SandboxNotification,
      SuperappDialect,
      TimelineEntry,
    },
    parameters: {
      tradeNo: 'The number of the order; for the timeline also `latest`',
      merchantId: 'The id of the merchant',
      appId: 'The id of the app',
      version: 'The version of the key',
      notificationId: 'The number of the notification: `notify_id`, `webhook-id`',
      url: 'The address, exactly as it stands in the order or with the app',
      state: 'DUE, DELIVERED or GIVEN_UP',
      limit: 'Most of one page; default 20',
      after: '`next` of the page before',
      hours: 'So far back; default 24',
    },
    examples: sandboxExamples,
  })
