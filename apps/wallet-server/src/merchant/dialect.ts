/**
 * Judges what is said of a client's dialect before it is kept, by the schema that describes it.
 */
import { invalidParameter, SuperappDialect } from '@tradepay/contract'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

const validator = Compile(Type.Partial(SuperappDialect, { additionalProperties: false }))
const members: Record<string, object> = SuperappDialect.properties

/** @throws WalletError INVALID_PARAMETER: `dialect`, or `dialect.` and the member that is malformed */
export function requireDialect(dialect: Partial<SuperappDialect>): void {
  if (validator.Check(dialect)) return
  const name = validator.Errors(dialect)[0]?.instancePath.split('/')[1] ?? ''
  const { description } = (members[name] ?? {}) as { description?: string }
  if (description !== undefined) throw invalidParameter(`dialect.${name}`, description)
  throw invalidParameter('dialect', `an object with no other members than ${Object.keys(members).join(', ')}`)
}
