/**
 * Why a signature of the Alipay family (v2) does not verify: requests and order strings, and notifications. The string is
 * the sorted `k=v` of the parameters. Source: alipay-openapi §2 and §9.
 */
import type { AlipayParameters } from '../alipay.ts'
import { explain, type Explanation } from './explain.ts'
import { readings, strictBase64 } from './recover.ts'
import type { Search } from './search.ts'
import type { Signer } from './signer.ts'
import { byteChanges, lineEndChanges } from './spell-bytes.ts'
import { jsonChanges, LIKELY_JSON_SPELLINGS } from './spell-json.ts'
import {
  addedChanges,
  byName,
  emptyChanges,
  encodingChanges,
  joinChanges,
  orderChanges,
  pair,
  signTypeChanges,
  withValue,
  type Draft,
} from './spell-parameters.ts'
import { LIKELY_TIME_FORMATS, timeChanges } from './spell-time.ts'

/** A signed message as it was received. */
export interface AlipayCase extends Signer {
  /** A request keeps `sign_type` in its string, a notification leaves it out; default REQUEST. */
  kind?: 'REQUEST' | 'NOTIFICATION'
  /** Decoded once, in the order in which they arrived, `sign` among them. */
  parameters: AlipayParameters
}

/**
 * Explains. At most 10,000 hashes over 32 MiB, and twelve RSA public operations for each key: a known mistake takes
 * milliseconds, an unknown one some tenths of a second, so it is not for every caller who fails. Never throws, may be
 * repeated, changes nothing.
 */
export function explainAlipay(given: AlipayCase): Explanation {
  const { parameters, kind = 'REQUEST' } = given
  return explain({
    ...given,
    readings: readings(parameters['sign'] ?? '', strictBase64),
    faults: [],
    search: searchOf(parameters, kind),
  })
}

function write({ parameters, keepEmpty, keepSignType, order, join }: Draft): Buffer {
  const kept = parameters.filter(
    ([name, value]) => name !== 'sign' && (keepSignType || name !== 'sign_type') && (keepEmpty || value !== ''),
  )
  return Buffer.from(join(order(kept)))
}

function searchOf(parameters: AlipayParameters, kind: 'REQUEST' | 'NOTIFICATION'): Search<Draft> {
  const isRequest = kind === 'REQUEST'
  const content = parameters['biz_content'] ?? ''
  const replaceIn = (name: string) => (draft: Draft, value: string) => withValue(draft, name, value)
  const times = timeChanges(parameters['timestamp'] ?? '', replaceIn('timestamp'))
  return {
    write,
    draft: {
      parameters: Object.entries(parameters),
      keepEmpty: false,
      keepSignType: isRequest,
      order: (kept) => kept.sort(byName),
      join: (kept) => kept.map(pair).join('&'),
    },
    groups: [
      { changes: emptyChanges(parameters) },
      { changes: signTypeChanges(parameters, isRequest) },
      { changes: orderChanges },
      { changes: encodingChanges(parameters), inPairs: 16 },
      {
        changes: [
          ...lineEndChanges(content, replaceIn('biz_content')),
          ...jsonChanges(content, replaceIn('biz_content')),
        ],
        inPairs: LIKELY_JSON_SPELLINGS,
      },
      byteChanges(),
      { changes: addedChanges(parameters) },
      { changes: joinChanges },
      { changes: times.formats, inPairs: LIKELY_TIME_FORMATS },
      { changes: times.moments, inPairs: 10 },
    ],
  }
}
