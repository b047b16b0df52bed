/**
 * Fields that the messages of the super-app family share, with the description that a refusal quotes. Only for the
 * schemas of this folder; lengths are those of superapp-payment-api §5 and §6.
 */
import { Type } from 'typebox'

/** Text of a length. The members that this wallet sends itself are never longer. */
export const text = (maxLength: number) =>
  Type.String({ maxLength, description: `text of at most ${maxLength} characters` })

/** The merchant's own number of a payment or refund: one effect for each, for ever. Source: §5.1, §5.7. */
export const requestNumber = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[^@#?]+$',
  description: 'text of 1 to 64 characters without @, # and ?',
})

export const address = Type.String({
  maxLength: 1024,
  description: 'an http or https address of at most 1024 characters',
})

export const time = Type.String({
  maxLength: 40,
  description: 'ISO 8601 with offset, such as 2026-11-22T21:00:00+08:00',
})

export const extendInfo = text(4096)

/** JSON values are text nearly everywhere in the family, yes and no included. Source: §2. */
export const flag = Type.Union([Type.Boolean(), Type.Literal('true'), Type.Literal('false')], {
  description: 'true or false',
})

/** An amount as this wallet sends it: the value always text. Source: §6.1. */
export const sentAmount = Type.Object({
  currency: Type.String({ minLength: 3, maxLength: 3, description: 'ISO 4217 code' }),
  value: Type.String({ pattern: '^[1-9][0-9]{0,15}$', description: 'whole number of the smallest unit' }),
})
