/**
 * `tradepay replay`: one notification of a wallet in production, sent once more by hand, with a new signature and the same
 * content. It takes the settings of `serve`, whose keys sign it. May be repeated: the merchant knows the number already.
 */
import { WalletError } from '@tradepay/contract'
import { walletRooms } from '@tradepay/wallet-server'
import { CommandError } from './command-error.ts'
import { attemptLine, notificationLine } from './notifications.ts'
import { openProduction, type Production } from './production.ts'
import type { ServeSettings } from './serve-settings.ts'

export interface ReplayOptions {
  /** Also when the same address has acknowledged something newer of the order. */
  evenIfOlder?: boolean
}

/** @returns what to print: the notification and how its newest attempt ended. @throws CommandError when nothing was sent */
export async function replay(notificationId: string, options: ReplayOptions, given: ServeSettings): Promise<string> {
  const production = await openProduction(given)
  try {
    return await send(notificationId, options, production)
  } finally {
    await production.close()
  }
}

async function send(notificationId: string, options: ReplayOptions, { deps }: Production): Promise<string> {
  try {
    const { log, ...notification } = await walletRooms(deps).notifications.replay(notificationId, options)
    return [notificationLine(notification), attemptLine(log.at(-1)!)].join('\n')
  } catch (error) {
    if (!(error instanceof WalletError)) throw error
    throw new CommandError(
      error.code === 'NOTIFICATION_OVERTAKEN'
        ? `${error.message} To send it all the same: --even-if-older.`
        : error.message,
    )
  }
}
