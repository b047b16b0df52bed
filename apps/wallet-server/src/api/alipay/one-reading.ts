/**
 * What a client signs of a call at the gateway is `name=value` joined by `&`, values as they are (alipay-openapi §2). So one
 * string may have two readings: a part of an address could be cut off as a parameter of its own, or a parameter be added to the
 * value before it, and the signature would still hold. A call is taken in its only reading, or not at all.
 */
import type { AlipayParameters } from '@tradepay/signature'
import { GatewayRefusal } from './errors.ts'

/** Parameters that may hold anything; what all others may be is a short list, so that nothing else can be cut out of them. */
const free: readonly string[] = [
  'app_auth_token',
  'auth_token',
  'biz_content',
  'code',
  'notify_url',
  'prod_code',
  'refresh_token',
  'return_url',
]

/** Every name that stands beside biz_content in this family. */
const known: readonly string[] = [
  ...free,
  'app_id',
  'charset',
  'encrypt_type',
  'format',
  'grant_type',
  'method',
  'sign_type',
  'timestamp',
  'version',
]

/** Values that are neither looked up nor compared, and may hold `&`. Cut elsewhere, biz_content is no JSON. */
const addresses: readonly string[] = ['notify_url', 'return_url']

/**
 * Refuses what could have been signed as something else. Clients that send what the reference names, with addresses whose
 * own queries do not repeat those names, never meet it.
 * @throws GatewayRefusal isv.invalid-parameter
 */
export function refuseSecondReading(parameters: AlipayParameters): void {
  const names = Object.keys(parameters)
    .filter((name) => name !== 'sign' && parameters[name] !== '')
    .sort()
  for (const name of names) {
    if (name === 'biz_content') continue
    // The string is sorted: behind a known name only later ones can be cut out. One that is not known may be cut away itself.
    const swallowed = free
      .filter((each) => each > name || !known.includes(name))
      .find((each) => parameters[name]!.includes(`&${each}=`))
    if (swallowed !== undefined) {
      throw refusal(
        `${name} holds "&${swallowed}=", so that the signed string has two readings: percent-encode it there.`,
      )
    }
  }
  for (const name of Object.keys(parameters)) {
    if (known.includes(name) || name === 'sign') continue
    const before = names.filter((each) => each < name).at(-1)
    if (before === undefined || !addresses.includes(before)) continue
    throw refusal(
      `The parameter ${name.slice(0, 64)} is not known here, and stands right behind ${before} in the signed string, as a part of that address would: leave it out.`,
    )
  }
}

const refusal = (message: string): GatewayRefusal => new GatewayRefusal('isv.invalid-parameter', message)
