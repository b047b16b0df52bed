/**
 * Breaks what is around the content: text that is no JSON although it is signed, and bytes, headers, addresses and methods of a
 * call after it was signed.
 */
import type { Dice } from '../simulation/dice.ts'
import type { Call } from './calls.ts'
import { bytesOf } from './message.ts'

/** JSON text as bytes, now and then with something that JSON does not allow or hardly anybody writes. */
export function spoilText(text: string, dice: Dice): Buffer {
  if (!dice.percent(12)) return Buffer.from(text)
  const cut = dice.below(text.length + 1)
  switch (
    dice.weighted({
      cut: 2,
      mark: 1,
      blanks: 1,
      comma: 1,
      quotes: 1,
      comment: 1,
      bytes: 2,
      twice: 1,
      empty: 1,
      escape: 1,
    })
  ) {
    case 'cut':
      return Buffer.from(text.slice(0, cut))
    case 'mark':
      return Buffer.from(`\ufeff${text}`)
    case 'blanks':
      return Buffer.from(` \r\n\t${text.replaceAll(':', ' : ')}\n\n`)
    case 'comma':
      return Buffer.from(text.replace(/\}$/, ',}'))
    case 'quotes':
      return Buffer.from(text.replaceAll('"', "'"))
    case 'comment':
      return Buffer.from(`/* ${text} */${text}`)
    case 'bytes':
      return Buffer.concat([
        Buffer.from(text.slice(0, cut)),
        Buffer.from([0xc0, 0x80, 0xff, 0xed, 0xa0, 0x80]),
        Buffer.from(text.slice(cut)),
      ])
    case 'twice':
      return Buffer.from(text + text)
    case 'empty':
      return Buffer.alloc(0)
    case 'escape':
      return Buffer.from(text.replace(/[a-z]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`))
  }
}

/** The call with something broken that was signed, or that HTTP itself stands on. */
export function spoil(call: Call, dice: Dice): Call {
  const how = dice.weighted({ body: 4, header: 5, target: 4, method: 2, large: 1, http: 3 })
  const spoilt: Call = { ...call, headers: [...call.headers], isSigned: false }
  switch (how) {
    case 'body':
      return withBody(spoilt, spoilBytes(call.body, dice))
    case 'large':
      return withBody(spoilt, Buffer.alloc(dice.pick([131_072, 131_073, 1_048_577]), dice.pick(['[', '0', '%', '='])))
    case 'header':
      return spoilHeader(spoilt, dice)
    case 'target':
      return { ...spoilt, target: spoilTarget(call.target, dice), callable: null }
    case 'method':
      return {
        ...spoilt,
        method: dice.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE']),
        callable: null,
      }
    case 'http':
      return { ...spoilt, isSound: false, ...spoilHttp(call, dice) }
  }
}

const withBody = (call: Call, body: Buffer): Call => ({
  ...call,
  body,
  headers: call.headers.map(([name, value]) => [name, name === 'Content-Length' ? String(body.length) : value]),
})

function spoilBytes(body: Buffer, dice: Dice): Buffer {
  const bytes = Buffer.from(body)
  switch (dice.weighted({ flip: 3, cut: 1, noise: 2, nothing: 1 })) {
    case 'flip':
      for (let times = 1 + dice.below(4); times > 0 && bytes.length > 0; times--) {
        bytes[dice.below(bytes.length)] = dice.below(256)
      }
      return bytes
    case 'cut':
      return bytes.subarray(0, dice.below(bytes.length + 1))
    case 'noise':
      return Buffer.from(Array.from({ length: dice.below(300) }, () => dice.below(256)))
    case 'nothing':
      return Buffer.alloc(0)
  }
}

const types = [
  ...['', ' ', ';', 'x', 'application/json; charset=utf-16', 'application/json;charset="', 'application/xml', 'a/b/c'],
  ...[
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="',
    'text/html; =;;',
    '*/*',
  ],
  ...[
    'application/x-www-form-urlencoded; charset=gbk',
    `application/json;${'x'.repeat(3_000)}`,
    'application/json\u00ff',
  ],
]
const values = [
  ...[
    '',
    ' ',
    ',',
    '=',
    '\u00ff\u00fe',
    'null',
    '-1',
    '0',
    'x'.repeat(5_000),
    '%00',
    '%zz',
    '__proto__',
    'algorithm=',
    '"',
  ],
  ...['algorithm=RSA256,keyVersion=99999999999999999999,signature=AAAA', 'signature=%', 'signature=', 'keyVersion=1'],
  ...['algorithm=RSA256, keyVersion=1, signature=AAAA', 'ALIPAY-SHA256withRSA', 'ALIPAY-SHA256withRSA app_id=1,sign=x'],
  ...['ALIPAY-SHA256withRSA ,,,=,sign=', '2026-03-01T04:00:00Z', '9999999999999', '+275760-09-13T00:00:00.001Z'],
]
const others = [
  'Expect',
  'Transfer-Encoding',
  'Content-Encoding',
  'X-Forwarded-For',
  'Accept-Encoding',
  'Cookie',
  'Upgrade',
]

function spoilHeader(call: Call, dice: Dice): Call {
  const { headers } = call
  const index = 2 + dice.below(headers.length - 2 || 1)
  const name = headers[index]?.[0] ?? 'Content-Type'
  switch (dice.weighted({ type: 3, value: 4, away: 2, twice: 2, other: 2, many: 1 })) {
    case 'type':
      return {
        ...call,
        headers: [...headers.filter(([each]) => each !== 'Content-Type'), ['Content-Type', dice.pick(types)]],
      }
    case 'value':
      headers[index] = [name, dice.pick(values)]
      return call
    case 'away':
      headers.splice(index, 1)
      return call
    case 'twice':
      return { ...call, headers: [...headers, [name, dice.pick(values)]] }
    case 'other':
      return {
        ...call,
        headers: [...headers, [dice.pick(others), dice.pick(['x', 'gzip', '100-continue', 'chunked'])]],
        isSound: false,
      }
    case 'many':
      return {
        ...call,
        headers: [...headers, ...Array.from({ length: 200 }, (_, at): [string, string] => [`X-${at}`, 'x'])],
      }
  }
}

function spoilTarget(target: string, dice: Dice): string {
  const at = dice.below(target.length + 1)
  const noise = [
    '%',
    '%zz',
    '%00',
    '%2e%2e/',
    '//',
    '/../',
    ';',
    ':',
    '\\',
    '%ff',
    '*',
    '?',
    '??',
    '&&=',
    '%c0%af',
    'é',
  ]
  switch (dice.weighted({ insert: 4, cut: 2, long: 1, upper: 1, other: 3 })) {
    case 'insert':
      return target.slice(0, at) + dice.pick(noise) + target.slice(at)
    case 'cut':
      return target.slice(0, Math.max(1, at))
    case 'long':
      return target + '/x'.repeat(dice.pick([200, 2_000]))
    case 'upper':
      return target.toUpperCase()
    case 'other':
      return dice.pick([
        '/',
        '/v1',
        '/v1/',
        '/v2/payments',
        '/gateway.do/',
        '/gateway.do?%',
        '/v3/',
        '/v3/a/b',
        '/alipay/bill.zip?sign=x',
      ])
  }
}

/** What is no HTTP, or hardly. */
function spoilHttp(call: Call, dice: Dice): Partial<Call> {
  const raise = (by: number): [string, string][] =>
    call.headers.map(([name, value]) => [name, name === 'Content-Length' ? String(Number(value) + by) : value])
  switch (dice.weighted({ long: 2, short: 1, method: 1, line: 2, length: 2, noise: 2 })) {
    case 'long':
      return { headers: raise(10) }
    case 'short':
      return { headers: raise(-Math.min(3, call.body.length)) }
    case 'method':
      return { method: dice.pick(['', 'GÈT', 'post', 'CONNECT', 'A'.repeat(100)]), callable: null }
    case 'line':
      return {
        target: dice.pick([' ', '/v1/ payments', '/\r\nX: y', 'http://other.example/v1/payments/pay', '*', '']),
        callable: null,
      }
    case 'length':
      return {
        headers: [...call.headers, ['Content-Length', dice.pick(['0', '-1', '1e3', '99999999999999999999', 'x'])]],
      }
    case 'noise':
      return { method: spoilBytes(bytesOf(call).subarray(0, 200), dice).toString('latin1'), callable: null }
  }
}
