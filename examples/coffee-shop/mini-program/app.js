/**
 * The coffee shop. Holds the cart, which outlives a page and, through storage, a restart.
 */
import { countItems, readCart, writeCart } from './utils/cart'

App({
  globalData: {
    /** { [productId]: quantity } */
    cart: {},
  },

  onLaunch() {
    this.globalData.cart = readCart()
  },

  /** Sets how many of a product are in the cart; 0 takes it out. */
  setQuantity(productId, quantity) {
    const cart = { ...this.globalData.cart, [productId]: quantity }
    if (quantity <= 0) delete cart[productId]
    this.globalData.cart = cart
    writeCart(cart)
    return countItems(cart)
  },

  emptyCart() {
    this.globalData.cart = {}
    writeCart({})
  },
})
