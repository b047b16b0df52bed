/**
 * The result (step 19): what the shop's own server says of the order. The wallet's code only decides how to ask: a
 * payment that may have happened is waited for, one that the user left is not.
 */
import { getOrder, payAgain } from '../../utils/api'
import { describeOrder } from '../../utils/orders'
import { openResult, pay } from '../../utils/pay'

/** Waits between questions, in milliseconds; about a minute in all. */
const DELAYS = [1000, 1000, 2000, 3000, 5000, 5000, 5000, 5000, 10000, 10000, 10000]

/** Drawn on a tint of the page's own colours: dark enough on the light one, light enough on the dark one. */
const COLORS = { good: '#5f9a52', wait: '#a8764a', warn: '#c98a2b' }

const LOOKS = {
  checking: { tone: 'wait', icon: 'waiting', title: 'One moment', text: 'We are asking about your payment.' },
  processing: {
    tone: 'wait',
    icon: 'waiting',
    title: 'Payment in progress',
    text: 'The wallet is still deciding. This page follows by itself.',
  },
  paid: { tone: 'good', icon: 'success_no_circle', title: 'Thank you', text: 'Paid. We are making it now.' },
  waiting: {
    tone: 'warn',
    icon: 'info',
    title: 'Not confirmed yet',
    text: 'We have heard of no payment so far. Paying again is safe: the order can be paid only once.',
    canCheck: true,
    canPay: true,
  },
  unpaid: {
    tone: 'warn',
    icon: 'info',
    title: 'Not paid yet',
    text: 'You left before paying. Your order is kept for you.',
    canPay: true,
  },
  failed: {
    tone: 'warn',
    icon: 'warn',
    title: 'The payment failed',
    text: 'This order has not been paid. You can try again.',
    canPay: true,
  },
  closed: {
    tone: 'warn',
    icon: 'warn',
    title: 'Time is up',
    text: 'This order was not paid in time. Nothing was charged.',
  },
  offline: {
    tone: 'warn',
    icon: 'info',
    title: 'No connection to the shop',
    text: 'Your payment is safe, whatever it came to. Ask again when you are back online.',
    canCheck: true,
  },
  lost: { tone: 'warn', icon: 'warn', title: 'Order not found', text: 'The shop does not know this order.' },
}

Page({
  data: {
    phase: 'checking',
    look: { ...LOOKS.checking, color: COLORS.wait },
    order: null,
    busy: false,
  },

  orderNo: '',
  expectation: 'processing',
  attempt: 0,
  timer: null,
  closed: false,

  onLoad({ orderNo, expectation }) {
    this.orderNo = orderNo
    this.watch(expectation)
  },

  onUnload() {
    this.closed = true
    clearTimeout(this.timer)
  },

  /**
   * Starts asking afresh.
   * @param expectation `paid`, `processing`: it may have been paid; `left`, `failed`: it was probably not
   */
  watch(expectation) {
    this.expectation = expectation
    this.checkNow()
  },

  checkNow() {
    clearTimeout(this.timer)
    this.attempt = 0
    this.show('checking')
    this.check()
  },

  async check() {
    const started = (this.latest = {})
    let order
    try {
      order = describeOrder(await getOrder(this.orderNo))
    } catch (problem) {
      if (this.closed || this.latest !== started) return
      return problem.status === 404 ? this.show('lost') : this.waitOr('offline')
    }
    // An answer to an earlier question, or one that came after the page was left, is of no use.
    if (this.closed || this.latest !== started) return
    this.setData({ order })
    if (order.state === 'PAID') return this.show('paid')
    if (order.state === 'CLOSED') return this.show('closed')
    if (this.expectation === 'left') return this.show('unpaid')
    if (this.expectation === 'failed') return this.show('failed')
    this.waitOr('waiting')
  },

  /** Asks again after a while; when that has gone on long enough, leaves it to the user. */
  waitOr(phase) {
    const delay = DELAYS[this.attempt]
    if (delay === undefined) return this.show(phase)
    this.attempt += 1
    if (this.attempt > 2) this.show('processing')
    this.timer = setTimeout(() => this.check(), delay)
  },

  show(phase) {
    const look = LOOKS[phase]
    if (this.data.phase !== phase) this.setData({ phase, busy: false, look: { ...look, color: COLORS[look.tone] } })
  },

  /** The same tradeNO while the order is payable: pressing it can never pay twice. */
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
      // Paid or closed in the meantime: the server knows best.
      if (problem.status === 409) return openResult(this.orderNo, 'processing')
      my.alert({ title: 'That did not work', content: problem.message, buttonText: 'OK' })
    }
  },

  backToMenu() {
    my.switchTab({ url: '/pages/menu/menu' })
  },

  showOrders() {
    my.switchTab({ url: '/pages/orders/orders' })
  },
})
