/** The promise behind everything else: what was acknowledged stays, whatever moment the process is killed at. */
import { expect, it } from 'vitest'
import { crash } from './crash.ts'

const KILLS = 20

it(`after ${KILLS} kills under load no acknowledged order or payment is lost, none is half done, and every merchant is told`, async () => {
  const report = await crash(KILLS)
  expect(report).toMatchObject({
    kills: KILLS,
    ordersLost: [],
    paymentsLost: [],
    notificationsMissing: [],
    violations: '',
  })
  expect(report.ordersAcknowledged).toBeGreaterThan(KILLS)
  expect(report.paymentsAcknowledged).toBeGreaterThan(KILLS)
}, 600_000)
