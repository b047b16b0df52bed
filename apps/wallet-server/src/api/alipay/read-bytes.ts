/**
 * How both forms of this family, the gateway and REST, take what comes in: bodies stay bytes until they are verified, and what
 * the framework refuses is refused in the family's words.
 */
import { ALIPAY_BODY_LIMIT, WalletError } from '@tradepay/contract'
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'

/** Keeps every body of this scope as bytes, whatever type it claims to have; at most {@link ALIPAY_BODY_LIMIT} of them. */
export function keepBytes(http: FastifyInstance): void {
  http.removeAllContentTypeParsers()
  http.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: ALIPAY_BODY_LIMIT }, (_request, body, done) =>
    done(null, body),
  )
}

/** The bytes of a body; none for a request without one. */
export const bytesOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))

/** What the framework refuses (too large, cut off, a Content-Type that is none), as a refusal of the wallet. */
export function frameworkRefusal(error: FastifyError): unknown {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new WalletError('BODY_TOO_LARGE', {}, `The body is larger than ${ALIPAY_BODY_LIMIT} bytes.`)
  }
  return error.statusCode !== undefined && error.statusCode < 500 ? new WalletError('BODY_MALFORMED') : error
}
