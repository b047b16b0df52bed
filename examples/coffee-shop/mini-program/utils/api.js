/**
 * The way to the shop's own server (step 2 of the flow). Its address comes with the release (`shopUrl`), so the same
 * package runs against any server. The customer is anonymous: a token made at the first call and kept in storage.
 */
const TOKEN_KEY = 'customerToken'

/** Why a call did not give what was asked. `status` 0: no answer came, so nobody knows what happened at the server. */
export class ApiProblem extends Error {
  constructor(status, code, message) {
    super(message)
    this.status = status
    this.code = code
  }
}

export function getMenu() {
  return send('GET', '/api/menu')
}

/**
 * Creates an order, or, with a `requestKey` that was used before, answers the order it made then.
 * Safe to repeat after a lost answer.
 */
export function createOrder({ items, note, expectedTotal, requestKey }) {
  return sendAsCustomer('POST', '/api/orders', { items, note, expectedTotal, requestKey })
}

export function listOrders() {
  return sendAsCustomer('GET', '/api/orders')
}

/** The order as the shop's server knows it now. The only proof of payment this program accepts. */
export function getOrder(orderNo) {
  return sendAsCustomer('GET', `/api/orders/${encodeURIComponent(orderNo)}`)
}

/** The number to pay an unpaid order with: the same tradeNO as before while the order is payable. */
export function payAgain(orderNo) {
  return sendAsCustomer('POST', `/api/orders/${encodeURIComponent(orderNo)}/pay-again`, {})
}

async function sendAsCustomer(method, path, data) {
  try {
    return await send(method, path, data, await customerToken())
  } catch (problem) {
    if (problem.status !== 401) throw problem
    // The server does not know this customer (any more): become a new one, once.
    my.removeStorageSync({ key: TOKEN_KEY })
    return send(method, path, data, await customerToken())
  }
}

let newCustomer = null

async function customerToken() {
  const kept = my.getStorageSync({ key: TOKEN_KEY }).data
  if (kept) return kept
  // Two calls at once must not make two customers.
  newCustomer = newCustomer || send('POST', '/api/customers', {})
  try {
    const { token } = await newCustomer
    my.setStorageSync({ key: TOKEN_KEY, data: token })
    return token
  } finally {
    newCustomer = null
  }
}

function send(method, path, data, token) {
  const headers = { 'content-type': 'application/json' }
  if (token) headers.authorization = `Bearer ${token}`
  return new Promise((resolve, reject) => {
    my.request({
      url: my.getExtConfigSync().shopUrl + path,
      method,
      headers,
      data,
      dataType: 'json',
      timeout: 15000,
      success: (res) => {
        if (res.status >= 200 && res.status < 300) return resolve(res.data)
        const error = (res.data && res.data.error) || {}
        reject(new ApiProblem(res.status, error.code || 'UNKNOWN', error.message || 'The shop could not do that.'))
      },
      fail: () =>
        reject(new ApiProblem(0, 'NO_ANSWER', 'The shop could not be reached. Check the connection and try again.')),
    })
  })
}
