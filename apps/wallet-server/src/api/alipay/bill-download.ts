/**
 * GET /alipay/bill.zip: the bill behind an address of `alipay.data.dataservice.bill.downloadurl.query`. Whoever holds the
 * address may download it until it ends; nobody signs in. May be repeated.
 */
import { ALIPAY_BILL_SECONDS, alipayBillPath, WalletError, type ApiError } from '@tradepay/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import { errorHandler } from '../send-error.ts'
import { createBillAddresses } from './bill-address.ts'
import { billFile } from './bill-file.ts'
import { daysOf } from './bill-period.ts'
import { queryOf } from './read-parameters.ts'

export async function billDownload(
  http: FastifyInstance,
  { deps: { clock, settings }, rooms }: { deps: Deps; rooms: Rooms },
): Promise<void> {
  const addresses = createBillAddresses(settings)
  http.setErrorHandler(errorHandler)

  http.get(alipayBillPath, async (request, reply) => {
    const now = clock.now()
    const bill = addresses.read(queryOf(request.url), now)
    void reply.header('cache-control', 'no-store')
    if (bill === 'WRONG') return refuse(reply, 403, 'SIGNATURE_INVALID', 'This wallet has not given this address.')
    if (bill === 'EXPIRED') {
      const message = `The address is usable for ${ALIPAY_BILL_SECONDS} seconds, and they are over.`
      return refuse(reply, 410, 'REQUEST_TIME_INVALID', message)
    }
    const file = await billFile(rooms.statements, bill, daysOf(bill.date, now, settings.timeZone), now)
    const name = `${bill.merchantId}_${bill.date}_${bill.type}.zip`
    return reply
      .header('content-type', 'application/zip')
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(file)
  })
}

function refuse(reply: FastifyReply, status: number, code: WalletError['code'], message: string): FastifyReply {
  const action = 'Ask for a new address with alipay.data.dataservice.bill.downloadurl.query.'
  const body: ApiError = { error: { code, message, action } }
  return reply.status(status).send(body)
}
