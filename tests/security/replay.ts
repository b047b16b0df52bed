/**
 * Replays: every call of the life of orders, refunds and authorizations is made once and captured, and its bytes are sent again
 * and again to two servers, one of which is restarted meanwhile. None may have a second effect; where the family has a
 * window, what comes after it is refused, and where it has a nonce, what comes again at all.
 */
import { money } from '@tradepay/money'
import { Dice } from '../simulation/dice.ts'
import { gatewayCall, newestKeyOf, restCall, superappCall, type Family, type Sent, type Signer } from './messages.ts'
import { defaultSettings } from '@tradepay/wallet-server'
import type { Answer, Wallet } from './wallet.ts'

/** How many are on their way at once. */
const AT_ONCE = 8
const USER_PIN = '246810'

export interface Captured {
  family: Family
  what: string
  sent: Sent
}

export interface ReplayReport {
  replayed: number
  /** Refused because they came after their window, or again with their nonce. */
  refused: number
  /** What should never be, in words. */
  broken: string[]
}

/** Lives the whole life of some orders, over HTTP, and captures every call. @throws Error when a first call fails */
export async function capture(wallet: Wallet): Promise<Captured[]> {
  const captured: Captured[] = []
  for (const [index, signer] of wallet.signers.entries()) await captureOf(wallet, signer, index, captured)
  return captured
}

async function captureOf(wallet: Wallet, signer: Signer, index: number, captured: Captured[]): Promise<void> {
  const { rooms, clock } = wallet
  const by = newestKeyOf(signer)
  const now = clock.now()
  const { userId } = await rooms.users.register({
    name: 'Mei',
    loginId: `mei-${index}@example.com`,
    pin: USER_PIN,
    currencies: ['CNY'],
  })
  await rooms.topUps.give({ topUpId: `gift-${index}`, userId, amount: money('CNY', 1_000_000n) })
  const appId = `20210000000001${index}0`
  await wallet.publish(appId, by.clientId)
  const code = async (): Promise<string> =>
    (await rooms.authorizations.issueCode({ appId, userId, scopes: ['auth_base', 'auth_user'] })).authCode
  const confirm = async (tradeNo: unknown): Promise<void> => {
    const { amount } = await rooms.orders.find(String(tradeNo))
    await rooms.payments.confirm({ tradeNo: String(tradeNo), payerId: userId, amount })
  }

  /** Sends it for the first time, which must go well. */
  async function first(family: Family, what: string, sent: Sent): Promise<Record<string, unknown>> {
    const answer = await wallet.send(captured.length, sent)
    const content = contentOf(family, answer)
    if (!isGood(family, content)) throw new Error(`${what} failed at first: ${answer?.text}`)
    captured.push({ family, what, sent })
    return content
  }

  const superapp = async (path: string, content: object) =>
    first('superapp', path, await superappCall(by, `/v1${path}`, content, now))
  const pay = (number: string) =>
    superapp('/payments/pay', { paymentRequestId: number, paymentAmount: { currency: 'CNY', value: '1250' } })
  await confirm((await pay('s-paid'))['paymentId'])
  const half = { currency: 'CNY', value: '600' }
  await superapp('/payments/refund', { refundRequestId: 's-refund', paymentRequestId: 's-paid', refundAmount: half })
  await superapp('/payments/inquiryPayment', { paymentRequestId: 's-paid' })
  await superapp('/payments/inquiryRefund', { refundRequestId: 's-refund' })
  await pay('s-unpaid')
  await pay('s-taken-back')
  await superapp('/payments/cancelPayment', { paymentRequestId: 's-taken-back' })
  await confirm((await pay('s-given-back'))['paymentId'])
  await superapp('/payments/cancelPayment', { paymentRequestId: 's-given-back' })
  await superapp('/payments/cancelPayment', { paymentRequestId: 's-never-made' })
  const tokens = await superapp('/authorizations/applyToken', {
    grantType: 'AUTHORIZATION_CODE',
    authCode: await code(),
  })
  await superapp('/users/inquiryUserInfo', { accessToken: tokens['accessToken'] })
  const { refreshToken } = tokens
  const newer = await superapp('/authorizations/applyToken', { grantType: 'REFRESH_TOKEN', refreshToken })
  await superapp('/authorizations/cancelToken', { accessToken: newer['accessToken'] })

  const ways: ['alipay' | 'alipay-v3', (name: string, content: object) => Promise<Sent>][] = [
    ['alipay', (name, content) => gatewayCall(by, name, { biz_content: JSON.stringify(content) }, now)],
    ['alipay-v3', (name, content) => restCall(by, name, content, now, `nonce-${captured.length}`)],
  ]
  for (const [family, sign] of ways) {
    const call = async (name: string, content: object) => first(family, name, await sign(name, content))
    const create = (number: string) =>
      call('alipay.trade.create', {
        out_trade_no: `${family.replace('-', '_')}_${number}`,
        total_amount: '12.50',
        subject: 'Coffee',
      })
    const about = (number: string) => ({ out_trade_no: `${family.replace('-', '_')}_${number}` })
    await confirm((await create('paid'))['trade_no'])
    await call('alipay.trade.refund', { ...about('paid'), refund_amount: '6.00', out_request_no: 'refund-1' })
    await call('alipay.trade.query', about('paid'))
    await create('unpaid')
    await create('closed')
    await call('alipay.trade.close', about('closed'))
    await confirm((await create('given_back'))['trade_no'])
    await call('alipay.trade.cancel', about('given_back'))
  }
  const token = async (more: Record<string, string>) =>
    first('alipay', `token by ${more['grant_type']}`, await gatewayCall(by, 'alipay.system.oauth.token', more, now))
  const first1 = await token({ grant_type: 'authorization_code', code: await code() })
  await token({ grant_type: 'refresh_token', refresh_token: String(first1['refresh_token']) })
}

/** The members of a node, a result's answer, or a REST answer. */
function contentOf(family: Family, answer: Answer): Record<string, unknown> {
  const content = JSON.parse(answer?.text ?? '{}') as Record<string, unknown>
  if (family === 'alipay') return (Object.values(content)[0] ?? {}) as Record<string, unknown>
  return family === 'alipay-v3' ? { ...content, status: answer?.status } : content
}

function isGood(family: Family, content: Record<string, unknown>): boolean {
  if (family === 'superapp') return /^[SA]$/.test((content['result'] as { resultStatus: string }).resultStatus)
  return family === 'alipay' ? content['code'] === '10000' : content['status'] === 200
}

/** The word that says "too late", or "again". */
function refusalOf(family: Family, content: Record<string, unknown>): string {
  if (family === 'superapp') return String((content['result'] as { resultCode?: string } | undefined)?.resultCode)
  return String(content[family === 'alipay' ? 'sub_code' : 'code'])
}

const refusedWords: Record<Family, RegExp> = {
  superapp: /^TIMESTAMP_INVALID$/,
  alipay: /^isv\.invalid-timestamp$/,
  'alipay-v3': /^(invalid-timestamp|suspected-attack)$/,
}

/**
 * Replays so many: half of them inside every window, with a restart in the middle; then a quarter after the windows of minutes,
 * and a quarter after the one of a day.
 */
export async function tryReplays(
  wallet: Wallet,
  captured: readonly Captured[],
  { count, seed }: { count: number; seed: number },
): Promise<ReplayReport> {
  const report: ReplayReport = { replayed: 0, refused: 0, broken: [] }
  const dice = new Dice(seed)
  const minutes = defaultSettings.requestTimeToleranceSeconds + 1
  const day = defaultSettings.alipayTimestampToleranceSeconds

  /** @param refused the families whose every replay must be refused by now */
  async function round(share: number, refused: readonly Family[]): Promise<void> {
    let left = Math.ceil(count * share)
    const replay = async (): Promise<void> => {
      while (left-- > 0) {
        const { family, what, sent } = dice.pick(captured)
        const answer = await wallet.send(dice.below(2), sent)
        report.replayed += 1
        if (answer === null || answer.status >= 500) {
          report.broken.push(`${family} ${what} was answered ${answer?.status}: ${answer?.text}`)
          continue
        }
        if (!refused.includes(family)) continue
        const word = refusalOf(family, contentOf(family, answer))
        if (refusedWords[family].test(word)) report.refused += 1
        else report.broken.push(`${family} ${what} was not refused, but answered ${word}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, replay))
  }

  /** The state before and after must be one. */
  async function unchanged(when: string, work: () => Promise<void>): Promise<void> {
    await wallet.settle()
    const before = await wallet.state()
    await work()
    await wallet.settle()
    const after = await wallet.state()
    for (const table of Object.keys(before)) {
      if (before[table] !== after[table]) {
        report.broken.push(`${when}, the table ${table} changed from ${before[table]} to ${after[table]}`)
      }
    }
  }

  await unchanged('Within the window', async () => {
    await round(0.25, ['alipay-v3'])
    await wallet.restart(1)
    await round(0.25, ['alipay-v3'])
  })
  await wallet.settle({ seconds: minutes })
  await unchanged('After the window of minutes', () => round(0.25, ['superapp', 'alipay-v3']))
  await wallet.settle({ seconds: day })
  await unchanged('After the window of a day', () => round(0.25, ['superapp', 'alipay', 'alipay-v3']))
  return report
}
