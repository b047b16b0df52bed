/**
 * Messages that were really signed, as the explainer takes them: right ones, and ones with a mistake that people make.
 */
import {
  alipayNotificationString,
  alipayRequestString,
  alipayV3AnswerString,
  alipayV3RequestString,
  formatAlipayV3Authorization,
  parsePrivateKey,
  signAlipay,
  signAlipayV3,
  signSuperapp,
} from '@tradepay/signature'
import keys from '@tradepay/signature/vectors/keys.json' with { type: 'json' }

/** The integration app of every sandbox, whose key is that of the shared vectors where the fuzzing plays. */
const CLIENT = '2021202000000002'
const merchantKey = parsePrivateKey(keys.merchant.privatePkcs8)
const walletKey = parsePrivateKey(keys.wallet.privatePkcs8)
const text = '{"paymentRequestId":"coffee-1","refreshToken":"hush-hush"}'
const body = Buffer.from(text)

let made: Promise<object[]> | null = null
/** Made once. */
export const signedSamples = (): Promise<object[]> => (made ??= make())

async function make(): Promise<object[]> {
  const message = { method: 'POST', path: '/v1/payments/pay', clientId: CLIENT, time: '2026-11-22T21:00:00+08:00' }
  const superapp = async (uri: string, privateKey = merchantKey): Promise<object> => {
    const { header } = await signSuperapp({ ...message, uri, body }, { version: 1, privateKey })
    return { family: 'SUPERAPP', ...message, signature: header, body: text }
  }
  const parameters = { app_id: CLIENT, method: 'alipay.trade.query', sign_type: 'RSA2', biz_content: '{"a":"b c"}' }
  const sign = await signAlipay(alipayRequestString(parameters), merchantKey)
  const notification = { app_id: CLIENT, notify_id: '1', sign_type: 'RSA2', trade_status: 'TRADE_SUCCESS' }
  const authString = `app_id=${CLIENT},nonce=n-1,timestamp=1795438800123`
  const call = { method: 'POST', path: '/v3/alipay/trade/query', body: '{"auth_token":"hush-hush"}' }
  const string = alipayV3RequestString({ authString, ...call, uri: call.path, body: Buffer.from(call.body) })
  const v3 = async (signed: Buffer): Promise<object> => {
    const authorization = formatAlipayV3Authorization({ authString, sign: await signAlipayV3(signed, merchantKey) })
    return { family: 'ALIPAY_V3', ...call, authorization }
  }
  const answer = { timestamp: '1795438800123', nonce: 'n-2', body: '{"trade_no":"1"}' }
  const ofAnswer = alipayV3AnswerString({ ...answer, body: Buffer.from(answer.body) })
  return [
    await superapp(message.path),
    await superapp(`http://127.0.0.1:4100${message.path}`),
    await superapp(message.path, walletKey),
    { family: 'ALIPAY', parameters: { ...parameters, sign } },
    { family: 'ALIPAY', parameters: new URLSearchParams({ ...parameters, sign }).toString() },
    {
      family: 'ALIPAY',
      kind: 'NOTIFICATION',
      signer: 'WALLET',
      parameters: { ...notification, sign: await signAlipay(alipayNotificationString(notification), walletKey) },
    },
    await v3(string),
    await v3(string.subarray(0, -1)),
    {
      family: 'ALIPAY_V3',
      kind: 'ANSWER',
      appId: CLIENT,
      ...answer,
      signature: await signAlipayV3(ofAnswer, walletKey),
    },
  ]
}
