/**
 * Array parameters of a statement as PostgreSQL's array text. The driver writes arrays element by element with two
 * replacements each, which for a batch of payments costs as much as the rest of the ledger's own work.
 * Source of the syntax: PostgreSQL manual, 8.15.6 "Array Input and Output Syntax".
 */

/** Text with null for what is missing. Every character that means something inside of the quotes is escaped. */
export function textArray(values: readonly (string | null | undefined)[]): string {
  // `unnest` fills a shorter array up with null, so a column without any value needs no elements.
  if (values.every((value) => value === null || value === undefined)) return '{}'
  if (values.includes(null) || values.includes(undefined)) {
    return `{${values.map((value) => (value === null || value === undefined ? 'NULL' : `"${escaped(value)}"`)).join()}}`
  }
  const joined = values.join('')
  return `{"${(special.test(joined) ? values.map((value) => escaped(value!)) : values).join('","')}"}`
}

/** As no array at all when every value is the one that the statement takes for what is missing. */
export const unlessAll = <Value>(
  usual: Value,
  values: readonly Value[],
  array: (values: readonly Value[]) => string,
): string => (values.every((value) => value === usual) ? '{}' : array(values))

/** Whole numbers. */
export const numberArray = (values: readonly (number | bigint)[]): string => `{${values.join()}}`

const special = /["\\]/
const escaped = (value: string): string => value.replace(/["\\]/g, '\\$&')
