/**
 * What each API of the table does in the host, behind the checks of the dispatch: the wallet's drawing, the page stack,
 * and the handlers that only the wallet has.
 */
import { myErrors } from '@tradepay/contract'
import { isRecord } from '../bridge/plain.ts'
import type { PackedProgram } from '../package-format.ts'
import type { ApiHandler, CallResult } from './api-dispatch.ts'
import type { Params } from './check-params.ts'
import type { Dialogues } from './dialogues.ts'
import { barOf, type HostPage } from './host-page.ts'
import type { PageStack } from './page-stack.ts'
import type { ProgramStorage } from './program-storage.ts'
import { decodeResult, encodeRequest } from './request.ts'
import { createRequestQueue } from './request-queue.ts'
import { createTradePay } from './trade-pay.ts'
import { ApiFailure, type Handlers } from './types.ts'

export interface HandlerDeps {
  program: PackedProgram
  stack: PageStack
  dialogues: Dialogues
  storage: () => ProgramStorage
  wallet: Handlers
  /** Takes the frames out of reach of keys and touches while the cashier is open. */
  setInert(inert: boolean): void
  barChanged(page: HostPage): void
}

const nothing = (): CallResult => ({ result: {} })
const COLOUR = /^(#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\([\d\s.,%]{1,40}\))$/i
const TITLE_MAX = 100

export function createHandlers(deps: HandlerDeps): ReadonlyMap<string, ApiHandler> {
  const { stack, dialogues, wallet } = deps
  const send = createRequestQueue(wallet.request)
  const tradePay = createTradePay((params) =>
    dialogues.alone(async () => {
      deps.setInert(true)
      try {
        return await wallet.tradePay(params)
      } finally {
        deps.setInert(false)
      }
    }),
  )
  const url = (params: Params): string => String(params['url'])
  const done =
    (run: (params: Params, call: number) => void): ApiHandler =>
    (params, { id }) => {
      run(params, id)
      return nothing()
    }
  const shown =
    (run: (params: Params) => Promise<Params>): ApiHandler =>
    async (params) => ({ result: await run(params) })

  function setNavigationBar(params: Params): void {
    const page = stack.top()
    if (!page) return
    const bar = params['reset'] === true ? barOf(deps.program, page.path) : { ...page.bar }
    if (typeof params['title'] === 'string') bar.title = params['title'].slice(0, TITLE_MAX)
    const colour = params['backgroundColor']
    if (typeof colour === 'string') {
      if (!COLOUR.test(colour))
        throw new ApiFailure(myErrors.badParameter, 'setNavigationBar: backgroundColor is not a colour')
      bar.backgroundColor = colour
    }
    const front = params['frontColor']
    if (front === 'black' || front === 'white') bar.frontColor = front
    page.bar = bar
    deps.barChanged(page)
  }

  return new Map<string, ApiHandler>([
    ['alert', shown((params) => dialogues.alert(params))],
    ['confirm', shown((params) => dialogues.confirm(params))],
    ['showToast', shown((params) => dialogues.showToast(params))],
    ['hideToast', done(() => dialogues.hideToast())],
    ['showLoading', done((params) => dialogues.showLoading(params))],
    ['hideLoading', done(() => dialogues.hideLoading())],
    ['setNavigationBar', done(setNavigationBar)],
    ['navigateTo', done((params, call) => stack.navigateTo(url(params), call))],
    ['redirectTo', done((params) => stack.redirectTo(url(params)))],
    ['reLaunch', done((params) => stack.reLaunch(url(params)))],
    ['switchTab', done((params) => stack.switchTab(url(params)))],
    ['navigateBack', done((params) => stack.navigateBack(typeof params['delta'] === 'number' ? params['delta'] : 1))],
    [
      'setStorage',
      async (params) => {
        await deps.storage().set(String(params['key']), params['data'])
        return nothing()
      },
    ],
    [
      'removeStorage',
      async (params) => {
        await deps.storage().remove(String(params['key']))
        return nothing()
      },
    ],
    [
      'clearStorage',
      async () => {
        await deps.storage().clear()
        return nothing()
      },
    ],
    ['tradePay', async (params) => ({ result: await tradePay(params) })],
    [
      'getAuthCode',
      async (params) => {
        const scopes = Array.isArray(params['scopes']) ? params['scopes'].map(String) : ['auth_base']
        const { authCode, authSuccessScopes, authErrorScopes } = await wallet.getAuthCode({ scopes })
        return { result: { authCode, authSuccessScopes, authErrorScopes } }
      },
    ],
    ['request', (params, call) => request(params, call, 'request')],
    ['httpRequest', (params, call) => request(params, call, 'httpRequest')],
  ])

  async function request(
    params: Params,
    { buffer }: { buffer: ArrayBuffer | undefined },
    api: string,
  ): Promise<CallResult> {
    const received = await send(encodeRequest(api, params, buffer, stack.top()?.path ?? ''))
    const headers = isRecord(received.headers) ? received.headers : {}
    return decodeResult({ ...received, headers }, params['dataType'])
  }
}
