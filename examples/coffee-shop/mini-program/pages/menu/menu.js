/**
 * The menu: choose, and see what it comes to.
 */
import { cartLines, MAX_QUANTITY, totalOf } from '../../utils/cart'
import { formatCount, formatPrice } from '../../utils/format'
import { loadMenu, reloadMenu } from '../../utils/menu'

const BANNERS = [
  {
    id: 'morning',
    category: 'espresso',
    kicker: 'Every morning',
    title: 'A slow start',
    line: 'Cappuccino, made with care',
    picture: '/assets/products/cappuccino.svg',
  },
  {
    id: 'matcha',
    category: 'tea',
    kicker: 'New',
    title: 'Uji matcha',
    line: 'Whisked to order',
    picture: '/assets/products/matcha.svg',
  },
  {
    id: 'oven',
    category: 'bakery',
    kicker: 'Out of the oven',
    title: 'Still warm',
    line: 'Croissants until they are gone',
    picture: '/assets/products/croissant.svg',
  },
]

function greetingAt(hour) {
  if (hour < 5) return 'Good night'
  if (hour < 12) return 'Good morning'
  return hour < 18 ? 'Good afternoon' : 'Good evening'
}

Page({
  data: {
    loading: true,
    trouble: '',
    greeting: '',
    banners: BANNERS,
    categories: [],
    shown: 'all',
    cart: {},
    count: 0,
    countText: '',
    totalText: '',
  },

  products: [],

  onLoad() {
    this.setData({ greeting: greetingAt(new Date().getHours()) })
    this.load(loadMenu)
  },

  onShow() {
    // The cart may have changed on another page.
    this.showCart()
  },

  reload() {
    this.load(reloadMenu)
  },

  async load(menuFrom) {
    this.setData({ loading: true, trouble: '' })
    try {
      const { categories, products } = await menuFrom()
      this.products = products
      this.setData({ loading: false, categories })
      this.showCart()
    } catch (problem) {
      this.setData({ loading: false, trouble: problem.message })
    }
  },

  showCategory(event) {
    this.setData({ shown: event.currentTarget.dataset.category })
  },

  increase(event) {
    this.change(event.currentTarget.dataset.id, 1)
  },

  decrease(event) {
    this.change(event.currentTarget.dataset.id, -1)
  },

  change(productId, by) {
    const quantity = (this.data.cart[productId] || 0) + by
    if (quantity > MAX_QUANTITY) {
      my.showToast({ content: `At most ${MAX_QUANTITY} of one kind`, duration: 1500 })
      return
    }
    getApp().setQuantity(productId, Math.max(0, quantity))
    this.setData({ [`cart.${productId}`]: Math.max(0, quantity) })
    this.showTotal()
  },

  showCart() {
    this.setData({ cart: { ...getApp().globalData.cart } })
    this.showTotal()
  },

  /** Counts only what is on the menu: a product that is sold out no longer stands in the bar. */
  showTotal() {
    const lines = cartLines(this.data.cart, this.products)
    const count = lines.reduce((sum, line) => sum + line.quantity, 0)
    this.setData({ count, countText: formatCount(count), totalText: formatPrice(totalOf(lines)) })
  },

  checkOut() {
    my.navigateTo({ url: '/pages/checkout/checkout' })
  },
})
