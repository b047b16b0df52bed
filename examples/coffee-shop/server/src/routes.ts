/**
 * The API of the mini program (steps 2, 8 and 19): JSON over HTTP, the customer's token in `Authorization`.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { createCustomer, requireCustomer } from './customers.ts'
import { readMenu } from './menu.ts'
import { findOwnOrder, listOwnOrders, saveOrder, type Order } from './orders.ts'
import { inquirePayment, requestPayment } from './pay.ts'
import { Problem } from './problem.ts'
import { readNewOrder } from './read-order.ts'
import type { Shop } from './shop.ts'

interface OrderPath {
  Params: { orderNo: string }
}

export function addRoutes(app: FastifyInstance, shop: Shop): void {
  app.post('/api/customers', async (_request, reply) => reply.code(201).send(await createCustomer(shop)))

  app.get('/api/menu', () => readMenu(shop))

  // Steps 2 to 8: the shop's own order first, then the wallet's number for it.
  app.post('/api/orders', async (request, reply) => {
    const customer = await requireCustomer(shop, request.headers.authorization)
    const order = await saveOrder(shop, customer, readNewOrder(request.body))
    return sendPayable(reply, await requestPayment(shop, order))
  })

  app.get('/api/orders', async (request) => {
    const customer = await requireCustomer(shop, request.headers.authorization)
    return { orders: (await listOwnOrders(shop, customer)).map(present) }
  })

  // Step 19. While the order is unpaid the wallet is asked, so the customer never waits for a lost notification.
  app.get<OrderPath>('/api/orders/:orderNo', async (request) => {
    const customer = await requireCustomer(shop, request.headers.authorization)
    const order = await findOwnOrder(shop, customer, request.params.orderNo)
    return present(await inquirePayment(shop, order))
  })

  app.post<OrderPath>('/api/orders/:orderNo/pay-again', async (request, reply) => {
    const customer = await requireCustomer(shop, request.headers.authorization)
    const order = await inquirePayment(shop, await findOwnOrder(shop, customer, request.params.orderNo))
    return sendPayable(reply, await requestPayment(shop, order))
  })
}

/** What the mini program needs to pay. 202 and no tradeNO: the wallet has not answered yet, ask again. */
function sendPayable(reply: FastifyReply, order: Order): FastifyReply {
  if (order.state === 'PAID') throw new Problem(409, 'ORDER_PAID', 'This order is paid already.')
  if (order.state === 'CLOSED')
    throw new Problem(409, 'ORDER_CLOSED', 'This order was not paid in time. Please order again.')
  const { orderNo, state, tradeNo } = order
  return reply.code(tradeNo === null ? 202 : 200).send({ orderNo, state, tradeNO: tradeNo })
}

/** An order as its customer sees it. */
function present({ tradeNo, ...order }: Order): Omit<Order, 'tradeNo'> & { tradeNO: string | null } {
  return { ...order, tradeNO: tradeNo }
}
