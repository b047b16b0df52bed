/**
 * my.navigateTo and its kin, and the same five methods at `this.router`. Addresses are resolved here, against the page
 * that the program stands on at the moment of the call; whether the page exists and fits is the host's to say.
 */
import { myApis, type MyApi } from '@tradepay/contract'
import { resolvePageUrl } from '../bridge/page-url.ts'
import { isRecord } from '../bridge/plain.ts'
import { createChannelPair, type EventChannel } from './event-channel.ts'
import { conclude, type ApiResult, type HostCalls } from './host-calls.ts'
import type { Reports } from './reports.ts'

export interface Navigation {
  call(api: MyApi, options: Record<string, unknown>): Promise<ApiResult>
  /** `this.router` */
  router: Record<string, unknown>
  /** The channel of a page that the call with this id opened; one that nobody hears for a page opened otherwise. */
  channelOf(call: number | null): EventChannel
}

export interface NavigationDeps {
  host: HostCalls
  reports: Reports
  currentPath(): string
}

export function createNavigation({ host, reports, currentPath }: NavigationDeps): Navigation {
  const opening = new Map<number, EventChannel>()
  const run = (call: () => void): void => {
    try {
      call()
    } catch (error) {
      reports.error(error, 'event channel')
    }
  }

  function call(api: MyApi, options: Record<string, unknown>): Promise<ApiResult> {
    const params: Record<string, unknown> = {}
    if (options['delta'] !== undefined) params['delta'] = options['delta']
    if (typeof options['url'] === 'string') params['url'] = resolvePageUrl(options['url'], currentPath())
    else if (options['url'] !== undefined) params['url'] = options['url']
    if (api.name === 'navigateBack') delete params['url']
    if (api.name !== 'navigateTo') return conclude(api.name, options, host.call(api.name, params).outcome, reports)

    const [opener, opened] = createChannelPair(run)
    for (const [name, listener] of Object.entries(isRecord(options['events']) ? options['events'] : {})) {
      if (typeof listener === 'function') opener.on(name, listener as (...args: unknown[]) => void)
    }
    const { id, outcome } = host.call(api.name, params)
    opening.set(id, opened)
    const withChannel = outcome
      .then((result) => ({ ...result, eventChannel: opener }))
      .finally(() => void opening.delete(id))
    return conclude(api.name, options, withChannel, reports)
  }

  const router: Record<string, unknown> = {}
  for (const name of ['navigateTo', 'redirectTo', 'navigateBack', 'switchTab', 'reLaunch']) {
    const api = myApis.get(name)!
    router[name] = (given: unknown) => call(api, isRecord(given) ? given : {})
  }
  return {
    call,
    router,
    channelOf: (id) => (id === null ? undefined : opening.get(id)) ?? createChannelPair(run)[1],
  }
}
