/**
 * Fields that the messages of the super-app family share. `title` says what a member is, for the API's description;
 * `description` says what is taken, and a refusal quotes it. Only for the schemas of this folder; lengths are those of
 * superapp-payment-api §5 and §6.
 */
import { Type } from 'typebox'

const titled = (title: string | undefined): { title?: string } => (title === undefined ? {} : { title })

/** Text of a length. The members that this wallet sends itself are never longer. */
export const text = (maxLength: number, title?: string) =>
  Type.String({ ...titled(title), maxLength, description: `text of at most ${maxLength} characters` })

/** A number that the merchant makes. Source: §5.1, §5.7. */
export const requestNumber = (title: string) =>
  Type.String({
    title,
    minLength: 1,
    maxLength: 64,
    pattern: '^[^@#?]+$',
    description: 'text of 1 to 64 characters without @, # and ?',
  })

export const address = (title: string) =>
  Type.String({ title, maxLength: 1024, description: 'an http or https address of at most 1024 characters' })

export const time = (title?: string) =>
  Type.String({
    ...titled(title),
    maxLength: 40,
    description: 'ISO 8601 with offset, such as 2026-11-22T21:00:00+08:00',
  })

export const extendInfo = (title: string) => text(4096, title)

/** How a call names a payment that both sides know. */
export const paymentNumbers = {
  paymentId: text(64, "The wallet's number of the payment. Wins where both numbers are given"),
  paymentRequestId: text(64, "The merchant's number of the payment"),
}

export const partnerId = text(32, "The merchant's id in this wallet. Left out: the merchant of the client")

/** Text that comes with a message and has no effect. */
export const noEffect = (maxLength: number) => text(maxLength, 'Of other members of the family; has no effect here')

/** JSON values are text nearly everywhere in the family, yes and no included. Source: §2. */
export const flag = Type.Union([Type.Boolean(), Type.Literal('true'), Type.Literal('false')], {
  description: 'true or false',
})

/** An amount as this wallet sends it: the value always text. Source: §6.1. */
export const sentAmount = Type.Object({
  currency: Type.String({ minLength: 3, maxLength: 3, description: 'ISO 4217 code' }),
  value: Type.String({ pattern: '^[1-9][0-9]{0,15}$', description: 'whole number of the smallest unit' }),
})
