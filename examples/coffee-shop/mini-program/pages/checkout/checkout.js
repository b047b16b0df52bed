/**
 * Checkout (step 1): what is ordered, and the Pay button.
 *
 * One attempt has one `requestKey`. It stays the same while nothing about the order changes, so pressing Pay again after
 * a lost answer finds the order that was made and never makes a second one.
 */
import { createOrder } from '../../utils/api'
import { cartLines, MAX_QUANTITY, totalOf } from '../../utils/cart'
import { formatCount, formatPrice } from '../../utils/format'
import { loadMenu, reloadMenu } from '../../utils/menu'
import { pay } from '../../utils/pay'

const newRequestKey = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 12).padEnd(8, '0')}`

Page({
  data: {
    loading: true,
    trouble: '',
    busy: false,
    lines: [],
    note: '',
    total: 0,
    totalText: '',
    countText: '',
  },

  products: [],
  requestKey: '',

  onLoad() {
    this.load(loadMenu)
  },

  reload() {
    this.load(reloadMenu)
  },

  async load(menuFrom) {
    this.setData({ loading: true, trouble: '' })
    try {
      this.products = (await menuFrom()).products
      this.setData({ loading: false })
      this.showCart()
    } catch (problem) {
      this.setData({ loading: false, trouble: problem.message })
    }
  },

  /** Whatever changes the order makes it another attempt. */
  showCart() {
    this.requestKey = newRequestKey()
    const lines = cartLines(getApp().globalData.cart, this.products)
    const total = totalOf(lines)
    this.setData({
      lines: lines.map((line) => ({ ...line, sumText: formatPrice(line.sum) })),
      total,
      totalText: formatPrice(total),
      countText: formatCount(lines.reduce((sum, line) => sum + line.quantity, 0)),
    })
  },

  increase(event) {
    this.change(event.currentTarget.dataset.id, 1)
  },

  decrease(event) {
    this.change(event.currentTarget.dataset.id, -1)
  },

  change(productId, by) {
    if (this.data.busy) return
    const quantity = (getApp().globalData.cart[productId] || 0) + by
    if (quantity > MAX_QUANTITY) {
      my.showToast({ content: `At most ${MAX_QUANTITY} of one kind`, duration: 1500 })
      return
    }
    getApp().setQuantity(productId, quantity)
    this.showCart()
  },

  keepNote(event) {
    this.requestKey = newRequestKey()
    this.data.note = event.detail.value
  },

  askToEmpty() {
    if (this.data.busy) return
    my.confirm({
      title: 'Empty the bag?',
      content: 'Everything you chose will be taken out.',
      confirmButtonText: 'Empty it',
      cancelButtonText: 'Keep it',
      success: ({ confirm }) => {
        if (!confirm) return
        getApp().emptyCart()
        this.showCart()
      },
    })
  },

  backToMenu() {
    my.switchTab({ url: '/pages/menu/menu' })
  },

  async submit(event) {
    if (this.data.busy || this.data.lines.length === 0) return
    this.setData({ busy: true })
    my.showLoading({ content: 'Placing your order' })
    try {
      const created = await createOrder({
        items: this.data.lines.map(({ id, quantity }) => ({ productId: id, quantity })),
        note: event.detail.value.note || '',
        expectedTotal: this.data.total,
        requestKey: this.requestKey,
      })
      my.hideLoading()
      this.placed(created)
    } catch (problem) {
      my.hideLoading()
      this.setData({ busy: false })
      this.explain(problem)
    }
  },

  /** The shop has the order. Without a tradeNO the wallet has not answered yet: the order waits among "Orders". */
  placed({ orderNo, tradeNO }) {
    getApp().emptyCart()
    if (tradeNO) return pay({ orderNo, tradeNO })
    my.alert({
      title: 'Almost there',
      content: 'Your order is kept, but the wallet does not answer at the moment. You can pay it in a minute.',
      buttonText: 'Show my order',
      success: () => my.redirectTo({ url: `/pages/order/order?orderNo=${encodeURIComponent(orderNo)}` }),
    })
  },

  explain(problem) {
    if (problem.code === 'PRICE_CHANGED' || problem.code === 'PRODUCT_NOT_AVAILABLE') {
      my.alert({ title: 'The menu has changed', content: problem.message, buttonText: 'Look again' })
      this.load(reloadMenu)
      return
    }
    // This attempt's order is over, so the next press must be a new one. In every other case it must not be.
    if (problem.code === 'ORDER_CLOSED' || problem.code === 'ORDER_PAID') this.requestKey = newRequestKey()
    my.alert({ title: 'Not ordered yet', content: problem.message, buttonText: 'OK' })
  },
})
