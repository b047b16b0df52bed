/**
 * Reads what a mini program sent as an order. A stranger can send anything: each field is checked, and named when wrong.
 */
import { invalid } from './problem.ts'
import type { NewOrder } from './orders.ts'

/** The most of one product, and the most different products, in an order. */
export const MAX_QUANTITY = 20
export const MAX_LINES = 30
const MAX_NOTE = 120

/** @throws Problem 400 */
export function readNewOrder(body: unknown): NewOrder {
  const { items, note = '', expectedTotal = null, requestKey = null } = asObject(body, 'The body')
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_LINES) {
    throw invalid(`"items" is missing or malformed: expected 1 to ${MAX_LINES} of { productId, quantity }.`)
  }
  if (typeof note !== 'string' || note.length > MAX_NOTE || note.includes('\0')) {
    throw invalid(`"note" is malformed: expected a text of at most ${MAX_NOTE} characters.`)
  }
  if (expectedTotal !== null && !Number.isSafeInteger(expectedTotal)) {
    throw invalid('"expectedTotal" is malformed: expected a whole number of fen.')
  }
  if (requestKey !== null && (typeof requestKey !== 'string' || !/^[A-Za-z0-9_-]{8,64}$/.test(requestKey))) {
    throw invalid('"requestKey" is malformed: expected 8 to 64 letters, digits, "-" or "_".')
  }
  return { items: readItems(items), note: note.trim(), expectedTotal: expectedTotal as number | null, requestKey }
}

function readItems(items: unknown[]): NewOrder['items'] {
  const seen = new Set<string>()
  return items.map((item, index) => {
    const name = `items[${index}]`
    const { productId, quantity } = asObject(item, `"${name}"`)
    if (typeof productId !== 'string' || !/^[a-z0-9-]{1,64}$/.test(productId)) {
      throw invalid(`"${name}.productId" is missing or malformed: expected an id of the menu.`)
    }
    if (seen.has(productId)) throw invalid(`"${name}.productId" stands twice: give one quantity for each product.`)
    seen.add(productId)
    if (!Number.isInteger(quantity) || (quantity as number) < 1 || (quantity as number) > MAX_QUANTITY) {
      throw invalid(`"${name}.quantity" is missing or malformed: expected a whole number from 1 to ${MAX_QUANTITY}.`)
    }
    return { productId, quantity: quantity as number }
  })
}

function asObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${name} is missing or malformed: expected a JSON object.`)
  }
  return value as Record<string, unknown>
}
