/**
 * The customer's orders, as the shop's server lists them; asked again each time the page is shown.
 */
import { listOrders } from '../../utils/api'
import { describeOrder } from '../../utils/orders'

const PICTURES = 4

function describeForList(order) {
  const described = describeOrder(order)
  const more = order.items.length - PICTURES
  return { ...described, firstItems: described.items.slice(0, PICTURES), moreText: more > 0 ? `+${more}` : '' }
}

Page({
  data: { loaded: false, trouble: '', orders: [] },

  onShow() {
    this.load()
  },

  reload() {
    this.load()
  },

  async load() {
    if (!this.data.loaded) my.showLoading({ content: 'Loading', delay: 300 })
    try {
      const { orders } = await listOrders()
      this.setData({ loaded: true, trouble: '', orders: orders.map(describeForList) })
    } catch (problem) {
      // A list that is on the screen already is better than none.
      if (this.data.loaded) my.showToast({ type: 'fail', content: problem.message })
      else this.setData({ trouble: problem.message })
    }
    my.hideLoading()
  },

  openOrder(event) {
    my.navigateTo({ url: `/pages/order/order?orderNo=${encodeURIComponent(event.currentTarget.dataset.no)}` })
  },

  showMenu() {
    my.switchTab({ url: '/pages/menu/menu' })
  },
})
