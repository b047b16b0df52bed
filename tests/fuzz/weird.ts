/**
 * Values that have broken servers before: boundaries of numbers, times and lengths, text that no column can keep, names of what
 * every object has, and nests that are deep.
 */
import type { Dice } from '../simulation/dice.ts'
import { Raw, type Tree } from './values.ts'

const raws = [
  ...['1e309', '-1e309', '1e-400', '-0', '0.1e1', '1.10', '9007199254740993', '12345678901234567890123', '1E400'],
  ...['0.000000000000000000001', '2147483648', '-2147483649', '9223372036854775808', '1.0000000000000001'],
]
const texts = [
  ...[
    '',
    ' ',
    '0',
    '00',
    '-1',
    '+1',
    '1e3',
    '0x10',
    '１２',
    '12.345',
    '99999999999999999999',
    ' 1',
    '1 ',
    'NaN',
    '.5',
    '5.',
  ],
  ...['\u0000', 'a\u0000b', '\ud800', '\udfff\ud800', '\ufffe', '\u202e', '👩‍👩‍👧', 'e\u0301'.repeat(300), '\ufeff'],
  ...[
    '__proto__',
    'constructor',
    'hasOwnProperty',
    "' or 1=1 --",
    '$1',
    '%00',
    '%',
    '../..',
    '\r\nX: y',
    '<script>',
    '\\',
  ],
  ...['0000-00-00T00:00:00Z', '+275760-09-13T00:00:00.001Z', '2026-02-30T25:61:61Z', '9999-12-31T23:59:59+23:59'],
  ...['9999-12-31 23:59:59', '0000-01-01 00:00:00', '2026-13', '0000-00', '0000-01-01', '99999m', '15d', '1c', '0m'],
  ...['cny', 'XXX', 'JPY', 'BHD', 'true', 'null', '[]', '{}', '{"a":', '"'],
  ...[
    'http://127.0.0.1/',
    'file:///etc/passwd',
    'https://a:b@h.example/',
    'http://[::1',
    'javascript:1',
    'https://\u0000',
  ],
  ...[
    '9'.repeat(64),
    '9'.repeat(65),
    'x'.repeat(257),
    '𝒳'.repeat(256),
    'x'.repeat(1025),
    'x'.repeat(5000),
    'é'.repeat(20_000),
  ],
]

export function weird(dice: Dice): Tree {
  switch (dice.weighted({ text: 10, raw: 4, plain: 3, deep: 1, wide: 1, bytes: 2 })) {
    case 'text':
      return dice.pick(texts)
    case 'raw':
      return new Raw(dice.pick(raws))
    case 'plain':
      return dice.pick<Tree>([null, true, false, 0, -1, 1.5, [], [[]], new Raw('{}'), [null], [''], new Raw('{"a":1}')])
    case 'deep': {
      const depth = dice.pick([4, 6, 100, 3_000, 12_000])
      return dice.percent(50)
        ? new Raw('['.repeat(depth) + ']'.repeat(depth))
        : new Raw('{"a":'.repeat(depth) + '0' + '}'.repeat(depth))
    }
    case 'wide':
      return Array.from({ length: dice.pick([33, 501, 5_000]) }, () => 0)
    case 'bytes':
      return Array.from({ length: 1 + dice.below(12) }, () => String.fromCharCode(dice.below(0x10000))).join('')
  }
}
