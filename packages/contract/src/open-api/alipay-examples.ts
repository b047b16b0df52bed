/**
 * One trade's life in messages of the Alipay gateway: what the description shows. The first call with its signature, and the
 * answer's node, are of the shared signature vectors (packages/signature/vectors/alipay.json).
 */
import type { AlipayMethod } from '../alipay-api.ts'

const trade_no = '2026112275600000123000000001'
const out_trade_no = 'coffee_1001'
const user_id = '2088123000000001'

/** What the vectors sign. */
export const alipayExampleCall = {
  app_id: '2021123000000001',
  method: 'alipay.trade.create',
  charset: 'utf-8',
  sign_type: 'RSA2',
  timestamp: '2026-11-22 21:00:00',
  version: '1.0',
  biz_content: '{"out_trade_no":"coffee_1001","total_amount":"12.50","subject":"Flat white"}',
  sign: 'AO9+UdeUXFkXsATwXcyR5qThn+PlmfKCirvo2QX5Mod+QKNEZzhOKHPz7HX/YVV+1PlajdvUdojA0Ka+85V59RkktD+ZzUoO0RJAM+c9K2B6EVbmPfZhN/gSp9gvpa1ZpjZx0wfA2ObcRCOzt2SeowHLu+Tkch3YaZ61yrxwO4E2790bawxEK92FtjXvcyA8bbej6sOFYNQ35pIvQLSCh7OojOBH9bqwDKIs7kCkyWtIQZURsSQUVJ7LdLfuoyB7/tQhlg2JaG2YzHeaVhDB9A9/YPH40uZUfr+zU+r78j+ED/4o0ZHvebVO6Zqg0g4MEWHOJSRVsoVGIggAIJAS8A==',
} as const

/** In place of signatures that no vector holds. */
const SIGN = '(base64)'
const common = { ...alipayExampleCall, sign: SIGN, biz_content: undefined }

const call = (method: AlipayMethod, content: object): Record<string, unknown> => ({
  ...common,
  method,
  biz_content: JSON.stringify(content),
})
const node = (method: AlipayMethod, members: object): object => ({
  [`${method.replaceAll('.', '_')}_response`]: { code: '10000', msg: 'Success', ...members },
  sign: SIGN,
})
const life = (
  method: AlipayMethod,
  content: object,
  members: object,
): { request: Record<string, unknown>; answer: object } => ({
  request: call(method, content),
  answer: node(method, members),
})
const numbers = { trade_no, out_trade_no }

export const alipayExamples: Record<AlipayMethod, { request: Record<string, unknown>; answer: object }> = {
  'alipay.trade.create': {
    request: alipayExampleCall,
    answer: node('alipay.trade.create', { out_trade_no, trade_no }),
  },
  'alipay.trade.query': life(
    'alipay.trade.query',
    { out_trade_no },
    {
      ...numbers,
      trade_status: 'TRADE_SUCCESS',
      total_amount: '12.50',
      receipt_amount: '12.50',
      buyer_pay_amount: '12.50',
      point_amount: '0.00',
      invoice_amount: '12.50',
      send_pay_date: '2026-11-22 21:00:05',
      fund_bill_list: [{ fund_channel: 'ALIPAYACCOUNT', amount: '12.50' }],
      buyer_user_id: user_id,
      buyer_logon_id: 'm***@example.com',
    },
  ),
  'alipay.trade.close': life('alipay.trade.close', { out_trade_no }, numbers),
  'alipay.trade.cancel': life(
    'alipay.trade.cancel',
    { out_trade_no },
    { ...numbers, retry_flag: 'N', action: 'close' },
  ),
  'alipay.trade.refund': life(
    'alipay.trade.refund',
    { out_trade_no, refund_amount: '2.50', out_request_no: 'coffee_1001_refund' },
    {
      ...numbers,
      buyer_user_id: user_id,
      buyer_logon_id: 'm***@example.com',
      fund_change: 'Y',
      refund_fee: '2.50',
      send_back_fee: '2.50',
      gmt_refund_pay: '2026-11-22 21:05:00',
    },
  ),
  'alipay.trade.fastpay.refund.query': life(
    'alipay.trade.fastpay.refund.query',
    { out_trade_no, out_request_no: 'coffee_1001_refund' },
    {
      ...numbers,
      out_request_no: 'coffee_1001_refund',
      total_amount: '12.50',
      refund_amount: '2.50',
      refund_status: 'REFUND_SUCCESS',
      send_back_fee: '2.50',
      gmt_refund_pay: '2026-11-22 21:05:00',
    },
  ),
  'alipay.data.dataservice.bill.downloadurl.query': life(
    'alipay.data.dataservice.bill.downloadurl.query',
    { bill_type: 'trade', bill_date: '2026-11-21' },
    { bill_download_url: 'https://wallet.example/alipay/bill.zip?bill_type=trade&bill_date=2026-11-21' },
  ),
  'alipay.system.oauth.token': {
    request: {
      ...common,
      method: 'alipay.system.oauth.token',
      grant_type: 'authorization_code',
      code: 'the-code-of-my-getAuthCode',
    },
    answer: node('alipay.system.oauth.token', {
      user_id,
      access_token: 'an-access-token',
      expires_in: '3600',
      refresh_token: 'a-refresh-token',
      re_expires_in: '2592000',
    }),
  },
  'alipay.user.info.share': {
    request: { ...common, method: 'alipay.user.info.share', auth_token: 'an-access-token' },
    answer: node('alipay.user.info.share', { user_id, nick_name: 'Mei' }),
  },
}

export const alipayRefusedExample = {
  alipay_trade_create_response: {
    code: '40002',
    msg: 'Invalid Arguments',
    sub_code: 'isv.invalid-signature',
    sub_msg:
      'The signature does not match: check the string you sign, and that your private key belongs to the registered public key.',
  },
  sign: SIGN,
}

export const alipayNotificationExample = {
  notify_time: '2026-11-22 21:00:05',
  notify_type: 'trade_status_sync',
  notify_id: '2026112275605000123000000009',
  order_sequence: '1',
  app_id: '2021123000000001',
  auth_app_id: '2021123000000001',
  charset: 'utf-8',
  version: '1.0',
  sign_type: 'RSA2',
  sign: SIGN,
  trade_no,
  out_trade_no,
  buyer_id: user_id,
  seller_id: '2088123000000002',
  trade_status: 'TRADE_SUCCESS',
  total_amount: '12.50',
  receipt_amount: '12.50',
  invoice_amount: '12.50',
  buyer_pay_amount: '12.50',
  point_amount: '0.00',
  subject: 'Flat white',
  gmt_create: '2026-11-22 21:00:00',
  gmt_payment: '2026-11-22 21:00:05',
  fund_bill_list: '[{"amount":"12.50","fundChannel":"ALIPAYACCOUNT"}]',
}
