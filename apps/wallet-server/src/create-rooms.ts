/**
 * Makes the rooms and hands each what it needs: plain functions with named arguments, no container.
 *
 * The API families come from the doors, which stand above the rooms; so they are an argument here, and a test of the
 * rooms needs no door.
 */
import { createAuthorizationService } from './authorization/service.ts'
import type { Deps, Rooms } from './build-server.ts'
import { createFundingService } from './funding/service.ts'
import { createLedgerService } from './ledger/service.ts'
import { createMerchantService } from './merchant/service.ts'
import type { MerchantService } from './merchant/types.ts'
import { createNonceService } from './nonce/service.ts'
import { createNotificationService, type NotificationFamilies } from './notification/service.ts'
import { createOrderService } from './order/service.ts'
import { createPayOutService } from './pay-out/service.ts'
import { createPaymentService } from './payment/service.ts'
import type { Wake } from './ports.ts'
import { createProgramService } from './program/service.ts'
import { createRefundService } from './refund/service.ts'
import { createSessionService } from './session/service.ts'
import { createStatementService } from './statement/service.ts'
import { createTopUpService } from './top-up/service.ts'
import { createUserService } from './user/service.ts'

/**
 * Makes the rooms.
 * @param familiesOf how each API family renders its notifications and judges the answers
 * @param wake called when there is something for the worker to do; default: nobody listens
 */
export function createRooms(
  deps: Deps,
  familiesOf: (merchants: MerchantService) => NotificationFamilies,
  wake: Wake = () => undefined,
): Rooms {
  const ledger = createLedgerService(deps)
  const users = createUserService(deps, ledger)
  const merchants = createMerchantService(deps, { ledger, users })
  const programs = createProgramService(deps)
  const sessions = createSessionService(deps)
  const authorizations = createAuthorizationService(deps, { programs, users })
  const orders = createOrderService(deps, { merchants, programs, users })
  const fundings = createFundingService(deps, ledger, wake)
  const payments = createPaymentService(deps, { ledger, fundings, users }, wake)
  const refunds = createRefundService(deps, { ledger, orders, merchants, fundings }, wake)
  const topUps = createTopUpService(deps, { ledger, users, fundings }, wake)
  const payOuts = createPayOutService(deps, { ledger, merchants, fundings }, wake)
  const statements = createStatementService(deps, { ledger, merchants })
  const notifications = createNotificationService(deps, familiesOf(merchants), wake)
  const nonces = createNonceService(deps)
  return {
    ledger,
    users,
    merchants,
    programs,
    sessions,
    authorizations,
    orders,
    fundings,
    payments,
    refunds,
    topUps,
    payOuts,
    statements,
    notifications,
    nonces,
  }
}
