/**
 * One order: what it was, what became of it, and, while it can be paid, the button for it.
 */
import { getOrder, payAgain } from '../../utils/api'
import { MAX_QUANTITY } from '../../utils/cart'
import { describeOrder } from '../../utils/orders'
import { openResult, pay } from '../../utils/pay'

function headlineOf(order) {
  if (order.state === 'PAID') return ['Thank you', 'Paid, and on its way to the counter.']
  if (order.state === 'CLOSED') return ['Closed', 'It was not paid in time. Nothing was charged.']
  return ['Waiting for your payment', `Pay until ${order.expiresText}.`]
}

Page({
  data: { order: null, headline: '', explanation: '', trouble: '', busy: false },

  orderNo: '',

  onLoad({ orderNo }) {
    this.orderNo = orderNo
  },

  onShow() {
    this.reload()
  },

  async reload() {
    if (!this.data.order) my.showLoading({ content: 'Loading', delay: 300 })
    try {
      const order = describeOrder(await getOrder(this.orderNo))
      const [headline, explanation] = headlineOf(order)
      this.setData({ order, headline, explanation, trouble: '' })
    } catch (problem) {
      if (!this.data.order) this.setData({ trouble: problem.message })
    }
    my.hideLoading()
  },

  async payNow() {
    if (this.data.busy) return
    this.setData({ busy: true })
    my.showLoading({ content: 'One moment' })
    try {
      const { tradeNO } = await payAgain(this.orderNo)
      my.hideLoading()
      this.setData({ busy: false })
      if (tradeNO) return pay({ orderNo: this.orderNo, tradeNO })
      my.showToast({ type: 'none', content: 'The wallet does not answer yet. Please try again in a minute.' })
    } catch (problem) {
      my.hideLoading()
      this.setData({ busy: false })
      if (problem.status === 409) return openResult(this.orderNo, 'processing')
      my.alert({ title: 'That did not work', content: problem.message, buttonText: 'OK' })
    }
  },

  orderAgain() {
    const { cart } = getApp().globalData
    for (const { productId, quantity } of this.data.order.items) {
      getApp().setQuantity(productId, Math.min((cart[productId] || 0) + quantity, MAX_QUANTITY))
    }
    my.switchTab({ url: '/pages/menu/menu' })
  },
})
