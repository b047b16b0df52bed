/** `npm run crash -- --kills N`: the same as the test, as often as asked, with its figures. */
import { parseArgs } from 'node:util'
import { crash } from './crash.ts'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '50' } } })
const kills = Number(values.kills)
if (!Number.isSafeInteger(kills) || kills < 1) {
  process.stderr.write(`--kills takes a whole number of at least 1; got "${values.kills}".\n`)
  process.exit(2)
}
const report = await crash(kills, (line) => process.stdout.write(`${line}\n`))
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
const lost = report.ordersLost.length + report.paymentsLost.length + report.notificationsMissing.length
process.exit(lost === 0 && report.violations === '' ? 0 : 1)
