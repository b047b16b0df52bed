/** The Alipay family against the shared vectors, and what must not verify. */
import { describe, expect, test } from 'vitest'
import file from '../vectors/alipay.json' with { type: 'json' }
import keys from '../vectors/keys.json' with { type: 'json' }
import {
  alipayNode,
  alipayNotificationStrings,
  alipayRequestStrings,
  parsePrivateKey,
  parsePublicKey,
  signAlipay,
  verifyAlipayNode,
  verifyAlipayNotification,
  verifyAlipayRequest,
  type AlipayParameters,
} from '../src/index.ts'

const merchant = parsePublicKey(keys.merchant.publicSpki)
const wallet = parsePublicKey(keys.wallet.publicSpki)
const withSign = (parameters: object, sign: string) => ({ ...parameters, sign }) as AlipayParameters

describe.each(file.requests)('request "$name"', ({ parameters, stringToSign, sign }) => {
  test('the string of the vector is one of those tried, and verifies', async () => {
    expect(alipayRequestStrings(withSign(parameters, sign))).toContain(stringToSign)
    expect(await verifyAlipayRequest(withSign(parameters, sign), merchant)).toBe(stringToSign)
  })
  test('signing gives the signature of the vector', async () => {
    expect(await signAlipay(stringToSign, parsePrivateKey(keys.merchant.privatePkcs1))).toBe(sign)
  })
  test('a changed, added or missing parameter, another key, and no signature do not verify', async () => {
    const changed = [
      { ...parameters, biz_content: parameters.biz_content.replace('1', '2') },
      { ...parameters, extra: '1' },
      Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== 'sign_type')),
    ]
    for (const each of changed) expect(await verifyAlipayRequest(withSign(each, sign), merchant)).toBeNull()
    expect(await verifyAlipayRequest(withSign(parameters, sign), wallet)).toBeNull()
    expect(await verifyAlipayRequest(parameters as AlipayParameters, merchant)).toBeNull()
    expect(await verifyAlipayRequest(withSign(parameters, `${sign} `), merchant)).toBeNull()
  })
})

describe.each(file.answers)('answer "$name"', ({ answer, node, nodeText, sign }) => {
  test('the raw text of the node is found and verifies', async () => {
    expect(alipayNode(answer, node)).toBe(nodeText)
    expect(await verifyAlipayNode(nodeText, sign, wallet)).toBe(nodeText)
  })
  test('the node printed again with other blanks does not verify', async () => {
    expect(await verifyAlipayNode(JSON.stringify(JSON.parse(nodeText), null, 1), sign, wallet)).toBeNull()
  })
})

test.each([
  ['', 'n'],
  ['{}', 'n'],
  ['{"n":1}', 'n'],
  ['{"m":{"n":{}}}', 'n'],
  ['{"m":"\\"n\\":{}"}', 'n'],
  ['{"n":{"a":"}', 'n'],
  ['{"n":{"a":{}', 'n'],
])('in %j there is no node', (answer, node) => {
  expect(alipayNode(answer, node)).toBeNull()
})

test('a node signed with escaped slashes verifies although it was sent with plain ones', async () => {
  const key = parsePrivateKey(keys.wallet.privatePkcs8)
  const sign = await signAlipay('{"u":"http:\\/\\/x"}', key)
  expect(await verifyAlipayNode('{"u":"http://x"}', sign, wallet)).toBe('{"u":"http:\\/\\/x"}')
})

describe.each(file.notifications)('notification "$name"', ({ parameters, stringToSign, sign }) => {
  test('the string of the vector is one of those tried, and verifies', async () => {
    expect(alipayNotificationStrings(withSign(parameters, sign))).toContain(stringToSign)
    expect(await verifyAlipayNotification(withSign(parameters, sign), wallet)).toBe(stringToSign)
  })
  test('a changed amount does not verify', async () => {
    expect(await verifyAlipayNotification(withSign({ ...parameters, total_amount: '0.01' }, sign), wallet)).toBeNull()
  })
})
