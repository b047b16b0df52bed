/** What the two families send after a payment (step 18), and what they take for an acknowledgement. */
import { generateKeyPairSync } from 'node:crypto'
import { money } from '@tradepay/money'
import {
  parsePrivateKey,
  parsePublicKey,
  parseSignatureHeader,
  decodeSignature,
  signSuperapp,
  verifyAlipayNotification,
  verifySuperapp,
} from '@tradepay/signature'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alipayNotifications } from '../src/api/alipay/notify.ts'
import { superappNotifications } from '../src/api/superapp/notify.ts'
import type { Notification } from '../src/notification/types.ts'
import type { OutgoingAnswer, OutgoingRequest } from '../src/ports.ts'
import { callAlipay, callSuperapp, openDoors, payRequest, tradeRequest, type Doors } from './merchant-doors.ts'
import { aUser, testWalletKey } from './support/index.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors()
})
afterAll(() => doors.close())

const shop = 'https://shop.example'
const acknowledged: OutgoingAnswer = {
  status: 200,
  headers: {},
  body: Buffer.from('{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'),
}
const success: OutgoingAnswer = { status: 200, headers: {}, body: Buffer.from('success') }

/** Pays an order and answers the requests that the shop gets, one for each of the given answers. */
async function payAndDeliver(tradeNo: string, answers: OutgoingAnswer[]): Promise<OutgoingRequest[]> {
  const user = await aUser(doors)
  await doors.rooms.payments.confirm({ tradeNo, payerId: user.userId, amount: money('CNY', 1250n) })
  const before = doors.transport.to(shop).length
  const left = [...answers]
  doors.transport.on(shop, () => left.shift()!)
  while (left.length > 0) {
    await doors.rooms.notifications.deliverDue()
    doors.clock.advance({ hours: 16 })
  }
  return doors.transport.to(shop).slice(before)
}

describe('the super-app family', () => {
  const create = async (about = {}) => {
    const request = payRequest(about)
    const { body } = await callSuperapp(doors, { body: request })
    return { tradeNo: String(body['paymentId']), requestId: String(request['paymentRequestId']) }
  }

  test('tells everything about the payment, signed over the path of the notify address', async () => {
    const { tradeNo, requestId } = await create({
      paymentNotifyUrl: `${shop}/pay/notify?shop=1`,
      extendInfo: '{"table":"7"}',
    })
    const paidAt = doors.clock.now()
    const [request] = await payAndDeliver(tradeNo, [acknowledged])
    const { clientId, merchantId } = doors.merchant.client
    expect(request).toMatchObject({ method: 'POST', url: `${shop}/pay/notify?shop=1` })
    expect(request!.headers).toMatchObject({ 'Client-Id': clientId, 'Content-Type': 'application/json; charset=UTF-8' })
    expect(JSON.parse(request!.body!.toString())).toEqual({
      partnerId: merchantId,
      paymentId: tradeNo,
      paymentRequestId: requestId,
      paymentAmount: { currency: 'CNY', value: '1250' },
      paymentStatus: 'SUCCESS',
      paymentResult: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: expect.any(String) },
      paymentTime: `${paidAt.toISOString().slice(0, 19)}Z`,
      paymentCreateTime: `${paidAt.toISOString().slice(0, 19)}Z`,
      extendInfo: '{"table":"7"}',
      orderSequence: '2',
    })
    const signature = decodeSignature(parseSignatureHeader(request!.headers['Signature']!).signature)!
    const message = {
      method: 'POST',
      uri: '/pay/notify',
      clientId,
      time: request!.headers['Request-Time']!,
      body: request!.body!,
    }
    expect(await verifySuperapp(message, signature, parsePublicKey(testWalletKey().publicKey))).not.toBeNull()
  })

  test('says the same on each attempt, with a new time and signature', async () => {
    const { tradeNo } = await create()
    const requests = await payAndDeliver(tradeNo, [{ ...acknowledged, status: 500 }, acknowledged])
    expect(requests).toHaveLength(2)
    expect(requests[0]!.body).toEqual(requests[1]!.body)
    expect(requests[0]!.headers['Request-Time']).not.toBe(requests[1]!.headers['Request-Time'])
    expect(requests[0]!.headers['Signature']).not.toBe(requests[1]!.headers['Signature'])
    expect(await doors.rooms.notifications.of(tradeNo)).toMatchObject([{ state: 'DELIVERED', attempts: 2 }])
  })

  const family = () => superappNotifications(doors.deps, doors.rooms.merchants)
  const about = (): Notification => ({
    notificationId: '1',
    bucket: 1,
    clientId: doors.merchant.client.clientId,
    family: 'SUPERAPP',
    url: `${shop}/notify?a=1`,
    subjectId: '1',
    sequence: 2,
    event: {},
    state: 'DUE',
    attempts: 0,
  })
  const json = (text: string, status = 200): OutgoingAnswer => ({ status, headers: {}, body: Buffer.from(text) })

  test.each([
    ['another status', json(acknowledged.body.toString(), 201), /201 instead of 200/],
    ['F', json('{"result":{"resultStatus":"F"}}'), /"F" instead of "S"/],
    ['U', json('{"result":{"resultStatus":"U"}}'), /"U" instead of "S"/],
    ['no result', json('{}'), /missing/],
    ['null', json('null'), /missing/],
    ['a result that is a word', json('{"result":"S"}'), /missing/],
    ['the word of the other family', json('success'), /not JSON/],
    ['nothing', json(''), /not JSON/],
  ])('%s is no acknowledgement', async (_, answer, reason) => {
    expect(await family().judge(answer, about())).toEqual({ accepted: false, reason: expect.stringMatching(reason) })
  })

  test('an unsigned acknowledgement is taken', async () => {
    expect(await family().judge(acknowledged, about())).toEqual({ accepted: true })
  })

  const signed = async (change: Partial<{ uri: string; key: string; version: number; drop: string }> = {}) => {
    const time = doors.clock.now().toISOString()
    const { clientId } = doors.merchant.client
    const { header } = await signSuperapp(
      { method: 'POST', uri: change.uri ?? '/notify', clientId, time, body: acknowledged.body },
      { version: change.version ?? 1, privateKey: parsePrivateKey(change.key ?? doors.merchant.privateKey) },
    )
    const headers: Record<string, string> = { 'client-id': clientId, 'response-time': time, signature: header }
    if (change.drop) delete headers[change.drop]
    return { ...acknowledged, headers }
  }

  test('a signed acknowledgement is taken when it verifies, over the path with or without its query', async () => {
    expect(await family().judge(await signed(), about())).toEqual({ accepted: true })
    expect(await family().judge(await signed({ uri: '/notify?a=1' }), about())).toEqual({ accepted: true })
  })

  test('a signed acknowledgement that does not verify is none', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const wrong = [
      [await signed({ uri: '/other' }), /does not match/],
      [await signed({ key: privateKey }), /does not match/],
      [await signed({ version: 9 }), /version 9/],
      [await signed({ drop: 'response-time' }), /Response-Time/],
      [{ ...acknowledged, headers: { signature: 'x', 'response-time': 'y' } }, /could not be checked/],
    ] as const
    for (const [answer, reason] of wrong) {
      expect(await family().judge(answer, about())).toEqual({ accepted: false, reason: expect.stringMatching(reason) })
    }
  })

  test('an event that this family has no words for is an error, not a wrong message', async () => {
    await expect(family().render({ ...about(), event: { type: 'SOMETHING' } }, new Date(0))).rejects.toThrow(
      /SOMETHING/,
    )
  })
})

describe('the Alipay family', () => {
  const create = async (about = {}) => {
    const content = tradeRequest(about)
    const { node } = await callAlipay(doors, { content, parameters: { notify_url: `${shop}/alipay` } })
    return { tradeNo: String(node['trade_no']), outTradeNo: String(content['out_trade_no']) }
  }
  const fieldsOf = (request: OutgoingRequest) => Object.fromEntries(new URLSearchParams(request.body!.toString()))

  test('sends a signed form with every fact and no empty value', async () => {
    const { tradeNo, outTradeNo } = await create({ subject: '拿铁 100% + milk', passback_params: 'a%3D1' })
    const [request] = await payAndDeliver(tradeNo, [success])
    expect(request!.headers['Content-Type']).toBe('application/x-www-form-urlencoded; charset=utf-8')
    const fields = fieldsOf(request!)
    expect(Object.values(fields)).not.toContain('')
    expect(fields).toMatchObject({
      notify_type: 'trade_status_sync',
      app_id: doors.merchant.client.clientId,
      seller_id: doors.merchant.merchant.merchantId,
      trade_no: tradeNo,
      out_trade_no: outTradeNo,
      trade_status: 'TRADE_SUCCESS',
      total_amount: '12.50',
      subject: '拿铁 100% + milk',
      passback_params: 'a%3D1',
      sign_type: 'RSA2',
      gmt_payment: expect.stringMatching(/^2026-03-\d\d \d\d:00:00$/),
    })
    expect(fields).not.toHaveProperty('body')
    expect(await verifyAlipayNotification(fields, parsePublicKey(testWalletKey().publicKey))).not.toBeNull()
  })

  test('notify_id is the same for each resend; the time and the signature are new', async () => {
    const { tradeNo } = await create()
    const requests = await payAndDeliver(tradeNo, [{ ...success, status: 502 }, success])
    const [first, second] = requests.map(fieldsOf)
    expect(first!['notify_id']).toBe(second!['notify_id'])
    expect(first!['notify_time']).not.toBe(second!['notify_time'])
    expect(first!['sign']).not.toBe(second!['sign'])
    expect({ ...first, notify_time: '', sign: '' }).toEqual({ ...second, notify_time: '', sign: '' })
  })

  test.each([
    ['a line end after it', 200, 'success\n', /"success\\n"/],
    ['capitals', 200, 'SUCCESS', /"SUCCESS"/],
    ['fail', 200, 'fail', /"fail"/],
    ['quotes', 200, '"success"', /exactly "success"/],
    ['nothing', 200, '', /""/],
    ['a page', 200, `<html>${'x'.repeat(100)}`, /…/],
    ['another status', 201, 'success', /201 instead of 200/],
    ['a redirect', 302, 'success', /302 instead of 200/],
  ])('%s is no acknowledgement', async (_, status, body, reason) => {
    const verdict = await alipayNotifications(doors.deps, doors.rooms.merchants).judge(
      { status, headers: {}, body: Buffer.from(body) },
      { event: {} } as unknown as Notification,
    )
    expect(verdict).toEqual({ accepted: false, reason: expect.stringMatching(reason) })
  })

  test('the seven bytes acknowledge', async () => {
    const { tradeNo } = await create()
    await payAndDeliver(tradeNo, [success])
    expect(await doors.rooms.notifications.of(tradeNo)).toMatchObject([{ state: 'DELIVERED', attempts: 1 }])
  })
})
