/**
 * The timeline of an order: what happened at each of the 19 steps of "Use TradeNO to pay", with the exact bytes.
 *
 * Doors and rooms record what they saw through the server's `Recorder` port, in these words; the sandbox keeps it.
 * A secret never enters: the PIN is blanked before it is recorded, private keys are never part of a message.
 */
import { Type, type Static } from 'typebox'
import { nothingElse } from './json-call.ts'

/** The parties, as the public document names them. */
export const parties = ['USER', 'MINI_PROGRAM', 'MINI_PROGRAM_SERVER', 'WALLET_APP', 'WALLET_SERVER'] as const
export type Party = (typeof parties)[number]

/** The 19 steps: who acts towards whom, and what happens. Source: "Use TradeNO to pay", Figure 1. */
export const flowSteps: readonly { step: number; from: Party; to: Party; title: string }[] = [
  { step: 1, from: 'USER', to: 'MINI_PROGRAM', title: 'Places an order' },
  { step: 2, from: 'MINI_PROGRAM', to: 'MINI_PROGRAM_SERVER', title: 'my.request: create the order' },
  { step: 3, from: 'MINI_PROGRAM_SERVER', to: 'MINI_PROGRAM_SERVER', title: 'Creates its own order' },
  { step: 4, from: 'MINI_PROGRAM_SERVER', to: 'WALLET_SERVER', title: 'Signed create-order call' },
  { step: 5, from: 'WALLET_SERVER', to: 'WALLET_SERVER', title: 'Verifies and creates the order' },
  { step: 6, from: 'WALLET_SERVER', to: 'WALLET_SERVER', title: 'Generates tradeNo' },
  { step: 7, from: 'WALLET_SERVER', to: 'MINI_PROGRAM_SERVER', title: 'Signed answer with tradeNo' },
  { step: 8, from: 'MINI_PROGRAM_SERVER', to: 'MINI_PROGRAM', title: 'tradeNo' },
  { step: 9, from: 'MINI_PROGRAM', to: 'WALLET_APP', title: 'my.tradePay({ tradeNO })' },
  { step: 10, from: 'WALLET_APP', to: 'WALLET_SERVER', title: 'Asks for the order' },
  { step: 11, from: 'WALLET_SERVER', to: 'WALLET_APP', title: 'Payee, amount, ways to pay' },
  { step: 12, from: 'WALLET_APP', to: 'USER', title: 'Renders the cashier' },
  { step: 13, from: 'USER', to: 'WALLET_APP', title: 'Confirms with the PIN' },
  { step: 14, from: 'WALLET_APP', to: 'WALLET_SERVER', title: 'Pay request' },
  { step: 15, from: 'WALLET_SERVER', to: 'WALLET_SERVER', title: 'Moves the money' },
  { step: 16, from: 'WALLET_SERVER', to: 'WALLET_APP', title: 'Result' },
  { step: 17, from: 'WALLET_APP', to: 'MINI_PROGRAM', title: 'Result page, then resultCode' },
  { step: 18, from: 'WALLET_SERVER', to: 'MINI_PROGRAM_SERVER', title: 'Signed notification' },
  { step: 19, from: 'MINI_PROGRAM', to: 'USER', title: 'Shows the result' },
]

/** One HTTP message, as the bytes went over the wire. */
export const RecordedMessage = Type.Object({
  /** "POST /v1/payments/pay" for a request, "200" for an answer. */
  startLine: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  /** The body as text when it is UTF-8, else base64 (then `bodyBase64` is true). */
  body: Type.String(),
  bodyBase64: Type.Optional(Type.Boolean()),
})
export type RecordedMessage = Static<typeof RecordedMessage>

/** What was signed, and whether it verified. `verified` is null for what the wallet itself signed. */
export const RecordedSignature = Type.Object({
  stringToSign: Type.String(),
  signature: Type.String(),
  algorithm: Type.String(),
  keyVersion: Type.Union([Type.Integer(), Type.Null()]),
  signedBy: Type.Union([Type.Literal('MERCHANT'), Type.Literal('WALLET')]),
  verified: Type.Union([Type.Boolean(), Type.Null()]),
})
export type RecordedSignature = Static<typeof RecordedSignature>

/** One thing that happened. A step may have several entries: a retried notification has one per attempt. */
export const TimelineEntry = Type.Object({
  step: Type.Integer({ minimum: 1, maximum: 19 }),
  /** When it happened, by the wallet server's clock (ISO 8601 with milliseconds). */
  at: Type.String(),
  /** Whether it went as it should. A refused confirm is recorded with `ok: false`. */
  ok: Type.Boolean(),
  /** One line for a person: "12.50 CNY from Mei to Coffee Shop". */
  note: Type.String(),
  message: Type.Optional(RecordedMessage),
  signature: Type.Optional(RecordedSignature),
  /** Small named facts: { resultCode: "9000" }, { attempt: "2", accepted: "false" }. */
  facts: Type.Optional(Type.Record(Type.String(), Type.String())),
})
export type TimelineEntry = Static<typeof TimelineEntry>

/** GET /sandbox/v1/orders/{tradeNo}/timeline */
export const Timeline = Type.Object({
  tradeNo: Type.String(),
  entries: Type.Array(TimelineEntry),
})
export type Timeline = Static<typeof Timeline>

/** The steps that only the wallet app can see, because they happen between it, the user and the mini program. */
export const walletAppSteps = [1, 9, 12, 13, 17, 19] as const

/** POST /sandbox/v1/orders/{tradeNo}/timeline: the wallet app adds what it saw. */
export const AddTimelineRequest = Type.Object(
  {
    entries: Type.Array(
      Type.Object(
        {
          step: Type.Union([
            Type.Literal(1),
            Type.Literal(9),
            Type.Literal(12),
            Type.Literal(13),
            Type.Literal(17),
            Type.Literal(19),
          ]),
          /** Milliseconds before the moment of sending, by the browser's own clock. */
          agoMs: Type.Number({ minimum: 0, maximum: 3_600_000 }),
          ok: Type.Boolean(),
          note: Type.String({ maxLength: 500 }),
          facts: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 500 }))),
        },
        nothingElse,
      ),
      { minItems: 1, maxItems: 20 },
    ),
  },
  nothingElse,
)
export type AddTimelineRequest = Static<typeof AddTimelineRequest>
