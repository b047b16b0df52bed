/**
 * How a signer of the Alipay family may have written the string otherwise: which parameters, in which order, with which values,
 * joined how. Source of what is right: alipay-openapi §2 and §9.
 */
import type { AlipayParameters } from '../alipay.ts'
import { formEncoded, percentDecoded, percentEncoded } from './percent.ts'
import type { Change } from './search.ts'

export type Parameter = readonly [name: string, value: string]

/** The parts of the string, and how they are joined. */
export interface Draft {
  /** In the order in which they arrived. */
  parameters: readonly Parameter[]
  keepEmpty: boolean
  keepSignType: boolean
  /** Puts them in order. */
  order(parameters: Parameter[]): Parameter[]
  /** Writes all that stays. */
  join(parameters: Parameter[]): string
}

export const pair = ([name, value]: Parameter): string => `${name}=${value}`
export const byName = ([one]: Parameter, [other]: Parameter): number => (one < other ? -1 : 1)

export const withValue = (draft: Draft, name: string, value: string): Draft =>
  mapValues(draft, (old, each) => (each === name ? value : old))

function mapValues(draft: Draft, map: (value: string, name: string) => string): Draft {
  return { ...draft, parameters: draft.parameters.map(([name, value]) => [name, map(value, name)]) }
}

/** Optional parameters that clients sign while they are empty, and then do not send. */
const OFTEN_EMPTY = [
  'notify_url',
  'return_url',
  'app_auth_token',
  'auth_token',
  'biz_content',
  'format',
  'encrypt_type',
  'passback_params',
]

export function emptyChanges(parameters: AlipayParameters): Change<Draft>[] {
  const absent = OFTEN_EMPTY.filter((name) => parameters[name] === undefined)
  const empty = Object.keys(parameters).filter((name) => parameters[name] === '' && name !== 'sign')
  const add = (name: string, value: string): Change<Draft> => ({
    cause: 'EMPTY_PARAMETERS',
    detail: `the string holds "${name}=${value}", which was not sent`,
    apply: (draft) => ({ ...draft, keepEmpty: true, parameters: [...draft.parameters, [name, value]] }),
  })
  const only = (names: string[]): Change<Draft> => ({
    cause: 'EMPTY_PARAMETERS',
    detail: `of the empty parameters the string holds only ${names.join(', ')}`,
    apply: (draft) => ({
      ...draft,
      keepEmpty: true,
      parameters: draft.parameters.filter(([name, value]) => value !== '' || names.includes(name)),
    }),
  })
  const asText = (text: string): Change<Draft> => ({
    cause: 'EMPTY_PARAMETERS',
    detail: `empty values were signed as the word "${text}"`,
    apply: (draft) => mapValues(draft, (value, name) => (value === '' && name !== 'sign' ? text : value)),
  })
  return [
    { cause: null, detail: '', apply: (draft) => ({ ...draft, keepEmpty: true }) },
    ...absent.map((name) => add(name, '')),
    ...absent.flatMap((name) => ['null', 'undefined'].map((text) => add(name, text))),
    ...(empty.length === 0 ? [] : [asText('null'), asText('undefined')]),
    ...(empty.length > 1 ? empty.map((name) => only([name])) : []),
    ...(empty.length > 2 ? empty.map((name) => only(empty.filter((each) => each !== name))) : []),
  ]
}

export function signTypeChanges(parameters: AlipayParameters, isRequest: boolean): Change<Draft>[] {
  if (!isRequest) return [{ cause: null, detail: '', apply: (draft) => ({ ...draft, keepSignType: true }) }]
  const sent = parameters['sign_type']
  const add = (value: string): Change<Draft> => ({
    cause: 'SIGN_TYPE',
    detail:
      sent === undefined
        ? `the string holds sign_type=${value}, which was not sent`
        : `the string holds sign_type=${value}`,
    apply: (draft) => ({
      ...draft,
      parameters: [...draft.parameters.filter(([name]) => name !== 'sign_type'), ['sign_type', value]],
    }),
  })
  const without: Change<Draft> = {
    cause: 'SIGN_TYPE',
    detail: 'the string leaves it out, and this is a request',
    apply: (draft) => ({ ...draft, keepSignType: false }),
  }
  return [...(sent === undefined ? [] : [without]), ...['RSA2', 'RSA'].filter((value) => value !== sent).map(add)]
}

const ignoringCase = ([one]: Parameter, [other]: Parameter): number =>
  one.replaceAll('_', '').toLowerCase() < other.replaceAll('_', '').toLowerCase() ? -1 : 1

const orders: [string, (kept: Parameter[]) => Parameter[]][] = [
  ['they are not sorted, but stand as they were sent', (kept) => kept],
  ['they are sorted backwards', (kept) => kept.sort(byName).reverse()],
  ['they are sorted without regard to _', (kept) => kept.sort(ignoringCase)],
  [
    'biz_content stands last',
    (kept) => [
      ...kept.filter(([name]) => name !== 'biz_content').sort(byName),
      ...kept.filter(([name]) => name === 'biz_content'),
    ],
  ],
  [
    'biz_content stands first',
    (kept) => [
      ...kept.filter(([name]) => name === 'biz_content'),
      ...kept.filter(([name]) => name !== 'biz_content').sort(byName),
    ],
  ],
  [
    'they are sorted by name and value together',
    (kept) => kept.sort((one, other) => (pair(one) < pair(other) ? -1 : 1)),
  ],
]
export const orderChanges: Change<Draft>[] = orders.map(([detail, order]) => ({
  cause: 'KEY_ORDER',
  detail,
  apply: (draft) => ({ ...draft, order }),
}))

const formDecoded = (text: string): string => percentDecoded(text.replaceAll('+', ' '))

export function encodingChanges(parameters: AlipayParameters): Change<Draft>[] {
  const all: [string, (value: string) => string][] = [
    ['every value was encoded', percentEncoded],
    ['every value was encoded as a form', formEncoded],
    [
      'every value was encoded with small letters',
      (value) => percentEncoded(value).replace(/%../g, (code) => code.toLowerCase()),
    ],
    ['every value was encoded twice', (value) => percentEncoded(percentEncoded(value))],
    ['the values arrived encoded, and the plain ones were signed', percentDecoded],
    ['the values arrived encoded as a form, and the plain ones were signed', formDecoded],
    ['a + was sent without encoding and arrived as a blank', (value) => value.replaceAll(' ', '+')],
    ['a blank was signed as %20', (value) => value.replaceAll(' ', '%20')],
    ['a blank arrived as +', (value) => value.replaceAll('+', ' ')],
    ['quotes were written as &quot;', (value) => value.replaceAll('"', '&quot;')],
    ['quotes were written with a backslash', (value) => value.replaceAll('"', '\\"')],
  ]
  const change = (detail: string, map: (value: string, name: string) => string): Change<Draft> => ({
    cause: 'URL_ENCODING',
    detail,
    apply: (draft) => mapValues(draft, map),
  })
  const names = Object.keys(parameters).filter((name) => /\W/.test(parameters[name]!) && name !== 'sign')
  return [
    ...all.map(([detail, map]) => change(detail, map)),
    ...names
      .slice(0, 16)
      .flatMap((only) => [
        change(`only ${only} was encoded`, (value, name) => (name === only ? percentEncoded(value) : value)),
        change(`only ${only} arrived with a blank for +`, (value, name) =>
          name === only ? value.replaceAll(' ', '+') : value,
        ),
      ]),
  ]
}

/** Parameters that were not there, or had another value, when the string was signed. */
export function addedChanges(parameters: AlipayParameters): Change<Draft>[] {
  const names = Object.keys(parameters).filter((name) => name !== 'sign' && name !== 'sign_type')
  const spelled: [string, string][] = [
    ...['utf-8', 'UTF-8', 'utf8', 'UTF8', 'gbk', 'GBK'].map((value): [string, string] => ['charset', value]),
    ...['JSON', 'json'].map((value): [string, string] => ['format', value]),
  ]
  return [
    ...names.slice(0, 64).map((dropped): Change<Draft> => ({
      cause: dropped === 'biz_content' ? 'BODY_MISSING' : 'PARAMETER_CHANGED',
      detail: `${dropped} is not in the string`,
      apply: (draft) => ({ ...draft, parameters: draft.parameters.filter(([name]) => name !== dropped) }),
    })),
    ...spelled
      .filter(([name, value]) => parameters[name] !== value)
      .map(([changed, value]): Change<Draft> => ({
        cause: 'PARAMETER_CHANGED',
        detail: `the string holds ${changed}=${value}`,
        apply: (draft) => ({
          ...draft,
          parameters: [...draft.parameters.filter(([name]) => name !== changed), [changed, value]],
        }),
      })),
  ]
}

const joins: [string, (kept: Parameter[]) => string][] = [
  ['the values stand in quotes', (kept) => kept.map(([name, value]) => `${name}="${value}"`).join('&')],
  ['there is no & between the parameters', (kept) => kept.map(pair).join('')],
  ['there is a & behind the last parameter', (kept) => kept.map((each) => `${pair(each)}&`).join('')],
  ['there is a & in front', (kept) => kept.map((each) => `&${pair(each)}`).join('')],
  ['only the values were signed', (kept) => kept.map(([, value]) => value).join('')],
  ['only biz_content was signed', (kept) => kept.find(([name]) => name === 'biz_content')?.[1] ?? ''],
  ['every parameter stands on a line of its own', (kept) => kept.map(pair).join('\n')],
  ['the parameters were signed as JSON', (kept) => JSON.stringify(Object.fromEntries(kept))],
]
export const joinChanges: Change<Draft>[] = joins.map(([detail, join]) => ({
  cause: 'JOINED_OTHERWISE',
  detail,
  apply: (draft) => ({ ...draft, join }),
}))
