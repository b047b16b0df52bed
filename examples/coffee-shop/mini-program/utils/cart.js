/**
 * The cart in storage, and what it adds up to. Prices are whole fen; the total here is only for showing, the
 * server counts for itself.
 */
const KEY = 'cart'

/** The most of one product in an order; the server holds to the same. */
export const MAX_QUANTITY = 20

/** The cart that was kept, or an empty one. Anything in storage that is not a sane quantity is left out. */
export function readCart() {
  const kept = my.getStorageSync({ key: KEY }).data
  const cart = {}
  for (const [productId, quantity] of Object.entries(kept || {})) {
    if (Number.isInteger(quantity) && quantity > 0 && quantity <= MAX_QUANTITY) cart[productId] = quantity
  }
  return cart
}

export function writeCart(cart) {
  my.setStorageSync({ key: KEY, data: cart })
}

export function countItems(cart) {
  return Object.values(cart).reduce((sum, quantity) => sum + quantity, 0)
}

/**
 * The lines of a cart, in the order of the menu, with their sums in fen. A product that has left the menu is left out.
 */
export function cartLines(cart, products) {
  return products
    .filter((product) => cart[product.id] > 0)
    .map((product) => ({ ...product, quantity: cart[product.id], sum: product.price * cart[product.id] }))
}

export function totalOf(lines) {
  return lines.reduce((sum, line) => sum + line.sum, 0)
}
