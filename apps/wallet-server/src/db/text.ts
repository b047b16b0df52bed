/**
 * What PostgreSQL can keep as text: valid Unicode without the character NUL. JSON can carry both (`"\u0000"`,
 * `"\ud800"`), so strangers' text is asked here before it goes near the database.
 */

/** True when a `text` or `jsonb` column can hold the text. */
export function isStorable(text: string): boolean {
  return !/\p{Surrogate}/u.test(text) && !text.includes('\u0000')
}

/** True when every string inside the value, keys included, can be held by a `jsonb` column. */
export function isStorableJson(value: unknown): boolean {
  if (typeof value === 'string') return isStorable(value)
  if (Array.isArray(value)) return value.every(isStorableJson)
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorableJson(inner))
  }
  return true
}
