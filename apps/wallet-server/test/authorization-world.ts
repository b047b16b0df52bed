/**
 * A shop with a published mini program, a stranger's shop with another, and a user: what the tests of authorizations
 * stand on, at the rooms and at the doors.
 */
import { aMerchantWithClient, aUser, type TestMerchant, type WithRooms } from './support/index.ts'

export interface AuthorizationWorld {
  shop: TestMerchant
  appId: string
  stranger: TestMerchant
  strangersAppId: string
  userId: string
  /** A code for the shop's mini program. Default scope: auth_base. */
  aCode(scopes?: string[]): Promise<string>
}

/** Makes it. */
export async function anAuthorizationWorld(world: WithRooms, shop?: TestMerchant): Promise<AuthorizationWorld> {
  const own = shop ?? (await aMerchantWithClient(world))
  const stranger = await aMerchantWithClient(world)
  const { userId } = await aUser(world, { name: 'Mei', loginId: 'mei@example.com' })
  const appId = '2021000000000010'
  const strangersAppId = '2021000000000020'
  await aProgram(world, appId, own)
  await aProgram(world, strangersAppId, stranger)
  return {
    shop: own,
    appId,
    stranger,
    strangersAppId,
    userId,
    aCode: async (scopes = ['auth_base']) =>
      (await world.rooms.authorizations.issueCode({ appId, userId, scopes })).authCode,
  }
}

async function aProgram({ rooms: { programs } }: WithRooms, appId: string, owner: TestMerchant): Promise<void> {
  await programs.register({
    appId,
    merchantId: owner.merchant.merchantId,
    name: 'Coffee',
    slogan: '',
    clientIds: [owner.client.clientId],
    payOnlyOwnOrders: true,
  })
  const packed = Buffer.from(JSON.stringify({ format: 1, text: appId }))
  await programs.addVersion({ appId, version: '1.0.0', packed, manifest: {} })
  const settings = { requestDomains: [], imageDomains: [], extConfig: {} }
  await programs.release({ appId, version: '1.0.0', settings })
}
