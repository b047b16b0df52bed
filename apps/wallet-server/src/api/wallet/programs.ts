/**
 * GET /wallet/v1/programs and /wallet/v1/programs/{appId}: the published mini programs, and which version of one this
 * user gets.
 */
import { ProgramAnswer, ProgramsAnswer, walletPaths, type ProgramCard } from '@tradepay/contract'
import type { LiveProgram } from '../../program/types.ts'
import { iconPath, packagePath } from '../static/paths.ts'
import type { WalletEndpoint } from './endpoint.ts'

export const programEndpoints: WalletEndpoint = (http, { rooms: { programs } }) => {
  http.get(walletPaths.programs, { schema: { response: { 200: ProgramsAnswer } } }, async () => ({
    programs: (await programs.live()).map(card),
  }))

  http.get<{ Params: { appId: string } }>(
    `${walletPaths.programs}/:appId`,
    { schema: { response: { 200: ProgramAnswer } } },
    async (request): Promise<ProgramAnswer> => {
      const program = await programs.resolve(request.params.appId)
      return {
        program: card(program),
        version: program.version,
        packageUrl: packagePath(program.packageHash),
        extConfig: program.settings.extConfig,
      }
    },
  )
}

function card({ appId, name, slogan, merchantName, iconPath: icon, packageHash }: LiveProgram): ProgramCard {
  return { appId, name, slogan, merchantName, iconUrl: icon === null ? null : iconPath(packageHash) }
}
