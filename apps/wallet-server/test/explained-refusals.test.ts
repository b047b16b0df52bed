/** A refused signature is explained inside the answer of a sandbox, and never in production. */
import { generateKeyPairSync } from 'node:crypto'
import { SignatureExplanation } from '@tradepay/contract'
import { signAlipay, parsePrivateKey } from '@tradepay/signature'
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXPLAINED_BODY_MAX } from '../src/api/merchant-door/explanation.ts'
import { callAlipay, callSuperapp, openDoors, payRequest, tradeRequest, type Doors } from './merchant-doors.ts'
import { merchantKeys, testWalletKey } from './support/index.ts'

let sandbox: Doors
let production: Doors
beforeAll(async () => {
  sandbox = await openDoors({ settings: { sandbox: true } })
  production = await openDoors()
})
afterAll(() => Promise.all([sandbox.close(), production.close()]))

const schema = Compile(SignatureExplanation)
function explanationIn(answer: Record<string, unknown>): SignatureExplanation {
  const { explanation } = answer
  expect(schema.Check(explanation), JSON.stringify(explanation)).toBe(true)
  return explanation as SignatureExplanation
}

const hush = { paymentRequestId: 'hush-1', extendInfo: '{"authCode":"hush-hush"}' }
const stranger = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

describe('the super-app door of a sandbox', () => {
  test('says cause and change in the result, and both strings with the first differing byte beside it', async () => {
    const answer = await callSuperapp(sandbox, { signedUri: 'http://localhost:80/v1/payments/pay' })
    expect(answer).toMatchObject({ status: 200, verified: true })
    expect(answer.body.result).toMatchObject({ resultCode: 'INVALID_SIGNATURE', resultStatus: 'F' })
    expect(answer.body.result.resultMessage).toContain('holds the host')
    expect(answer.body.result.resultMessage.length).toBeLessThanOrEqual(256)
    const explanation = explanationIn(answer.body)
    expect(explanation.faults.map(({ cause }) => cause)).toEqual(['HOST'])
    expect(explanation.expected).toContain('POST /v1/payments/pay\\n')
    expect(explanation.signed).toContain('POST http://localhost:80/v1/payments/pay\\n')
    expect(explanation.difference).toMatchObject({ at: 5, signed: expect.stringContaining('⟦h⟧ttp') })
    expect(explanation.reference).toBe('docs/reference/signature-mistakes.md')
  })

  test.each([
    ['a body that was written again', { body: '{"a": 1}', sentBody: '{"a":1}' }, 'BODY_RESERIALISED'],
    ['the key of somebody else', { privateKey: stranger.privateKey }, 'WRONG_KEY'],
    ["the wallet's key", { privateKey: testWalletKey().privateKey }, 'WRONG_KEY'],
    ['a version that is not registered', { keyVersion: 9 }, 'KEY_VERSION'],
    ['a header that is none', { headers: { signature: 'c2lnbmF0dXJl' } }, 'SIGNATURE_HEADER'],
    ['another path of the same door', { signedUri: '/v1/payments/refund' }, 'PATH'],
  ])('names %s', async (_what, call, cause) => {
    const { body, verified } = await callSuperapp(sandbox, call)
    expect(verified).toBe(true)
    expect(explanationIn(body).faults.map((fault) => fault.cause)).toContain(cause)
    expect(JSON.stringify(body)).toContain(cause)
  })

  test('shows no secret of the body, and no private key', async () => {
    const { body } = await callSuperapp(sandbox, {
      body: { ...payRequest(), ...hush, privateKey: merchantKeys().privateKey },
      headers: { 'request-time': '2026-03-01T04:00:01Z' },
    })
    const text = JSON.stringify(body)
    expect(explanationIn(body).expected).toContain('hush-1')
    expect(text).not.toContain('hush-hush')
    expect(text).not.toContain(merchantKeys().privateKey.split('\n')[3])
    expect(text).not.toContain(testWalletKey().privateKey.split('\n')[3])
  })

  test('explains nothing when there was nothing to verify: no time, no signature, another body than JSON', async () => {
    for (const call of [
      { headers: { 'request-time': undefined } },
      { headers: { signature: undefined } },
      { body: '{' },
      { time: '2026-03-01T03:00:00Z' },
    ]) {
      expect((await callSuperapp(sandbox, call)).body).not.toHaveProperty('explanation')
    }
  })

  test('does not look at a large body', async () => {
    const body = { ...payRequest(), extendInfo: 'x'.repeat(EXPLAINED_BODY_MAX) }
    const { body: answer } = await callSuperapp(sandbox, { body, privateKey: stranger.privateKey })
    expect(answer).toEqual({ result: expect.objectContaining({ resultCode: 'INVALID_SIGNATURE' }) })
  })
})

describe('the Alipay door of a sandbox', () => {
  test('says cause, change and the string in sub_msg, and the rest in a member of the signed node', async () => {
    const answer = await callAlipay(sandbox, { changed: { app_auth_token: 'hush-hush' } })
    expect(answer).toMatchObject({ status: 200, verified: true, nodeName: 'alipay_trade_create_response' })
    expect(answer.node).toMatchObject({ code: '40002', msg: 'Invalid Arguments', sub_code: 'isv.invalid-signature' })
    const explanation = explanationIn(answer.node)
    expect(explanation.faults.map(({ cause }) => cause)).toEqual(['PARAMETER_CHANGED'])
    expect(answer.node['sub_msg']).toContain('A parameter was added or changed after signing')
    expect(answer.node['sub_msg']).toContain(`The string that this gateway verified: ${explanation.expected}`)
    expect(explanation.difference!.at).toBe('app_'.length)
    expect(answer.text).not.toContain('hush-hush')
  })

  test.each([
    ['the key of somebody else', { privateKey: stranger.privateKey }, 'WRONG_KEY'],
    ['content that was changed', { changed: { biz_content: JSON.stringify(tradeRequest()) } }, 'STRING_UNKNOWN'],
  ])('names %s', async (_what, call, cause) => {
    const { node, verified } = await callAlipay(sandbox, call)
    expect(verified).toBe(true)
    expect(explanationIn(node).faults.map((fault) => fault.cause)).toEqual([cause])
  })

  test('names a string without sign_type', async () => {
    const content = JSON.stringify(tradeRequest())
    const string = [
      `app_id=${sandbox.merchant.client.clientId}&biz_content=${content}&charset=utf-8`,
      'method=alipay.trade.create&timestamp=2026-03-01 12:00:00&version=1.0',
    ].join('&')
    const sign = await signAlipay(string, parsePrivateKey(sandbox.merchant.privateKey))
    const { node } = await callAlipay(sandbox, { content, changed: { sign } })
    expect(explanationIn(node).faults.map(({ cause }) => cause)).toEqual(['SIGN_TYPE'])
  })

  test('does not look at large parameters', async () => {
    const content = { ...tradeRequest(), body: 'x'.repeat(EXPLAINED_BODY_MAX) }
    const { node } = await callAlipay(sandbox, { content, privateKey: stranger.privateKey })
    expect(Object.keys(node)).toEqual(['code', 'msg', 'sub_code', 'sub_msg'])
  })
})

describe('production', () => {
  test('tells a refused super-app signature nothing but that', async () => {
    const { body, verified } = await callSuperapp(production, { signedUri: 'https://wallet.example/v1/payments/pay' })
    expect(verified).toBe(true)
    expect(body).toEqual({
      result: {
        resultCode: 'INVALID_SIGNATURE',
        resultStatus: 'F',
        resultMessage: expect.stringMatching(/^The signature does not match[^/]*$/),
      },
    })
  })

  test('tells a refused Alipay signature nothing but that, and not the string', async () => {
    const { node, text } = await callAlipay(production, { privateKey: stranger.privateKey })
    expect(Object.keys(node)).toEqual(['code', 'msg', 'sub_code', 'sub_msg'])
    expect(node['sub_msg']).toMatch(/^The signature does not match/)
    expect(text).not.toContain('charset=utf-8')
  })
})

test('explanations are counted for each client: the share comes back with time, and a refusal is a refusal without one', async () => {
  const doors = await openDoors({ settings: { sandbox: true } })
  try {
    const ask = async () => (await callSuperapp(doors, { privateKey: stranger.privateKey })).body
    let explained = 0
    while ('explanation' in (await ask())) explained += 1
    expect(explained).toBe(20)
    expect((await ask()).result).toMatchObject({ resultCode: 'INVALID_SIGNATURE' })
    doors.clock.advance({ seconds: 1 })
    expect([await ask(), await ask(), await ask()].map((body) => 'explanation' in body)).toEqual([true, true, false])
  } finally {
    await doors.close()
  }
})
