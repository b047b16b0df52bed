/** The reporter of this page: real in the sandbox, silent elsewhere. */
import { server, type SignedIn } from '../shell/session.ts'
import { createReporter, silentReporter, type Reporter } from './reporter.ts'

export const reporterFor = (me: SignedIn): Reporter =>
  me.sandbox
    ? createReporter({
        send: (tradeNo, request) => server.sandbox.addTimeline(tradeNo, request),
        now: () => performance.now(),
        oneWayMs: () => server.oneWayMs(),
      })
    : silentReporter
