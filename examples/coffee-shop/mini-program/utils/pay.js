/**
 * Paying (steps 9 and 17 to 19): opens the wallet's cashier and goes on to the result page.
 *
 * The code that comes back says what to do next on the screen. It is never proof of payment: the result page asks the
 * shop's own server, whatever the code.
 */
const RESULT = '/pages/result/result'

/** What the result page expects before its server has answered. */
const EXPECTATIONS = {
  9000: 'paid', // The wallet says paid; our server will confirm.
  8000: 'processing', // Decided later.
  6004: 'processing', // Nobody knows yet; it may have been paid.
  6002: 'processing', // The connection broke, perhaps after the payment.
  6001: 'left', // The user closed the cashier; the order stays payable.
  4000: 'failed', // Refused; our server says whether it is still payable.
}

/**
 * @param orderNo the shop's number
 * @param tradeNO the wallet's number
 * @param done called when the cashier has closed, before the result page opens
 */
export function pay({ orderNo, tradeNO, done }) {
  const goOn = (expectation) => {
    if (done) done()
    openResult(orderNo, expectation)
  }
  my.tradePay({
    tradeNO,
    // A code that we do not know is treated as unknown, which is the careful reading.
    success: (res) => goOn(EXPECTATIONS[res.resultCode] || 'processing'),
    // The cashier could not be opened, so nothing was paid by this call.
    fail: (res) => {
      my.showToast({ type: 'fail', content: (res && res.errorMessage) || 'The cashier could not be opened.' })
      goOn('failed')
    },
  })
}

/** Shows the result page in place of the page that paid, so that "back" does not lead to a checkout that is over. */
export function openResult(orderNo, expectation) {
  const url = `${RESULT}?orderNo=${encodeURIComponent(orderNo)}&expectation=${expectation}`
  const pages = getCurrentPages()
  if (pages[pages.length - 1].route === 'pages/result/result') return pages[pages.length - 1].watch(expectation)
  my.redirectTo({ url })
}
