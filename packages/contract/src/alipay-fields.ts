/**
 * The fields that several messages of the Alipay family have in common. `title` says what a member is, for the API's
 * description; `description` says what is taken, and a refusal quotes it. Source: alipay-openapi §5 and §6.
 */
import { Type } from 'typebox'

export const text = (maxLength: number, title?: string) =>
  Type.String({
    ...(title === undefined ? {} : { title }),
    maxLength,
    description: `text of at most ${maxLength} characters`,
  })

/** An amount in yuan: decimal text, or a JSON number. Read digit by digit, never as a float. */
export const Price = Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Number()], {
  description: 'an amount in yuan with at most 2 decimals, such as "12.50"',
})

/** How a call names a trade: one of the two numbers. */
export const tradeNumber = {
  trade_no: Type.Optional(text(64, "The wallet's number of the trade. Wins where both numbers are given")),
  out_trade_no: Type.Optional(text(64, "The merchant's number of the trade")),
}

/** Text that comes with a message and has no effect. */
export const noEffect = (maxLength: number) => text(maxLength, 'Has no effect here')

/** An amount as this wallet sends it. */
export const sentPrice = (title?: string) =>
  Type.String({
    ...(title === undefined ? {} : { title }),
    pattern: '^(0|[1-9][0-9]*)(\\.[0-9]+)?$',
    description: 'decimal text',
  })

/** A time as this wallet sends it. */
export const sentTime = (title: string) =>
  Type.String({
    title,
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$',
    description: 'yyyy-MM-dd HH:mm:ss in GMT+8',
  })

export const QueryOptions = Type.Array(text(64), {
  title: 'Asks for members that an answer leaves out otherwise; unknown names have no effect',
  maxItems: 32,
  description: 'a list of option names',
})
