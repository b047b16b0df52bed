/**
 * Who calls the gateway, and is it what they signed? App → form of the common parameters → time → signature, before
 * anything in biz_content is looked at (step 5). Source: alipay-openapi §1 and §2.
 */
import { verifyAlipayRequest, type AlipayParameters } from '@tradepay/signature'
import { explainAlipay } from '@tradepay/signature/explain'
import type { Explain } from '../merchant-door/explanation.ts'
import type { Clients } from '../merchant-door/fresh-keys.ts'
import { parseGmt8 } from '../merchant-door/times.ts'
import { identify, verifySignature, type VerifiedCall } from './client-signature.ts'
import { GatewayRefusal } from './errors.ts'
import { refuseSecondReading } from './one-reading.ts'

export interface VerifyRules {
  now: Date
  /** How far `timestamp` may be from now. Clients send the local time of their process, hence a wide default. */
  toleranceSeconds: number
  /** Says why a signature is refused, with the string that was expected, as the real gateway does. */
  explain: Explain
}

/** @throws WalletError CLIENT_UNKNOWN, CLIENT_DISABLED, KEY_UNKNOWN; GatewayRefusal for everything else */
export async function verifyRequest(
  parameters: AlipayParameters,
  clients: Clients,
  rules: VerifyRules,
): Promise<VerifiedCall> {
  const client = await identify(parameters['app_id'], clients)
  checkCommon(parameters)
  checkTime(parameters, rules)
  refuseSecondReading(parameters)
  const size = Object.entries(parameters).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  return verifySignature(client, clients, {
    signature: parameters['sign'] ?? '',
    algorithm: 'RSA2',
    verify: (publicKey) => verifyAlipayRequest(parameters, publicKey),
    explain: ({ clientId, keys }) =>
      rules.explain({ clientId, size }, (otherKeys) => explainAlipay({ parameters, keys, otherKeys })),
  })
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
