/**
 * How long-running commands end: the first Ctrl+C (or SIGTERM) stops everything in order, a second one at once.
 */

/** Longest time that stopping may take. Milliseconds. */
const STOP_MS = 15_000

/** Stops on a signal, then ends the process. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false
  const onSignal = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => process.exit(1), STOP_MS).unref()
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error instanceof Error ? error.message : error)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}
