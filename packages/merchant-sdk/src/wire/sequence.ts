/**
 * The per-order sequence number of notifications: this wallet's own addition to both families.
 */
import { NotUnderstood } from './json.ts'

/** A whole number above zero, as text; null when there is none. @throws NotUnderstood for anything else */
export function readSequence(value: unknown, name: string): number | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string' || !/^[1-9][0-9]{0,14}$/.test(value)) {
    throw new NotUnderstood(`"${name}" is not a whole number above zero, as text.`)
  }
  return Number(value)
}
