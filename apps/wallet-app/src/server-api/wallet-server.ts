/**
 * The wallet server in the words of the contract: every call the app makes, typed. It keeps the CSRF token fresh, and
 * tells when the server no longer knows the session.
 */
import {
  cashierPaths,
  sandboxPaths,
  walletPaths,
  type AddTimelineRequest,
  type AuthCodeAnswer,
  type AuthCodeRequest,
  type BalanceAnswer,
  type BankAccountsAnswer,
  type CancelCashierAnswer,
  type ConfirmPaymentAnswer,
  type ConfirmPaymentRequest,
  type InquireCashierAnswer,
  type MovementsAnswer,
  type OpenCashierAnswer,
  type OpenCashierRequest,
  type OrderStringAnswer,
  type OrderStringRequest,
  type PeopleAnswer,
  type ProgramAnswer,
  type ProgramsAnswer,
  type RelayAnswer,
  type RelayRequest,
  type SessionAnswer,
  type SignInRequest,
  type TopUpAnswer,
  type TopUpRequest,
} from '@tradepay/contract'
import { createCaller, type CallOptions, type CallPorts } from './call.ts'
import { ServerError } from './server-error.ts'

export type WalletServer = ReturnType<typeof createWalletServer>

/** Makes the server of one page. `onSessionLost` is told when a call finds nobody signed in. */
export function createWalletServer(ports: CallPorts, onSessionLost: () => void = () => undefined) {
  const caller = createCaller(ports)
  let userId: string | null = null

  async function session(): Promise<SessionAnswer> {
    const answer = await caller.call<SessionAnswer>(walletPaths.session)
    caller.setCsrfToken(answer.csrfToken)
    userId = answer.user?.userId ?? null
    return answer
  }

  /**
   * A call of the signed-in user. Another tab may have signed in again and changed the token: the session is read once
   * more, and the call repeated only if it is still the same person's, because a refused call has changed nothing.
   */
  async function call<T>(path: string, options?: CallOptions): Promise<T> {
    try {
      return await caller.call<T>(path, options)
    } catch (error) {
      if (!(error instanceof ServerError)) throw error
      if (error.code === 'SESSION_REQUIRED') onSessionLost()
      if (error.code !== 'CSRF_REFUSED') throw error
      const before = userId
      await session()
      if (userId !== null && userId === before) return await caller.call<T>(path, options)
      onSessionLost()
      throw error
    }
  }

  const post = <T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> =>
    call<T>(path, { ...options, method: 'POST', body })

  return {
    session,
    /** Half of the shortest answer's time, ms: about how long a message is on its way to the server. */
    oneWayMs: (): number => caller.roundTripMs() / 2,

    /** Signs in with login and PIN. @throws ServerError LOGIN_REFUSED, PIN_LOCKED */
    async signIn(request: SignInRequest): Promise<SessionAnswer> {
      await caller.call(walletPaths.session, { method: 'POST', body: request })
      return session()
    },
    async signOut(): Promise<SessionAnswer> {
      await call(walletPaths.session, { method: 'DELETE' })
      return session()
    },
    programs: () => call<ProgramsAnswer>(walletPaths.programs),
    program: (appId: string) => call<ProgramAnswer>(`${walletPaths.programs}/${encodeURIComponent(appId)}`),
    /** A packed program, from the wallet's own origin. The caller knows its shape. */
    package: <T>(packageUrl: string) => call<T>(packageUrl, { timeoutMs: 30_000 }),
    balance: () => call<BalanceAnswer>(walletPaths.balance),
    movements: (before: string | null, limit = 20) =>
      call<MovementsAnswer>(
        `${walletPaths.movements}?limit=${limit}${before === null ? '' : `&before=${encodeURIComponent(before)}`}`,
      ),
    bankAccounts: () => call<BankAccountsAnswer>(walletPaths.bankAccounts),
    /** Its end is never guessed: with the same number it may be sent, and asked for, again. */
    topUp: {
      send: (request: TopUpRequest) => post<TopUpAnswer>(walletPaths.topUps, request, { timeoutMs: 20_000 }),
      inquire: (topUpId: string) =>
        call<TopUpAnswer>(`${walletPaths.topUps}/${encodeURIComponent(topUpId)}`, { timeoutMs: 8_000 }),
    },
    authCode: (request: AuthCodeRequest) => post<AuthCodeAnswer>(walletPaths.authCodes, request),
    /** The relay has its own limit, inside the request; ours is a little longer so that its answer comes first. */
    relay: (request: RelayRequest) =>
      post<RelayAnswer>(walletPaths.relay, request, { timeoutMs: request.timeoutMs + 5_000 }),

    cashier: {
      /** May be sent again: the same string leads to the same order. */
      takeOrderString: (request: OrderStringRequest) => post<OrderStringAnswer>(cashierPaths.orderString, request),
      open: (request: OpenCashierRequest) => post<OpenCashierAnswer>(cashierPaths.open, request),
      /** Its end is never guessed: a ServerError of fate UNKNOWN means that the money may have moved. */
      confirm: (request: ConfirmPaymentRequest) =>
        post<ConfirmPaymentAnswer>(cashierPaths.confirm, request, { timeoutMs: 20_000 }),
      cancel: (tradeNo: string) => post<CancelCashierAnswer>(cashierPaths.cancel, { tradeNo }, { keepalive: true }),
      inquire: (tradeNo: string) => post<InquireCashierAnswer>(cashierPaths.inquire, { tradeNo }, { timeoutMs: 8_000 }),
    },

    sandbox: {
      people: () => caller.call<PeopleAnswer>(sandboxPaths.people),
      /** Signs a seeded person in without a PIN. */
      async signInAs(id: string): Promise<SessionAnswer> {
        await caller.call(sandboxPaths.sessions, { method: 'POST', body: { userId: id } })
        return session()
      },
      addTimeline: (tradeNo: string, request: AddTimelineRequest) =>
        post<unknown>(sandboxPaths.timeline(tradeNo), request, { keepalive: true }),
    },
  }
}
