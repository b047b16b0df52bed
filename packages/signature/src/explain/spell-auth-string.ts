/**
 * What may have stood where the fields of the authorization header belong (v3): in another order, joined or spelled otherwise,
 * with the scheme or the signature, with another time. Source: alipay-openapi §10.
 */
import { ALIPAY_V3_SCHEME } from '../alipay-v3.ts'
import type { Cause } from './causes.ts'
import type { Change } from './search.ts'

/** More fields than this are not put into every order. */
const FIELDS_MAX = 5
/** How far apart two readings of one clock are looked for. Milliseconds. */
const MILLISECONDS_APART = 250

/** Changes that replace the fields of a draft, the likely ones first. */
export function authStringChanges<Draft>(
  authString: string,
  replace: (draft: Draft, authString: string) => Draft,
): Change<Draft>[] {
  const fields = authString.split(',')
  const spelled: [Cause, string, string][] = [
    ...times(authString),
    ...orders(fields).map((order): [Cause, string, string] => [
      'AUTH_FIELDS',
      'they stand in another order',
      order.join(),
    ]),
    ...[', ', '&', ';', '; ', '\n'].map((join): [Cause, string, string] => [
      'AUTH_FIELDS',
      `they are joined by "${join}"`,
      fields.join(join),
    ]),
    ['AUTH_FIELDS', 'the blanks between them are missing', fields.map((field) => field.trim()).join()],
    [
      'AUTH_FIELDS',
      'their names are in camel case',
      authString.replace(/_([a-z])(?=[a-z_]*=)/g, (_, letter: string) => letter.toUpperCase()),
    ],
    ['AUTH_FIELDS', 'app_id is spelled "appid"', authString.replace('app_id=', 'appid=')],
    ['AUTH_FIELDS', 'their values stand in quotes', authString.replace(/=([^,]*)/g, '="$1"')],
    ['AUTH_FIELDS', 'only their values were signed', fields.map((field) => field.slice(field.indexOf('=') + 1)).join()],
    ['AUTH_FIELDS', 'the scheme stands before them', `${ALIPAY_V3_SCHEME} ${authString}`],
    ['AUTH_FIELDS', '",sign=" stands behind them', `${authString},sign=`],
    ['AUTH_FIELDS', 'the name of the header stands before them', `authorization: ${ALIPAY_V3_SCHEME} ${authString}`],
    ...fields.map((left): [Cause, string, string] => [
      'AUTH_FIELDS',
      `"${left}" is missing`,
      fields.filter((field) => field !== left).join(),
    ]),
    ...moments(authString),
  ]
  return spelled
    .filter(([, , text]) => text !== authString)
    .map(([cause, detail, text]) => ({ cause, detail, apply: (draft) => replace(draft, text) }))
}

/** Every order of the fields but the own one. */
function orders(fields: string[]): string[][] {
  if (fields.length > FIELDS_MAX) return [fields.toSorted(), fields.toReversed()]
  return permutations(fields).slice(1)
}

const permutations = (fields: string[]): string[][] =>
  fields.length < 2
    ? [fields]
    : fields.flatMap((first, at) => permutations(fields.toSpliced(at, 1)).map((rest) => [first, ...rest]))

const timestamp = /((?:^|,)\s*timestamp=)([0-9]{13})(?=\s*(?:,|$))/

/** The same moment as other clocks write it. */
function times(authString: string): [Cause, string, string][] {
  const ms = Number(timestamp.exec(authString)?.[2])
  if (Number.isNaN(ms)) return []
  const utc = new Date(ms).toISOString()
  const local = new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
  return [String(Math.floor(ms / 1000)), `${Math.floor(ms / 1000)}000`, utc, `${utc.slice(0, 19)}Z`, local].map(
    (time) => ['CLOCK_FORMAT', `the string says ${time}`, authString.replace(timestamp, `$1${time}`)],
  )
}

/** The moments next to it, for whoever read the clock twice. */
function moments(authString: string): [Cause, string, string][] {
  const ms = Number(timestamp.exec(authString)?.[2])
  if (Number.isNaN(ms)) return []
  const apart = Array.from({ length: MILLISECONDS_APART }, (_, index) => [index + 1, -index - 1]).flat()
  return [...apart, 1000, -1000].map((by) => [
    'CLOCK_TWICE',
    `the string says ${ms + by}`,
    authString.replace(timestamp, `$1${ms + by}`),
  ])
}
