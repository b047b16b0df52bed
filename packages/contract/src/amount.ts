/**
 * An amount as it travels in JSON: `{ "currency": "CNY", "value": "1250" }`, the value a whole number of the
 * smallest unit as text. Source: super-app OpenAPI, data dictionary "Amount".
 */
import { Type, type Static } from 'typebox'

export const Amount = Type.Object(
  {
    currency: Type.String({ minLength: 3, maxLength: 3, description: 'ISO 4217 code' }),
    value: Type.String({ minLength: 1, maxLength: 16, description: 'Whole number of the smallest unit, digits only' }),
  },
  { $id: 'Amount' },
)
export type Amount = Static<typeof Amount>
