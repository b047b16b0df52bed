/**
 * Who calls the gateway, and is it what they signed? App → form of the common parameters → time → signature, before
 * anything in biz_content is looked at (step 5). Source: alipay-openapi §1 and §2.
 */
import { WalletError, type RecordedSignature } from '@tradepay/contract'
import { alipayRequestString, verifyAlipayRequest, type AlipayParameters } from '@tradepay/signature'
import type { Client, MerchantService } from '../../merchant/types.ts'
import { parseGmt8 } from '../merchant-door/times.ts'
import { GatewayRefusal } from './errors.ts'

export interface VerifiedCall {
  client: Client
  signature: RecordedSignature
}

export interface VerifyRules {
  now: Date
  /** How far `timestamp` may be from now. Clients send the local time of their process, hence a wide default. */
  toleranceSeconds: number
  /** Whether a refused signature is answered with the string that was expected, as the real gateway does. */
  explain: boolean
}

/** @throws WalletError CLIENT_UNKNOWN, CLIENT_DISABLED, KEY_UNKNOWN; GatewayRefusal for everything else */
export async function verifyRequest(
  parameters: AlipayParameters,
  merchants: Pick<MerchantService, 'client'>,
  rules: VerifyRules,
): Promise<VerifiedCall> {
  const client = await identify(parameters, merchants)
  checkCommon(parameters)
  checkTime(parameters, rules)
  if (client.keys.length === 0) {
    throw new WalletError('KEY_UNKNOWN', {}, 'No public key is registered for this app.')
  }
  // The protocol names no key version: each active key is tried, the newest first, so that keys can be rotated.
  for (const { version, publicKey } of client.keys) {
    const stringToSign = await verifyAlipayRequest(parameters, publicKey)
    if (stringToSign === null) continue
    return {
      client,
      signature: {
        stringToSign,
        signature: parameters['sign'] ?? '',
        algorithm: 'RSA2',
        keyVersion: version,
        signedBy: 'MERCHANT',
        verified: true,
      },
    }
  }
  const expected = rules.explain ? ` The string that this gateway verified: ${alipayRequestString(parameters)}` : ''
  throw new GatewayRefusal(
    'isv.invalid-signature',
    `The signature does not match: check the string you sign, and that your private key belongs to the registered public key.${expected}`,
  )
}

async function identify(parameters: AlipayParameters, merchants: Pick<MerchantService, 'client'>): Promise<Client> {
  const appId = parameters['app_id'] ?? ''
  if (appId === '') throw new GatewayRefusal('isv.missing-app-id', 'The parameter app_id is missing.')
  // Longer or stranger than any id of this wallet: not worth a look.
  if (!/^[\x21-\x7e]{1,64}$/.test(appId)) throw new WalletError('CLIENT_UNKNOWN')
  return merchants.client(appId)
}

function checkCommon(parameters: AlipayParameters): void {
  const { sign_type: signType = '', sign = '', charset = '', format = '', version = '' } = parameters
  if (signType === '')
    throw new GatewayRefusal('isv.missing-signature-type', 'The parameter sign_type is missing: send RSA2.')
  if (signType !== 'RSA2')
    throw new GatewayRefusal('isv.invalid-signature-type', 'sign_type is RSA2 (SHA256withRSA) here.')
  if (sign === '') throw new GatewayRefusal('isv.missing-signature', 'The parameter sign is missing.')
  if (!/^(utf-?8)?$/i.test(charset)) throw new GatewayRefusal('isv.invalid-charset', 'charset is utf-8 here.')
  if (!/^(json)?$/i.test(format)) throw new GatewayRefusal('isv.invalid-format', 'format is JSON.')
  if (version === '') throw new GatewayRefusal('isv.missing-version', 'The parameter version is missing: send 1.0.')
  if (version !== '1.0') throw new GatewayRefusal('isv.invalid-parameter', 'version is 1.0.')
  if ((parameters['encrypt_type'] ?? '') !== '') {
    throw new GatewayRefusal(
      'isv.invalid-parameter',
      'Encrypted biz_content is not offered here: leave encrypt_type out.',
    )
  }
}

function checkTime(parameters: AlipayParameters, { now, toleranceSeconds }: VerifyRules): void {
  const text = parameters['timestamp'] ?? ''
  if (text === '') throw new GatewayRefusal('isv.missing-timestamp', 'The parameter timestamp is missing.')
  const time = parseGmt8(text)
  if (!time) throw new GatewayRefusal('isv.invalid-timestamp', 'timestamp is yyyy-MM-dd HH:mm:ss in GMT+8.')
  if (Math.abs(time.getTime() - now.getTime()) > toleranceSeconds * 1000) {
    throw new GatewayRefusal(
      'isv.invalid-timestamp',
      `timestamp is more than ${toleranceSeconds} seconds away from now: send the present time in GMT+8.`,
    )
  }
}
