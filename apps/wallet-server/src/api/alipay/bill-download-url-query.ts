/**
 * `alipay.data.dataservice.bill.downloadurl.query`: the address of the bill of a day or month that is over. May be repeated;
 * each address is new and can be used for 30 seconds. Source: alipay-openapi §6.7.
 */
import { AlipayBillQuery, WalletError, type AlipayBillAnswer } from '@tradepay/contract'
import { contentChecker } from '../merchant-door/check-content.ts'
import { createBillAddresses, type BillRequest } from './bill-address.ts'
import { hasRows } from './bill-file.ts'
import { daysOf, readBillType } from './bill-period.ts'
import { GatewayRefusal } from './errors.ts'
import type { Method } from './method.ts'

const check = contentChecker(AlipayBillQuery)

export const billDownloadUrlQuery: Method = {
  name: 'alipay.data.dataservice.bill.downloadurl.query',
  async answer({ client: { merchantId }, content, deps: { clock, settings }, rooms }) {
    const request = checked(content)
    const bill: BillRequest = { merchantId, type: readBillType(request.bill_type), date: request.bill_date }
    const days = daysOf(bill.date, clock.now(), settings.timeZone)
    if (!(await hasRows(rooms.statements, bill, days))) {
      throw new GatewayRefusal('NO_BILL_DATA', `Nothing moved in ${bill.date} that a ${bill.type} bill would tell of.`)
    }
    const node: AlipayBillAnswer = { bill_download_url: createBillAddresses(settings).make(bill, clock.now()) }
    return { node }
  },
}

/** This method has a word of its own for what the others call ACQ.INVALID_PARAMETER. */
function checked(content: unknown): AlipayBillQuery {
  try {
    return check(content)
  } catch (error) {
    if (!(error instanceof WalletError)) throw error
    throw new GatewayRefusal('INVAILID_ARGUMENTS', error.message)
  }
}
