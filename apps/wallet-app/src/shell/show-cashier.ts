/**
 * Opens the cashier over everything, from a mini program or from a link. Only one can be open in this page. Its code
 * is a file of its own, fetched ahead when a mini program starts, so that it opens at once when it is needed.
 */
import type { TradePayResultCode } from '@tradepay/contract'
import type { VisitReport } from '../timeline/reporter.ts'
import { markOf } from './personal-mark.ts'
import { router, server, type SignedIn } from './session.ts'

const load = () => import('../cashier/open-cashier.tsx')
let open = false

/** Fetches the cashier's code. A failure shows again, and is handled, when the cashier is opened. */
export function fetchCashier(): void {
  load().catch(() => undefined)
}

export const isCashierOpen = (): boolean => open

/**
 * Shows the cashier until it is left. @returns what the mini program is told; 6002 when even its code could not be loaded.
 * @throws Error when one is open already; ask {@link isCashierOpen} first
 */
export async function showCashier(
  order: { tradeNo: string; appId?: string },
  me: SignedIn,
  report: VisitReport,
): Promise<TradePayResultCode> {
  if (open) throw new Error('A cashier is open already.')
  open = true
  try {
    const { openCashier } = await load().catch(() => ({ openCashier: null }))
    const resultCode =
      openCashier === null
        ? '6002'
        : await openCashier({
            order,
            server: server.cashier,
            walletName: me.walletName,
            userName: me.user.name,
            mark: markOf(me.user.userId),
            sandbox: me.sandbox,
            guardBack: router.guard,
            report,
          })
    report.handedBack(resultCode)
    return resultCode
  } finally {
    open = false
  }
}
