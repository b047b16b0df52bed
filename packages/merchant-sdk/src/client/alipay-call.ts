/**
 * One signed call of the Alipay family's gateway: parameters in, and the node of the answer, verified over its raw text.
 * Source: alipay-openapi §1 to §4.
 */
import type { KeyObject } from 'node:crypto'
import type { alipayGatewayPath, AlipayMethod } from '@tradepay/contract'
import { alipayNode, alipayRequestString, parsePrivateKey, signAlipay, verifyAlipayNode } from '@tradepay/signature'
import { TradePayError } from '../errors.ts'
import { parseWalletKeys } from '../wallet-keys.ts'
import { formatGmt8 } from '../wire/alipay.ts'
import { parseObject, readOptionalText, readText, type JsonObject } from '../wire/json.ts'
import { exchange, type CallRules, type HttpAnswer, type HttpCall } from './exchange.ts'
import type { CompleteOptions } from './options.ts'
import { alipayReason, isUnknownAlipay } from './reasons.ts'
import { notVerified, understand } from './understand.ts'

/** What a call carries beside the common parameters. */
export interface AlipayContent {
  /** Business parameters; members that are undefined are left out. */
  bizContent?: object
  /** Parameters beside it: `notify_url`, `auth_token`, `grant_type`, … */
  parameters?: Readonly<Record<string, string | undefined>>
}

const gatewayPath: typeof alipayGatewayPath = '/gateway.do'

export class AlipayCall {
  readonly #options: CompleteOptions
  readonly #url: URL
  readonly #privateKey: KeyObject
  readonly #walletKeys: KeyObject[]

  /** @throws KeyError when a key cannot be used */
  constructor(options: CompleteOptions) {
    this.#options = options
    this.#url = new URL(options.baseUrl + gatewayPath)
    this.#privateKey = parsePrivateKey(options.privateKey)
    // The family names no key version: any of the wallet's keys may have signed.
    this.#walletKeys = parseWalletKeys(options.walletPublicKey).candidates(null)
  }

  /**
   * @returns the node of a success
   * @throws TradePayError for everything but a verified 10000
   */
  send(method: AlipayMethod, content: AlipayContent, rules: CallRules): Promise<JsonObject> {
    return exchange(
      this.#options,
      rules,
      () => this.#sign(method, content),
      async (answer) => judge(rules, answer, await this.#verify(method, rules.requestId, answer)),
    )
  }

  /** Common parameters stand in the query; everything else, tokens too, in the form. */
  async #sign(method: AlipayMethod, { bizContent, parameters = {} }: AlipayContent): Promise<HttpCall> {
    const common = {
      app_id: this.#options.clientId,
      method,
      format: 'JSON',
      charset: 'utf-8',
      sign_type: 'RSA2',
      timestamp: formatGmt8(this.#options.clock.now()),
      version: '1.0',
    }
    const own = withoutEmpty({
      ...parameters,
      biz_content: bizContent === undefined ? undefined : JSON.stringify(bizContent),
    })
    const sign = await signAlipay(alipayRequestString({ ...common, ...own }), this.#privateKey)
    const url = new URL(this.#url)
    url.search = new URLSearchParams({ ...common, sign }).toString()
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }
    return { url, method: 'POST', headers, body: Buffer.from(new URLSearchParams(own).toString()) }
  }

  /** @returns the raw text of the node, which the wallet has signed */
  async #verify(method: AlipayMethod, requestId: string, { status, body }: HttpAnswer): Promise<string> {
    const text = body.toString()
    const node = alipayNode(text, `${method.replaceAll('.', '_')}_response`) ?? alipayNode(text, 'error_response')
    const sign = signOf(text)
    if (node === null || sign === null) {
      throw notVerified(status, requestId, 'It has no signed node of this method.')
    }
    for (const key of this.#walletKeys) if ((await verifyAlipayNode(node, sign, key)) !== null) return node
    throw notVerified(status, requestId, 'The signature does not match the bytes received.')
  }
}

function judge({ requestId }: CallRules, { status }: HttpAnswer, node: string): JsonObject {
  const content = understand(requestId, () => parseObject(Buffer.from(node)), status)
  // Where tokens are given there may be no code (§6.8).
  if (content['code'] === '10000' || (content['code'] === undefined && 'access_token' in content)) return content
  const { code, subCode, message } = understand(
    requestId,
    () => ({
      code: readText(content, 'code'),
      subCode: readOptionalText(content, 'sub_code'),
      message: readOptionalText(content, 'sub_msg', 16_384) ?? readOptionalText(content, 'msg', 16_384) ?? '',
    }),
    status,
  )
  const isUnknown = isUnknownAlipay(code, subCode) || content['retry_flag'] === 'Y'
  const name = subCode ?? code
  const reason = alipayReason(name)
  throw new TradePayError(
    isUnknown
      ? `The wallet does not know the outcome yet: ${name}. Inquire, or repeat with the same number.`
      : `The wallet refused: ${name}. ${message}`,
    { code: name, reason: isUnknown && reason === 'OTHER' ? 'UNKNOWN' : reason, status, requestId, isUnknown },
  )
}

/** The signature beside the node; null when the answer is not JSON, or has none. */
function signOf(text: string): string | null {
  try {
    const envelope = parseObject(Buffer.from(text))
    return typeof envelope['sign'] === 'string' ? envelope['sign'] : null
  } catch {
    return null
  }
}

/** Empty values are never sent: clients and gateways disagree about whether they are signed (§2). */
function withoutEmpty(parameters: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  )
}
