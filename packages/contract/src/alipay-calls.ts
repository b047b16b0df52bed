/**
 * The methods of the Alipay gateway, each with what it takes and answers: what describes the gateway. What a method takes is
 * JSON text in `biz_content`, or stands among the common parameters. Source: alipay-openapi §1, §4 and §6.
 */
import { Type, type TObject } from 'typebox'
import type { AlipayMethod } from './alipay-api.ts'
import {
  AlipayOauthToken,
  AlipayOauthTokenAnswer,
  AlipayUserInfoShare,
  AlipayUserInfoShareAnswer,
} from './alipay-authorization-api.ts'
import { AlipayBillAnswer, AlipayBillQuery } from './alipay-bill-api.ts'
import { text } from './alipay-fields.ts'
import {
  AlipayRefundQuery,
  AlipayRefundQueryAnswer,
  AlipayTradeRefund,
  AlipayTradeRefundAnswer,
} from './alipay-refund-api.ts'
import {
  AlipayTradeCancel,
  AlipayTradeCancelAnswer,
  AlipayTradeClose,
  AlipayTradeCreate,
  AlipayTradeNumbers,
  AlipayTradeQuery,
  AlipayTradeQueryAnswer,
} from './alipay-trade-api.ts'

/** The parameters of every call beside `method` and what the method itself takes. Source: §1. */
export const AlipayCommonParameters = Type.Object({
  app_id: text(32, 'Who calls'),
  format: Type.Optional(Type.Literal('JSON')),
  charset: Type.Optional(Type.Literal('utf-8')),
  sign_type: Type.Literal('RSA2', { title: 'SHA256withRSA' }),
  sign: Type.String({ title: 'Base64, over all other parameters sorted by name and joined as name=value by &' }),
  timestamp: Type.String({
    maxLength: 19,
    description: 'yyyy-MM-dd HH:mm:ss in GMT+8, such as 2026-11-22 21:00:00',
  }),
  version: Type.Literal('1.0'),
  notify_url: Type.Optional(text(256, 'Where the notifications of a new trade go')),
})

interface AlipayCall {
  summary: string
  description: string
  /** What `biz_content` holds, as JSON text. */
  content?: TObject
  /** What stands among the common parameters instead. */
  parameters?: TObject
  /** Members of the node beside `code` and `msg` when the call has worked. Nodes of refusals may hold them too. */
  answer: TObject
  /** A node of a call that has worked may also hold nothing. */
  orNothing?: true
}

export const alipayCalls: Record<AlipayMethod, AlipayCall> = {
  'alipay.trade.create': {
    summary: 'Create a trade',
    description:
      'The `trade_no` of the answer is what `my.tradePay` takes as `tradeNO`. May be repeated with the same content while ' +
      'it is unpaid: the same answer, no second trade.',
    content: AlipayTradeCreate,
    answer: AlipayTradeNumbers,
  },
  'alipay.trade.query': {
    summary: 'What has become of a trade',
    description: 'By either of its numbers.',
    content: AlipayTradeQuery,
    answer: AlipayTradeQueryAnswer,
  },
  'alipay.trade.close': {
    summary: 'Close an unpaid trade',
    description: 'A paid one is refused. May be repeated.',
    content: AlipayTradeClose,
    answer: AlipayTradeNumbers,
  },
  'alipay.trade.cancel': {
    summary: 'Take a trade back whose outcome is unknown',
    description:
      'Unpaid it is closed, paid all of it goes back, and a number that has never come is remembered, so that it cannot be ' +
      'used any more. May be repeated.',
    content: AlipayTradeCancel,
    answer: AlipayTradeCancelAnswer,
  },
  'alipay.trade.refund': {
    summary: 'Give back all or part of a trade',
    description: 'May be repeated: the same `out_request_no` with the same amount moves no more money.',
    content: AlipayTradeRefund,
    answer: AlipayTradeRefundAnswer,
  },
  'alipay.trade.fastpay.refund.query': {
    summary: 'What has become of a refund',
    description: 'A number that the trade has never had is answered with 10000 and nothing else.',
    content: AlipayRefundQuery,
    answer: AlipayRefundQueryAnswer,
    orNothing: true,
  },
  'alipay.data.dataservice.bill.downloadurl.query': {
    summary: 'Where to download a bill',
    description: 'Answers an address that is good for half a minute.',
    content: AlipayBillQuery,
    answer: AlipayBillAnswer,
  },
  'alipay.system.oauth.token': {
    summary: 'Turn a code, or a refresh token, into tokens',
    description: 'The code is what `my.getAuthCode` has given the mini program. Not repeatable: both are good once.',
    parameters: AlipayOauthToken,
    answer: AlipayOauthTokenAnswer,
  },
  'alipay.user.info.share': {
    summary: 'Who is behind an access token',
    description: 'Answers `user_id` with every token; the rest only where a scope shows it.',
    parameters: AlipayUserInfoShare,
    answer: AlipayUserInfoShareAnswer,
  },
}
