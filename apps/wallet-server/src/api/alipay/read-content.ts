/**
 * Reads biz_content, the JSON text that carries a method's own parameters. Source: alipay-openapi §1.
 */
import type { AlipayParameters } from '@tradepay/signature'
import { GatewayRefusal } from './errors.ts'

/**
 * @returns what was parsed, and the source text: numbers are read from it digit by digit
 * @throws GatewayRefusal isv.invalid-parameter, isv.illegal-json
 */
export function readContent(parameters: AlipayParameters): { content: unknown; source: string } {
  const source = parameters['biz_content'] ?? ''
  if (source === '') throw new GatewayRefusal('isv.invalid-parameter', 'The parameter biz_content is missing.')
  try {
    return { content: JSON.parse(source) as unknown, source }
  } catch {
    throw new GatewayRefusal('isv.illegal-json', 'biz_content is not JSON.')
  }
}
