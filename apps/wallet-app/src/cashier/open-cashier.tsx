/**
 * Opens the cashier (steps 10 to 17): a modal dialog of the wallet's own document, in the browser's top layer, above
 * every frame of a mini program. Nothing that a mini program draws can lie over it, read it, or receive its keys.
 *
 * A picture of a cashier inside a mini program lacks what only this page can do: the program's frame shrinks and
 * darkens, the wallet's own bar stands above it, outside of the frame's area, and carries the user's mark, which no
 * mini program knows.
 */
import { render } from 'preact'
import type { TradePayResultCode } from '@tradepay/contract'
import type { PersonalMark } from '../shell/personal-mark.ts'
import type { VisitReport } from '../timeline/reporter.ts'
import { CashierDialog } from './cashier-dialog.tsx'
import { createCashier, type CashierPorts } from './controller.ts'

export interface CashierOptions {
  /** `appId` is the mini program that asks; none for a link. */
  order: { tradeNo: string; appId?: string }
  server: CashierPorts['server']
  walletName: string
  userName: string
  mark: PersonalMark
  /** True shows the TEST mark. */
  sandbox: boolean
  /** Catches the browser's back button until the answer is called. */
  guardBack(onBack: () => void): () => void
  report: VisitReport
}

/** Shows the cashier and takes it away again. @returns what the mini program is told; never rejects */
export async function openCashier(options: CashierOptions): Promise<TradePayResultCode> {
  const cashier = createCashier(
    options.order,
    {
      server: options.server,
      now: () => Date.now(),
      after(ms, action) {
        const timer = setTimeout(action, ms)
        return () => clearTimeout(timer)
      },
    },
    () => options.report.confirmed(),
  )

  let reported = false
  /** Step 12 is when the user can see the order, or why there is none: after the frame that paints it. */
  const reportPainted = (): void => {
    if (reported || cashier.state.get().name === 'loading') return
    reported = true
    const { name } = cashier.state.get()
    requestAnimationFrame(() => setTimeout(() => options.report.cashierPainted(name), 0))
  }
  const stopWatching = cashier.state.subscribe(reportPainted)

  const goBack = (): void => {
    const { name } = cashier.state.get()
    cashier.send({ type: name === 'enteringPin' ? 'pinClosed' : 'left' })
  }
  const letGo = options.guardBack(goBack)
  const online = (): void => {
    if (cashier.state.get().name === 'offline') cashier.send({ type: 'retryPressed' })
  }
  addEventListener('online', online)

  const place = document.createElement('div')
  document.body.append(place)
  document.body.toggleAttribute('data-cashier', true)
  render(<CashierDialog cashier={cashier} options={options} onBack={goBack} />, place)

  const resultCode = await cashier.result
  removeEventListener('online', online)
  stopWatching()
  letGo()
  render(null, place)
  place.remove()
  document.body.toggleAttribute('data-cashier', false)
  return resultCode
}
