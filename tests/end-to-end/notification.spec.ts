/**
 * A merchant whose server is down when its order is paid: the wallet keeps the notification, and delivers it when the
 * server is back, without anybody's hand.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { sandboxPaths } from '@tradepay/contract'
import { money, nodeHandler, notificationHandler, TradePayClient } from '@tradepay/merchant-sdk'
import { freePorts } from '../support/running-wallet.ts'
import { expect, person, sandbox, test, timelineWith } from './support/fixtures.ts'

test("a notification waits for a merchant's server that is down, and arrives when it is up", async ({
  customer,
  wallet,
}) => {
  const app = wallet.world.apps.at(-1)!
  const keys = { clientId: app.clientId, privateKey: app.privateKey, walletPublicKey: app.walletPublicKey }
  const port = await freePorts()
  const { tradeNo } = await new TradePayClient({ ...keys, baseUrl: wallet.world.walletUrl }).createOrder({
    orderNo: `down-${port}`,
    title: 'A lamp',
    amount: money('CNY', 9900n),
    orderCreatedAt: new Date(),
    notifyUrl: `http://127.0.0.1:${port}/notify`,
  })

  await customer.signInAs('Mei')
  await customer.page.goto(`/cashier?tradeNo=${tradeNo}`)
  await customer.confirms(person(wallet, 'Mei').pin)
  await expect(customer.cashier.getByRole('heading', { name: 'Paid' })).toBeVisible()

  const attempts = (accepted: string) => (entries: { step: number; facts?: Record<string, string> | undefined }[]) =>
    entries.some((entry) => entry.step === 18 && entry.facts?.['accepted'] === accepted)
  await timelineWith(wallet, tradeNo, attempts('false'))

  const heard: string[] = []
  const server: Server = createServer(
    // The wallet's clock runs ahead by the first delay of its schedule; the merchant's does not.
    nodeHandler(notificationHandler({ ...keys, toleranceSeconds: 3600 }, (paid) => void heard.push(paid.orderNo))),
  )
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  await sandbox(wallet, sandboxPaths.clock, { advanceSeconds: 4 * 60 + 1 })
  await timelineWith(wallet, tradeNo, attempts('true'))
  expect(heard).toEqual([`down-${port}`])
  server.close()
})
