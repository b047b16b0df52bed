/**
 * The fields that several messages of the Alipay family have in common. Source: alipay-openapi §5 and §6.
 */
import { Type } from 'typebox'

export const text = (maxLength: number) =>
  Type.String({ maxLength, description: `text of at most ${maxLength} characters` })

/** An amount in yuan: decimal text, or a JSON number. Read digit by digit, never as a float. */
export const Price = Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Number()], {
  description: 'an amount in yuan with at most 2 decimals, such as "12.50"',
})

/** How a call names a trade: one of the two numbers; where both are given, `trade_no` wins. */
export const tradeNumber = {
  trade_no: Type.Optional(text(64)),
  out_trade_no: Type.Optional(text(64)),
}

/** Asks for members that an answer leaves out otherwise; unknown names have no effect. */
export const QueryOptions = Type.Array(text(64), { maxItems: 32, description: 'a list of option names' })
