/**
 * A process for the tests: starts PostgreSQL in the folder of its first argument, says so in one line of JSON, and
 * stays until it is killed (or, with "stop" as second argument, stops cleanly).
 */
import { startPostgres } from '../src/index.ts'

const [folder = '', then = 'stay'] = process.argv.slice(2)
const running = await startPostgres({ folder })
process.stdout.write(`${JSON.stringify({ url: running.url, adopted: running.adopted })}\n`)
if (then === 'stop') await running.stop()
else setInterval(() => undefined, 1000)
