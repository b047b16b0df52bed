/**
 * The object `my` of the program. Names of the table are forwarded to the host or answered from the snapshot of the
 * start; any other name is callable too, fails with error 1 and is logged, so that a program that merely mentions an
 * API of another platform still loads.
 */
import { MY_SDK_VERSION, myApis, myErrors, type MyApi } from '@tradepay/contract'
import type { LogicStart } from '../bridge/messages.ts'
import { isRecord } from '../bridge/plain.ts'
import { conclude, failure, type ApiResult, type HostCalls } from './host-calls.ts'
import { createLocalApis } from './local-apis.ts'
import { createNavigation, type Navigation } from './navigation.ts'
import type { Pages } from './pages.ts'
import type { Reports } from './reports.ts'
import { requestTask } from './request-task.ts'
import { createStorage } from './storage.ts'

type Options = Record<string, unknown>
type ApiFunction = (...args: unknown[]) => unknown

export interface MyDeps {
  start: LogicStart
  host: HostCalls
  pages: () => Pages
  reports: Reports
}

export interface My {
  /** What the program sees as `my`. */
  object: object
  navigation: Navigation
}

export function createMy({ start, host, pages, reports }: MyDeps): My {
  const navigation = createNavigation({
    host,
    reports,
    currentPath: () => pages().top()?.path ?? start.program.homePage,
  })
  const local = createLocalApis({ start, storage: createStorage(start.storage, host), pages, reports })

  function functionOf(api: MyApi): ApiFunction {
    const own = local[api.name]
    if (own) {
      if (api.sync) return own
      return (given) => {
        const options = optionsOf(given)
        return conclude(api.name, options, answerLocally(own, options), reports)
      }
    }
    if (api.answeredBy === 'stack') return (given) => navigation.call(api, optionsOf(given))
    if ((api.aliasOf ?? api.name) === 'request') return (given) => requestTask(api, optionsOf(given), host, reports)
    return (given) => {
      const options = optionsOf(given)
      return conclude(api.name, options, host.call(api.name, pick(api, options)).outcome, reports)
    }
  }

  const known: Record<string, unknown> = { SDKVersion: MY_SDK_VERSION }
  for (const api of myApis.values()) known[api.name] = functionOf(api)
  const object = new Proxy(known, {
    get(target, name, receiver): unknown {
      // `then` must stay undefined: whoever awaits `my` would else wait for ever.
      if (typeof name === 'symbol' || name in target || name === 'then' || name === 'toJSON') {
        return Reflect.get(target, name, receiver)
      }
      return unknownApi(name, reports)
    },
  })
  return { object, navigation }
}

/** The parameters that the table names; functions and everything else stay in the worker. */
export function pick(api: MyApi, options: Options): Options {
  const picked: Options = {}
  for (const name of Object.keys(api.params)) if (options[name] !== undefined) picked[name] = options[name]
  return picked
}

const optionsOf = (given: unknown): Options => (isRecord(given) ? given : {})

/** The answer in a later turn, as every asynchronous API gives it. */
async function answerLocally(own: ApiFunction, options: Options): Promise<ApiResult> {
  await Promise.resolve()
  const answer = await own(options)
  if (!isRecord(answer)) return {}
  if (typeof answer['error'] === 'number') throw answer
  return answer
}

/**
 * A name that the table lacks. Listeners (`onX`, `offX`) do nothing; a Sync name returns the failure; anything else
 * fails as asynchronous APIs do. Its properties are of the same kind, for names such as `my.ap.share`.
 */
function unknownApi(name: string, reports: Reports): unknown {
  const call = (given: unknown): unknown => {
    const failed = failure(myErrors.unavailable, `my.${name} is not available in this wallet`)
    reports.warn(failed.errorMessage)
    if (typeof given === 'function') return undefined
    if (name.endsWith('Sync')) return failed
    const outcome = conclude(name, optionsOf(given), Promise.reject<ApiResult>(failed), reports)
    // Already logged: a program that ignores the promise is not told a second time as an unhandled rejection.
    outcome.catch(() => undefined)
    return outcome
  }
  return new Proxy(call, {
    get(target, property, receiver): unknown {
      if (typeof property === 'symbol' || property in target || property === 'then') {
        return Reflect.get(target, property, receiver)
      }
      return unknownApi(`${name}.${property}`, reports)
    },
  })
}
