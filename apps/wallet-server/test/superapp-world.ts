/**
 * Calls of the super-app family by their names, in either version. Each answer must be signed by the wallet, and be what the
 * schema of its call says, with no member that the schema does not know.
 */
import { superappCalls, superappVersions, type SuperappCallName, type SuperappVersion } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { Compile } from 'typebox/compile'
import { expect } from 'vitest'
import { callSuperapp, payRequest, type Doors, type SuperappAnswer, type SuperappCall } from './merchant-doors.ts'

export const callNames = Object.keys(superappCalls) as SuperappCallName[]

/** Every call in every version: ["v1", "pay"] and so on. */
export const everyCall = superappVersions.flatMap((version) => callNames.map((name) => [version, name] as const))

/** Under every path that it has, without the base. */
export const pathsOf = (version: SuperappVersion, name: SuperappCallName): string[] =>
  [superappCalls[name].path, ...superappCalls[name].otherPaths].map((path) => `/${version}${path}`)

const answerSchemas = new Map(
  everyCall.map(([version, name]) => {
    const schema = superappCalls[name][version].answer
    return [`${version} ${name}`, { members: Object.keys(schema.properties), validator: Compile(schema) }]
  }),
)

export function expectInSchema(version: SuperappVersion, name: SuperappCallName, body: Record<string, unknown>): void {
  const { members, validator } = answerSchemas.get(`${version} ${name}`)!
  expect(validator.Check(body), JSON.stringify(body)).toBe(true)
  expect(members).toEqual(expect.arrayContaining(Object.keys(body)))
}

/** Makes a call that is signed rightly. */
export async function callByName(
  doors: Doors,
  version: SuperappVersion,
  name: SuperappCallName,
  body: object,
  about: SuperappCall = {},
): Promise<SuperappAnswer> {
  const answer = await callSuperapp(doors, { path: pathsOf(version, name)[0]!, body, ...about })
  expect(answer).toMatchObject({ status: 200, verified: true })
  expectInSchema(version, name, answer.body)
  return answer
}

/** "F ORDER_NOT_EXIST" */
export const resultOf = ({ body: { result } }: SuperappAnswer): string => `${result.resultStatus} ${result.resultCode}`

export interface MadeOrder {
  paymentId: string
  paymentRequestId: string
}

/** An order (default 12.50 CNY), made by the door, waiting to be paid. */
export async function makeOrder(
  doors: Doors,
  version: SuperappVersion,
  about: Record<string, unknown> = {},
): Promise<MadeOrder> {
  const request = payRequest(about)
  const answer = await callByName(doors, version, 'pay', request)
  expect(resultOf(answer)).toBe('A ACCEPT')
  return {
    paymentId: String(answer.body['paymentId']),
    paymentRequestId: String(request['paymentRequestId']),
  }
}

/** The user confirms an order of {@link makeOrder} in the cashier. */
export async function confirm(doors: Doors, { paymentId }: MadeOrder, payerId: string, minor = 1250n): Promise<void> {
  await doors.rooms.payments.confirm({ tradeNo: paymentId, payerId, amount: money('CNY', minor) })
}

/** An order of 12.50 CNY that the user has paid from the balance. */
export async function makePaidOrder(
  doors: Doors,
  version: SuperappVersion,
  payer: { userId: string },
): Promise<MadeOrder> {
  const order = await makeOrder(doors, version)
  await confirm(doors, order, payer.userId)
  return order
}

let refunds = 0

/** A correct body of `refund` (1.00 CNY), with whatever a test wants otherwise; undefined leaves a member out. */
export const refundRequest = (
  { paymentId }: Pick<MadeOrder, 'paymentId'>,
  about: Record<string, unknown> = {},
): Record<string, unknown> => ({
  refundRequestId: `back_${++refunds}`,
  paymentId,
  refundAmount: { currency: 'CNY', value: '100' },
  ...about,
})

/** An amount of CNY on the wire. */
export const cny = (value: string | number): { currency: string; value: string | number } => ({
  currency: 'CNY',
  value,
})
