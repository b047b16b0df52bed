/** The promise behind everything else: what was acknowledged stays, whatever is killed at whatever moment. */
import { expect, it } from 'vitest'
import { crash } from './crash.ts'

const KILLS = 30

it(`after ${KILLS} kills of server, database and both under load nothing acknowledged is lost or half done, and every merchant is told`, async () => {
  const report = await crash(KILLS)
  expect(report).toMatchObject({
    kills: { SERVER: KILLS / 3, POSTGRES: KILLS / 3, BOTH: KILLS / 3 },
    ordersLost: [],
    paymentsLost: [],
    notificationsMissing: [],
    violations: '',
  })
  expect(report.ordersAcknowledged).toBeGreaterThan(KILLS)
  expect(report.paymentsAcknowledged).toBeGreaterThan(KILLS)
  expect(report.bankPaymentsAcknowledged).toBeGreaterThan(0)
}, 900_000)
