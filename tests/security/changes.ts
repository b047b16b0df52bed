/**
 * What somebody on the way may do to a signed request: one bit, swapped, cut, doubled, written otherwise, other headers, and
 * moved to another address, client or request. Each takes the request and answers another; it may happen to be the same.
 */
import type { Dice } from '../simulation/dice.ts'
import type { Sent } from './messages.ts'

/** @param other another signed request of the same family, perhaps of another client */
export type Change = (sent: Sent, dice: Dice, other: Sent) => Sent

const withBody = (sent: Sent, body: Buffer | string): Sent => ({ ...sent, body: Buffer.from(body) })
const withHeader = (sent: Sent, name: string, value: string): Sent => ({
  ...sent,
  headers: { ...sent.headers, [name]: value },
})
const without = (sent: Sent, name: string): Sent => {
  const { [name]: _gone, ...headers } = sent.headers
  return { ...sent, headers }
}
const aHeader = (sent: Sent, dice: Dice): string => dice.pick(Object.keys(sent.headers).concat('content-type'))

/** A change of bytes, wherever there are any. */
type Bytes = (bytes: Buffer, dice: Dice) => Buffer

const changesOfBytes: Record<string, Bytes> = {
  'one bit'(bytes, dice) {
    const changed = Buffer.from(bytes)
    const at = dice.below(changed.length)
    changed[at] = changed[at]! ^ (1 << dice.below(8))
    return changed
  },
  'one byte'(bytes, dice) {
    const changed = Buffer.from(bytes)
    changed[dice.below(changed.length)] = dice.below(256)
    return changed
  },
  'two bytes swapped'(bytes, dice) {
    const changed = Buffer.from(bytes)
    const [one, two] = [dice.below(changed.length), dice.below(changed.length)]
    ;[changed[one], changed[two]] = [changed[two]!, changed[one]!]
    return changed
  },
  'cut off': (bytes, dice) => bytes.subarray(0, dice.below(bytes.length)),
  'begun later': (bytes, dice) => bytes.subarray(1 + dice.below(bytes.length)),
  'a part taken out'(bytes, dice) {
    const at = dice.below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(16))])
  },
  'a part doubled'(bytes, dice) {
    const at = dice.below(bytes.length)
    const part = bytes.subarray(at, at + 1 + dice.below(16))
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)])
  },
  doubled: (bytes) => Buffer.concat([bytes, bytes]),
  'something put in'(bytes, dice) {
    const at = dice.below(bytes.length + 1)
    const part = dice.pick([' ', '\n', '\0', '&', '=', '.', ',', '%', '"', '{}', '&a=b', '\r\n', '\ufeff', '0', '/'])
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(part), bytes.subarray(at)])
  },
  'other capitals'(bytes, dice) {
    const text = bytes.toString('latin1')
    const at = dice.below(text.length)
    const letter = text[at]!
    const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
    return Buffer.from(text.slice(0, at) + other + text.slice(at + 1), 'latin1')
  },
  'encoded once more': (bytes) => Buffer.from(encodeURIComponent(bytes.toString('latin1'))),
  'encoded once less': (bytes) => Buffer.from(unescape(bytes.toString('latin1')), 'latin1'),
  'a digit changed'(bytes, dice) {
    const digits = [...bytes.keys()].filter((at) => bytes[at]! >= 0x30 && bytes[at]! <= 0x39)
    if (digits.length === 0) return bytes
    const changed = Buffer.from(bytes)
    changed[dice.pick(digits)] = 0x30 + dice.below(10)
    return changed
  },
}

/** Where bytes are changed; what a part cannot hold as text stays the way latin1 writes it. */
function changeSomewhere(change: Bytes): Change {
  return (sent, dice) => {
    const places = dice.weighted({ body: sent.body.length > 0 ? 4 : 0, url: 2, header: 3 })
    if (places === 'body') return withBody(sent, change(sent.body, dice))
    if (places === 'url') return { ...sent, url: change(Buffer.from(sent.url, 'latin1'), dice).toString('latin1') }
    const name = aHeader(sent, dice)
    const value = Buffer.from(sent.headers[name] ?? ' ', 'latin1')
    return value.length === 0 ? sent : withHeader(sent, name, change(value, dice).toString('latin1'))
  }
}

/** The JSON of a body, written again. */
const jsonAgain: Change = (sent, dice) => {
  let content: unknown
  try {
    content = JSON.parse(sent.body.toString())
  } catch {
    return sent
  }
  const entries = Object.entries(content as object)
  return withBody(
    sent,
    dice.pick([
      () => JSON.stringify(content, null, 2),
      () => JSON.stringify(Object.fromEntries(entries.toReversed())),
      () => JSON.stringify(content).replace(/[A-Za-z]/, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
      () => JSON.stringify(content).replaceAll('/', '\\/'),
      () => JSON.stringify({ ...(content as object), extra: '1' }),
      () => JSON.stringify([content]),
      () => JSON.stringify(content).replace('{', '{"a":1,'),
      () => JSON.stringify(content).replace(/\}$/, `,${JSON.stringify(entries[0]?.[0] ?? 'a')}:"x"}`),
    ])(),
  )
}

const charsetAgain: Change = (sent, dice) =>
  withBody(sent, Buffer.from(sent.body.toString(), dice.pick<BufferEncoding>(['utf16le', 'latin1', 'base64', 'hex'])))

const parameterNames =
  'app_id method format charset sign_type timestamp version notify_url return_url app_auth_token auth_token code grant_type refresh_token biz_content sign encrypt_type prod_code p alipay_sdk n'.split(
    ' ',
  )

/** Parameters added, taken away, doubled, renamed, emptied, moved; and ends moved across `&`. */
const parametersChanged: Change = (sent, dice) => {
  const mark = sent.url.indexOf('?')
  const inQuery = mark >= 0 && (sent.body.length === 0 || dice.percent(70))
  const text = inQuery ? sent.url.slice(mark + 1) : sent.body.toString()
  if (!inQuery && text.startsWith('{')) return sent
  const pairs = [...new URLSearchParams(text)]
  const at = dice.below(pairs.length)
  const [name = '', value = ''] = pairs[at] ?? []
  const [otherName = '', otherValue = ''] = pairs[dice.below(pairs.length)] ?? []
  dice.pick<() => void>([
    () => pairs.splice(at, 1),
    () => pairs.push([name, `${value}x`]),
    () => pairs.unshift([name, 'x']),
    () =>
      pairs.push([
        dice.pick(parameterNames),
        dice.pick(['', '1', 'x', 'RSA2', 'utf-8', 'JSON', 'https://evil.example/']),
      ]),
    () => (pairs[at] = [dice.pick(parameterNames), value]),
    () => (pairs[at] = [name.toUpperCase(), value]),
    () => (pairs[at] = [name, '']),
    () => (pairs[at] = [name, otherValue]),
    // One parameter swallows the next, as the signed string has it; and the other way round.
    () => {
      pairs.sort(([a], [b]) => (a < b ? -1 : 1))
      const [first, second] = [pairs[at], pairs[at + 1]]
      if (first && second) pairs.splice(at, 2, [first[0], `${first[1]}&${second[0]}=${second[1]}`])
    },
    () => {
      const cut = /^(.*?)&([^=&]*)=(.*)$/s.exec(value)
      if (cut) pairs.splice(at, 1, [name, cut[1]!], [cut[2]!, cut[3]!])
    },
    () => (pairs[at] = [`${name}=${value}&${otherName}`, otherValue]),
  ])()
  const changed = new URLSearchParams(pairs).toString()
  return inQuery ? { ...sent, url: `${sent.url.slice(0, mark)}?${changed}` } : withBody(sent, changed)
}

const headersChanged: Change = (sent, dice, other) => {
  const name = aHeader(sent, dice)
  return dice.pick<() => Sent>([
    () => without(sent, name),
    () => withHeader(sent, name, ''),
    () => withHeader(sent, name, `${sent.headers[name] ?? ''}, ${sent.headers[name] ?? ''}`),
    () => withHeader(sent, name, `${sent.headers[name] ?? ''}, ${other.headers[name] ?? ''}`),
    () => withHeader(sent, name, other.headers[name] ?? ''),
    () => withHeader(sent, dice.pick(['alipay-app-auth-token', 'alipay-encrypt-type', 'x-http-method-override']), '1'),
  ])()
}

/** The signature's own parts. */
const signatureChanged: Change = (sent, dice, other) => {
  const { signature, authorization } = sent.headers
  if (signature !== undefined) {
    return withHeader(
      sent,
      'signature',
      dice.pick<() => string>([
        () => signature.replace(/keyVersion=\d+/, `keyVersion=${dice.below(4)}`),
        () => signature.replace(/keyVersion=\d+/, 'keyVersion=').slice(0, -1),
        () =>
          signature.replace(
            /algorithm=\w+/,
            `algorithm=${dice.pick(['none', 'HS256', 'RSA', 'SHA1withRSA', 'ECC224'])}`,
          ),
        () => signature.replace(/signature=.*/, 'signature='),
        () => signature.replace(/signature=.*/, other.headers['signature']!.replace(/.*signature=/, 'signature=')),
        () => `${signature}, signature=${dice.pick(['', 'AAAA', 'null'])}`,
        () => signature.replace(/signature=.*/, `signature=${Buffer.alloc(256, dice.below(2)).toString('base64')}`),
        () => signature.replace(/signature=(.)/, 'signature=%00$1'),
      ])(),
    )
  }
  if (authorization !== undefined) {
    const theirs = other.headers['authorization'] ?? ''
    return withHeader(
      sent,
      'authorization',
      dice.pick<() => string>([
        () => authorization.replace(/,sign=.*/, theirs.replace(/.*,sign=/, ',sign=')),
        () => authorization.replace(/nonce=[^,]*/, `nonce=${dice.next()}`),
        () => authorization.replace(/timestamp=\d+/, (text) => `${text.slice(0, -1)}${dice.below(10)}`),
        () => authorization.replace(/app_id=\d+/, /app_id=\d+/.exec(theirs)?.[0] ?? ''),
        () => authorization.replace(/(app_id=[^,]*),(nonce=[^,]*)/, '$2,$1'),
        () => authorization.replace(/,sign=/, ',expired_seconds=300,sign='),
        () => authorization.replace(/,sign=/, ' ,sign='),
        () => authorization.replace(/,sign=/, ',sign=,sign='),
        () => authorization.replace(/,sign=.*/, `,sign=${Buffer.alloc(256, dice.below(2)).toString('base64')}`),
      ])(),
    )
  }
  return parametersChanged(sent, dice, other)
}

/** Moved to another address, method, client, or under another request's signature. */
const moved: Change = (sent, dice, other) =>
  dice.pick<() => Sent>([
    () => ({ ...sent, url: other.url }),
    () => ({ ...sent, url: sent.url.replace(/\/v[12]\//, (text) => (text === '/v1/' ? '/v2/' : '/v1/')) }),
    () => ({ ...sent, url: `${sent.url}${dice.pick(['/', '/../refund', '?a=1', '%2f', ';a', '//'])}` }),
    () => ({ ...sent, method: dice.pick(['PUT', 'GET', 'DELETE', 'post', 'HEAD', 'PATCH']) }),
    () => ({ ...sent, headers: other.headers }),
    () => ({ ...sent, body: other.body }),
    () => ({ ...other, body: sent.body }),
    () => withHeader(sent, 'client-id', other.headers['client-id'] ?? '2021000000000020'),
    () => withHeader(sent, 'request-time', other.headers['request-time'] ?? ''),
    () => ({ ...sent, url: sent.url.replace('2021000000000010', '2021000000000020') }),
  ])()

/** Bytes moved from one part of the signed string into the part beside it. */
const borderMoved: Change = (sent, dice) => {
  const time = sent.headers['request-time']
  const text = sent.body.toString()
  if (time !== undefined) {
    const count = 1 + dice.below(4)
    return dice.percent(50)
      ? withBody(withHeader(sent, 'request-time', `${time}.${text.slice(0, count)}`), text.slice(count))
      : withBody(withHeader(sent, 'request-time', time.slice(0, -count)), `${time.slice(-count)}.${text}`)
  }
  const { authorization } = sent.headers
  if (authorization !== undefined) {
    const token = withHeader(sent, 'alipay-app-auth-token', text.slice(text.length >> 1))
    return dice.percent(50)
      ? withBody(token, text.slice(0, text.length >> 1))
      : { ...sent, url: `${sent.url}\n`, method: sent.method }
  }
  return parametersChanged(sent, dice, sent)
}

/** Every change by its name. */
export const changes: Readonly<Record<string, Change>> = {
  ...Object.fromEntries(Object.entries(changesOfBytes).map(([name, change]) => [name, changeSomewhere(change)])),
  'JSON written again': jsonAgain,
  'another charset': charsetAgain,
  'parameters changed': parametersChanged,
  'headers changed': headersChanged,
  'signature changed': signatureChanged,
  moved,
  'a border moved': borderMoved,
  'two changes': (sent, dice, other) => parametersChanged(signatureChanged(sent, dice, other), dice, other),
}
