/** POST /sandbox/v1/explain on a whole sandbox: every scheme, both sides, and what it refuses. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sandboxPaths, type SandboxApp, type ExplainAnswer } from '@tradepay/contract'
import {
  alipayNotificationString,
  alipayRequestString,
  alipayV3AnswerString,
  alipayV3RequestString,
  formatAlipayV3Authorization,
  generateRsaKeyPair,
  parsePrivateKey,
  signAlipay,
  signAlipayV3,
  signSuperapp,
  type SuperappMessage,
} from '@tradepay/signature'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { neighbourKeys, NEIGHBOURS_MAX } from '@tradepay/wallet-server'
import { callAt, testSandbox, type Answer, type TestSandbox } from './support.ts'

let test: TestSandbox
let app: SandboxApp
let neighbour: SandboxApp
beforeAll(async () => {
  test = await testSandbox()
  app = test.sandbox.world.apps.at(-1)!
  neighbour = test.sandbox.world.apps[0]!
})
afterAll(async () => await test.close())

const content = '{"paymentRequestId":"coffee-1","refreshToken":"hush-hush"}'
const messageOf = (): SuperappMessage => ({
  method: 'POST',
  uri: '/v1/payments/pay',
  clientId: app.clientId,
  time: '2026-11-22T21:00:00+08:00',
  body: Buffer.from(content),
})

async function sent(signed: Partial<SuperappMessage> = {}, by: SandboxApp = app): Promise<Record<string, unknown>> {
  const { header } = await signSuperapp(
    { ...messageOf(), ...signed },
    { version: by.keyVersion, privateKey: parsePrivateKey(by.privateKey) },
  )
  const { method, uri: path, clientId, time } = messageOf()
  return { family: 'SUPERAPP', method, path, clientId, time, signature: header, body: content }
}

const ask = (body: unknown): Promise<Answer> => test.call(sandboxPaths.explain, { body })
async function explained(body: unknown): Promise<ExplainAnswer> {
  const answer = await ask(body)
  expect(answer.status).toBe(200)
  return answer.body as unknown as ExplainAnswer
}
const causesOf = ({ faults }: ExplainAnswer): string[] => faults.map(({ cause }) => cause)

describe("a merchant's call", () => {
  it('that is right is told to be right', async () => {
    expect(await explained(await sent())).toMatchObject({ verified: true, faults: [], key: { version: 1 } })
  })

  it('over the whole address: cause, change and the differing byte', async () => {
    const { walletUrl } = test.sandbox.world
    const answer = await explained({
      ...(await sent({ uri: `${walletUrl}/v1/payments/pay` })),
      host: new URL(walletUrl).host,
    })
    expect(causesOf(answer)).toEqual(['HOST'])
    expect(answer.faults[0]!.change).toContain('path alone')
    expect(answer.difference).toMatchObject({ at: 5, signed: expect.stringContaining('⟦h⟧ttp://') })
    expect(JSON.stringify(answer)).not.toContain('hush-hush')
  })

  it("signed with another app's key names the app", async () => {
    const answer = await explained(await sent({}, neighbour))
    expect(causesOf(answer)).toEqual(['WRONG_KEY'])
    expect(answer.faults[0]!.sentence).toContain(neighbour.name)
  })

  it('signed with the key of an app made at the door names that app, also after its key was rotated', async () => {
    const made = (await test.call(sandboxPaths.apps, { body: { name: 'Tea House' } })).body as unknown as SandboxApp
    const { keyVersion, privateKey } = (await test.call(sandboxPaths.appKeys(made.appId), { body: {} }))
      .body as unknown as SandboxApp
    expect(keyVersion).toBe(2)
    for (const key of [made.privateKey, privateKey]) {
      const answer = await explained(await sent({}, { ...made, privateKey: key }))
      expect(causesOf(answer)).toEqual(['WRONG_KEY'])
      expect(answer.faults[0]!.sentence).toContain(`Tea House (${made.appId})`)
      expect(JSON.stringify(answer)).not.toContain(made.privateKey.split('\n')[3])
    }
  })

  it('is compared with so many keys of other apps and no more', async () => {
    const { client } = test.sandbox.server.rooms.merchants
    // As many apps as there may ever be: only the first of them are looked at.
    const crowd = Array.from({ length: 10_000 }, (_, at) => ({ clientId: `made-${at}`, name: 'Made' }))
    const asked: string[] = []
    const keys = await neighbourKeys(crowd, async (id) => {
      asked.push(id)
      return await client(neighbour.clientId)
    })
    expect(keys.length).toBe(NEIGHBOURS_MAX)
    expect(asked.length).toBeLessThanOrEqual(NEIGHBOURS_MAX)
    expect(asked.slice(0, 2)).toEqual(['made-0', 'made-1'])
  })

  it('signed with a key whose public half is given, but not registered, says so', async () => {
    const { privateKey, publicKey } = await generateRsaKeyPair()
    const answer = await explained({ ...(await sent({}, { ...app, privateKey })), publicKey })
    expect(answer.faults[0]!.sentence).toContain('the public key that you gave')
  })

  it('with a string that only the caller knows is compared with it', async () => {
    const { header } = await signSuperapp(
      { ...messageOf(), body: Buffer.from('{"other":true}') },
      { version: 1, privateKey: parsePrivateKey(app.privateKey) },
    )
    const signedString = `POST /v1/payments/pay\n${app.clientId}.2026-11-22T21:00:00+08:00.{"other":true}`
    const request = { ...(await sent()), signature: header }
    expect(causesOf(await explained(request))).toEqual(['STRING_UNKNOWN'])
    expect(causesOf(await explained({ ...request, signedString }))).toEqual(['OTHER_STRING'])
  })

  it('of the Alipay family, as parameters or as it was sent', async () => {
    const parameters = {
      app_id: app.appId,
      method: 'alipay.trade.query',
      sign_type: 'RSA2',
      biz_content: '{"a":"b c"}',
    }
    const string = alipayRequestString(parameters).replace('&sign_type=RSA2', '')
    const sign = await signAlipay(string, parsePrivateKey(app.privateKey))
    const both = [{ ...parameters, sign }, new URLSearchParams({ ...parameters, sign }).toString()]
    for (const given of both)
      expect(causesOf(await explained({ family: 'ALIPAY', parameters: given }))).toEqual(['SIGN_TYPE'])
  })

  it("of the Alipay family's REST scheme, right and without its last line feed", async () => {
    const authString = `app_id=${app.appId},nonce=n-1,timestamp=1795438800123`
    const about = { method: 'POST', path: '/v3/alipay/trade/query', body: '{"auth_token":"hush-hush"}' }
    const string = alipayV3RequestString({ authString, ...about, uri: about.path, body: Buffer.from(about.body) })
    const asked = async (signed: Buffer) => {
      const sign = await signAlipayV3(signed, parsePrivateKey(app.privateKey))
      const authorization = formatAlipayV3Authorization({ authString, sign })
      return explained({ family: 'ALIPAY_V3', ...about, authorization })
    }
    expect(await asked(string)).toMatchObject({ verified: true, key: { version: 1 } })
    const answer = await asked(string.subarray(0, -1))
    expect(causesOf(answer)).toEqual(['LAST_LINE_END'])
    expect(JSON.stringify(answer)).not.toContain('hush-hush')
  })
})

describe('a message of the wallet', () => {
  const walletKey = () =>
    parsePrivateKey(readFileSync(join(test.options.dataFolder, 'keys', 'wallet-1.private.pem'), 'utf8'))

  it("is verified with the wallet's own key when none is given", async () => {
    const { header } = await signSuperapp(messageOf(), { version: 1, privateKey: walletKey() })
    expect(await explained({ ...(await sent()), signer: 'WALLET', signature: header })).toMatchObject({
      verified: true,
    })
  })

  it('may be an answer of the REST scheme', async () => {
    const about = { timestamp: '1795438800123', nonce: 'n-2', body: '{"trade_no":"1"}' }
    const string = alipayV3AnswerString({ ...about, body: Buffer.from(about.body) })
    const signature = await signAlipayV3(string, walletKey())
    const given = { family: 'ALIPAY_V3', kind: 'ANSWER', appId: app.appId, ...about, signature }
    expect(await explained(given)).toMatchObject({ verified: true })
    const changed = await explained({ ...given, body: '{"trade_no": "1"}' })
    expect(causesOf(changed)).toEqual(['BODY_RESERIALISED'])
  })

  it("is not verified with one's own public key, and that is the cause", async () => {
    const parameters = { app_id: app.appId, notify_id: '1', sign_type: 'RSA2', trade_status: 'TRADE_SUCCESS' }
    const sign = await signAlipay(alipayNotificationString(parameters), walletKey())
    const publicKey = (await test.sandbox.server.rooms.merchants.client(app.clientId)).keys[0]!.publicKey
    const answer = await explained({
      family: 'ALIPAY',
      kind: 'NOTIFICATION',
      signer: 'WALLET',
      parameters: { ...parameters, sign },
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    })
    expect(causesOf(answer)).toEqual(['OTHER_SIDES_KEY'])
    expect(answer.faults[0]!.sentence).toContain('your own app')
  })

  it('is not verified with a private key, which is named and never repeated', async () => {
    const request = { ...(await sent()), signer: 'WALLET', publicKey: app.privateKey }
    const answer = await explained(request)
    expect(causesOf(answer)).toContain('KEY_UNUSABLE')
    expect(JSON.stringify(answer)).not.toContain(app.privateKey.split('\n')[3])
  })
})

describe('refused, with what was expected', () => {
  it.each([
    ['nothing', {}, 400, 'INVALID_PARAMETER'],
    ['another family', { family: 'V3' }, 400, 'INVALID_PARAMETER'],
    ['parameters that are no text', { family: 'ALIPAY', parameters: { app_id: 1 } }, 400, 'INVALID_PARAMETER'],
    ['an unknown app', { family: 'ALIPAY', parameters: { app_id: '2021000000000000' } }, 404, 'CLIENT_UNKNOWN'],
    ['no app', { family: 'ALIPAY', parameters: 'a=b' }, 404, 'CLIENT_UNKNOWN'],
    [
      'a header that cannot be read',
      { family: 'ALIPAY_V3', method: 'POST', path: '/v3/', body: '', authorization: 'Bearer x' },
      400,
      'INVALID_PARAMETER',
    ],
    [
      'a header without an app',
      { family: 'ALIPAY_V3', method: 'POST', path: '/v3/', body: '', authorization: 'ALIPAY-SHA256withRSA a=b,sign=x' },
      404,
      'CLIENT_UNKNOWN',
    ],
    ['an app with NUL in its name', { family: 'ALIPAY', parameters: 'app_id=%00' }, 404, 'CLIENT_UNKNOWN'],
  ])('%s', async (_, body, status, code) => {
    const answer = await ask(body)
    expect([answer.status, (answer.body['error'] as { code: string }).code]).toEqual([status, code])
  })

  it.each([
    ['SUPERAPP', { family: 'SUPERAPP', method: 'POST' }, 'path'],
    ['ALIPAY', { family: 'ALIPAY' }, 'parameters'],
    ['ALIPAY_V3', { family: 'ALIPAY_V3', method: 'POST', path: '/v3/', body: '' }, 'authorization'],
    ['ALIPAY_V3, an answer', { family: 'ALIPAY_V3', kind: 'ANSWER', nonce: 'n', timestamp: '1', body: '' }, 'appId'],
    ['no family', { method: 'POST' }, 'family'],
    ['a member that every object has', { family: 'ALIPAY', parameters: 'a=b', constructor: 'x' }, 'constructor'],
    ['a misspelt member', { family: 'ALIPAY', parameters: 'a=b', signe: 'WALLET' }, 'signe'],
  ])('what is missing or misspelt of %s, by its own name', async (_, body, field) => {
    expect((await ask(body)).body['error']).toMatchObject({ code: 'INVALID_PARAMETER', field })
  })

  it("a private key as the merchant's public key, and never repeats it", async () => {
    const answer = await ask({ ...(await sent()), publicKey: app.privateKey })
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).toContain('private key')
    expect(JSON.stringify(answer.body)).not.toContain(app.privateKey.split('\n')[3])
  })

  it('a page of another origin', async () => {
    const headers = { origin: 'https://evil.example' }
    expect((await callAt(test.sandbox.url, sandboxPaths.explain, { body: await sent(), headers })).status).toBe(403)
  })
})
