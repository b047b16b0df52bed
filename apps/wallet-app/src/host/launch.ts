/** Starts a mini program: which version, its package, the shell, and one handler for each thing only a wallet may do. */
import type { ProgramAnswer } from '@tradepay/contract'
import { openMiniProgram, type HostEvent, type RunningProgram } from '@tradepay/mini-program/host'
import { locale } from '../messages/index.ts'
import { server, type SignedIn } from '../shell/session.ts'
import { fetchCashier } from '../shell/show-cashier.ts'
import { reporterFor } from '../timeline/reporter-for.ts'
import { authCodeHandler } from './auth-code.ts'
import { requestHandler } from './request.ts'
import type { ProgramShell } from './shell.ts'
import { storageHandler } from './storage.ts'
import { tradePayHandler } from './trade-pay.ts'

/** What my.getSystemInfo tells as the version of the wallet app. */
const APP_VERSION = '0.1.0'

type Package = Parameters<typeof openMiniProgram>[0]['program']

export interface Launch {
  found: ProgramAnswer
  program: Package
}

/** Asks for the version that this user gets, and fetches it. @throws ServerError */
export async function fetchProgram(appId: string): Promise<Launch> {
  fetchCashier()
  const found = await server.program(appId)
  return { found, program: await server.package<Package>(found.packageUrl) }
}

interface Place {
  me: SignedIn
  container: HTMLElement
  shell: ProgramShell
  askConsent(): Promise<boolean>
  onEvent(event: HostEvent): void
  onExit(): void
}

/** Runs it in the place given for it. */
export async function runProgram({ found, program }: Launch, place: Place): Promise<RunningProgram> {
  const { appId } = found.program
  const { me } = place
  const reporter = reporterFor(me)
  const frames = `/frames/${encodeURIComponent(appId)}`
  return await openMiniProgram({
    appId,
    program,
    extConfig: found.extConfig,
    container: place.container,
    frames: { logicUrl: `${frames}/logic.html`, viewUrl: `${frames}/view.html` },
    shell: place.shell.shell,
    handlers: {
      tradePay: tradePayHandler(appId, me, reporter),
      request: requestHandler(appId, server),
      getAuthCode: authCodeHandler(appId, server, () => place.askConsent()),
      storage: storageHandler(me.user.userId, appId),
    },
    systemInfo: {
      language: locale,
      app: me.walletName,
      version: APP_VERSION,
      dark: matchMedia('(prefers-color-scheme: dark)').matches,
    },
    onEvent(event) {
      reporter.see(event)
      place.onEvent(event)
    },
    onExit: () => place.onExit(),
  })
}
