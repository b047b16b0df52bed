/** The cashier behind a link, /cashier?tradeNo=…: opened over the home page, which is where its end leads to. */
import { useEffect } from 'preact/hooks'
import { reporterFor } from '../timeline/reporter-for.ts'
import { router, type SignedIn } from './session.ts'
import { isCashierOpen, showCashier } from './show-cashier.ts'

export function LinkedCashier({ tradeNo, me }: { tradeNo: string; me: SignedIn }) {
  useEffect(() => {
    if (isCashierOpen()) return
    void showCashier({ tradeNo }, me, reporterFor(me).visit(tradeNo)).then(() => router.go('/', { replace: true }))
    // Opened once for this order, whoever renders again.
  }, [])
  return null
}
