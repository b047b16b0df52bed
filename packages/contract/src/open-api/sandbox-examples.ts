/**
 * What the description of the sandbox's doors shows as requests, by the name of the call.
 */
import type { Examples } from './document.ts'
import type { JsonExamples } from './json-api.ts'

const userId = '2088123000000001'
const one = (summary: string, value: unknown): Examples => ({ example: { summary, value } })

/** A message whose signature does not verify, for whoever may ask why. */
export const explainExample = one("A call of this wallet's super-app API", {
  family: 'SUPERAPP',
  method: 'POST',
  path: '/v1/payments/pay',
  clientId: '2021123000000001',
  time: '2026-11-22T21:00:00+08:00',
  signature: 'algorithm=RSA256, keyVersion=1, signature=…',
  body: '{"paymentRequestId":"coffee-1001"}',
})

const requests: Readonly<Record<string, Examples>> = {
  confirm: {
    pays: { summary: 'Pays from the balance', value: { userId } },
    wrongPin: { summary: 'Enters a wrong PIN', value: { userId, outcome: 'WRONG_PIN' } },
    byBank: {
      summary: 'Pays by bank, and the bank answers a minute later',
      value: { userId, method: 'BANK', bank: { answers: 'LATER', seconds: 60 } },
    },
  },
  cancel: one('Leaves', { userId }),
  payOut: one('10.00 yuan', { requestId: 'pay-out-1', amount: { currency: 'CNY', value: '1000' } }),
  addTimeline: one('Step 19', { entries: [{ step: 19, agoMs: 0, ok: true, note: 'The order is shown as paid' }] }),
  moveClock: {
    advance: { summary: 'A quarter of an hour later', value: { advanceSeconds: 900 } },
    set: { summary: 'To a moment', value: { set: '2027-01-31T10:00:00Z' } },
  },
  explain: explainExample,
  signIn: one('As Mei', { userId }),
  createApp: {
    own: { summary: 'With a pair that the sandbox makes', value: { name: 'Tea House' } },
    dialect: {
      summary: 'For a client of another spelling',
      value: { name: 'Tea House', dialect: { signatureEncoding: 'BASE64', redirectForm: 'REDIRECT_URL' } },
    },
  },
  changeApp: one('The dialect by default again', { dialect: {} }),
  addKey: one('A pair that the sandbox makes', {}),
  createUser: one('With 50.00 yuan', {
    name: 'Ida',
    loginId: 'ida@example.com',
    pin: '121212',
    balances: [{ currency: 'CNY', value: '5000' }],
  }),
  replay: one('Although it is older than what was acknowledged', { evenIfOlder: true }),
}

export const sandboxExamples: Readonly<Record<string, JsonExamples>> = Object.fromEntries(
  Object.entries(requests).map(([name, request]) => [name, { request }]),
)
