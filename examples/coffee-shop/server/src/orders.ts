/**
 * The shop's own orders (step 3): made from the menu's prices in one transaction, before anybody else hears of them.
 */
import { randomBytes } from 'node:crypto'
import type { Customer } from './customers.ts'
import { transaction, type Transaction } from './database.ts'
import { CURRENCY, findProducts } from './menu.ts'
import { Problem } from './problem.ts'
import type { Shop } from './shop.ts'

/** How long an order can be paid. */
export const ORDER_MINUTES = 15

export interface OrderItem {
  productId: string
  name: string
  image: string
  /** In fen, as it was when the order was made. */
  unitPrice: number
  quantity: number
}

export interface Order {
  orderNo: string
  state: 'PENDING' | 'PAYABLE' | 'PAID' | 'CLOSED'
  /** In fen. */
  amount: number
  currency: string
  title: string
  note: string
  tradeNo: string | null
  createdAt: Date
  expiresAt: Date
  paidAt: Date | null
  items: OrderItem[]
}

export interface NewOrder {
  items: { productId: string; quantity: number }[]
  note: string
  /** What the customer was shown, in fen; another total than the menu's is refused, so nobody pays a surprise. */
  expectedTotal: number | null
  /** The mini program's own mark of this attempt; the same mark answers the same order. */
  requestKey: string | null
}

/** Makes the order, or answers the one that this customer made with the same `requestKey`. */
export async function saveOrder(shop: Shop, { customerId }: Customer, wanted: NewOrder): Promise<Order> {
  return transaction(shop.database, async (tx) => {
    // Two calls with one key at once: the second waits here until the first has made the order, then finds it.
    await tx.query('SELECT FROM customers WHERE customer_id = $1 FOR UPDATE', [customerId])
    const before = wanted.requestKey === null ? null : await findByKey(tx, customerId, wanted.requestKey)
    if (before) return before

    const items = await priceItems(tx, wanted)
    const amount = items.reduce((sum, item) => sum + item.unitPrice * item.quantity, 0)
    if (wanted.expectedTotal !== null && wanted.expectedTotal !== amount) {
      throw new Problem(409, 'PRICE_CHANGED', 'A price has changed. Look at the new total, then order again.')
    }
    const now = shop.clock.now()
    const orderNo = newOrderNo(now)
    await tx.query(
      `INSERT INTO orders (order_no, customer_id, request_key, state, amount, currency, title, note, created_at, expires_at)
       VALUES ($1, $2, $3, 'PENDING', $4, $5, $6, $7, $8, $9)`,
      [
        orderNo,
        customerId,
        wanted.requestKey,
        amount,
        CURRENCY,
        titleOf(items),
        wanted.note,
        now,
        new Date(now.getTime() + ORDER_MINUTES * 60_000),
      ],
    )
    for (const [position, item] of items.entries()) {
      await tx.query(
        `INSERT INTO order_items (order_no, position, product_id, name, image, unit_price, quantity)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [orderNo, position, item.productId, item.name, item.image, item.unitPrice, item.quantity],
      )
    }
    return (await findOrder(tx, orderNo))!
  })
}

async function priceItems(tx: Transaction, { items }: NewOrder): Promise<OrderItem[]> {
  const products = await findProducts(
    tx,
    items.map((item) => item.productId),
  )
  return items.map(({ productId, quantity }) => {
    const product = products.get(productId)
    if (!product) throw new Problem(409, 'PRODUCT_NOT_AVAILABLE', `"${productId}" is not on the menu now.`)
    return { productId, quantity, name: product.name, image: product.image, unitPrice: product.price }
  })
}

/** What stands in the cashier: "Cappuccino and 2 more". */
function titleOf(items: OrderItem[]): string {
  const others = items.reduce((sum, item) => sum + item.quantity, 0) - 1
  return others === 0 ? items[0]!.name : `${items[0]!.name} and ${others} more`
}

/** Sorted by time, and not to be guessed: nobody learns from it how much the shop sells. */
function newOrderNo(now: Date): string {
  return `C${now.toISOString().replace(/\D/g, '')}${randomBytes(5).toString('hex').toUpperCase()}`
}

const SELECT_ORDER = `
  SELECT order_no AS "orderNo", state, amount, currency, title, note, trade_no AS "tradeNo",
         created_at AS "createdAt", expires_at AS "expiresAt", paid_at AS "paidAt",
         (SELECT json_agg(json_build_object('productId', product_id, 'name', name, 'image', image,
                                            'unitPrice', unit_price, 'quantity', quantity) ORDER BY position)
            FROM order_items i WHERE i.order_no = o.order_no) AS items
    FROM orders o`

type Reader = Pick<Transaction, 'query'>

/** Any order by its number: for the server itself. */
export async function findOrder(reader: Reader, orderNo: string): Promise<Order | null> {
  const { rows } = await reader.query<Order>(`${SELECT_ORDER} WHERE order_no = $1`, [orderNo])
  return rows[0] ?? null
}

/** @throws Problem 404, also for somebody else's order: a stranger learns nothing from the answer. */
export async function findOwnOrder(shop: Shop, { customerId }: Customer, orderNo: string): Promise<Order> {
  const wellFormed = /^[A-Za-z0-9_-]{1,64}$/.test(orderNo)
  const { rows } = await shop.database.query<Order>(`${SELECT_ORDER} WHERE order_no = $1 AND customer_id = $2`, [
    wellFormed ? orderNo : '',
    customerId,
  ])
  if (!rows[0]) throw new Problem(404, 'ORDER_NOT_FOUND', 'You have no order of this number.')
  return rows[0]
}

/** The customer's last 50 orders, newest first. */
export async function listOwnOrders(shop: Shop, { customerId }: Customer): Promise<Order[]> {
  const { rows } = await shop.database.query<Order>(
    `${SELECT_ORDER} WHERE customer_id = $1 ORDER BY created_at DESC, order_no DESC LIMIT 50`,
    [customerId],
  )
  return rows
}

async function findByKey(tx: Transaction, customerId: string, requestKey: string): Promise<Order | null> {
  const { rows } = await tx.query<Order>(`${SELECT_ORDER} WHERE customer_id = $1 AND request_key = $2`, [
    customerId,
    requestKey,
  ])
  return rows[0] ?? null
}
