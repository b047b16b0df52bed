/**
 * The steps of a seed: what is called, on which server, what is called at the same instant, and what breaks meanwhile.
 * Steps are plain data made before anything runs, so any of them can be left out and the others stay what they were.
 */
import {
  clientNames,
  clientOf,
  clients,
  merchants,
  requestIdOf,
  users,
  type Client,
  type Merchant,
  type OrderName,
  type User,
} from './cast.ts'
import { Dice, hash } from './dice.ts'

/** One call at one of the wallet's servers. Amounts in smallest units, times in seconds. */
export type Call =
  | {
      do: 'create'
      order: OrderName
      amount: number
      buyer: User | null
      expiresIn: number | null
      ownAddress: boolean
      currency: 'CNY' | 'USD'
    }
  /** `amount` is what the user saw; `pin` false is a wrong one; `from` names whose bank account is charged. */
  | { do: 'confirm'; order: OrderName; user: User; by: 'BALANCE' | 'BANK'; from: User; amount: number; pin: boolean }
  | { do: 'close'; order: OrderName; named: Named }
  | { do: 'cancel'; order: OrderName; named: Named }
  | { do: 'refund'; order: OrderName; number: string; amount: number; ownAddress: boolean; named: Named }
  | { do: 'top-up'; user: User; number: string; amount: number; from: User }
  | { do: 'give'; user: User; number: string; amount: number }
  | { do: 'pay-out'; merchant: Merchant; number: string; amount: number }
  | { do: 'freeze'; who: User | Merchant; frozen: boolean }
  | { do: 'limit'; user: User; perPayment: number | null; perDay: number | null }
  | { do: 'fee'; merchant: Merchant; basisPoints: number }
  /** Links the user's bank account, or removes the link. Always alone: the others know the number of the link. */
  | { do: 'link'; user: User; linked: boolean }
  | { do: 'inquire'; order: OrderName; named: Named }
  /** The bank says that something has changed: about the n-th of what it was asked, or about what nobody knows. */
  | { do: 'push'; nth: number | null }
  | { do: 'ask' | 'deliver' | 'expire orders' | 'expire transfers' }
export type CallKind = Call['do']
export type CallOf<Kind extends CallKind> = Extract<Call, { do: Kind }>
/** By the wallet's number, or by the merchant's. */
type Named = 'OURS' | 'THEIRS'

/**
 * What happens to a server's database connections: lost before a statement reaches the database, while it is being run, or
 * after it was run but before its answer came. CRASH takes all connections at once, and everything else of the server.
 */
export interface Fault {
  server: 0 | 1
  how: 'BEFORE' | 'DURING' | 'AFTER' | 'CRASH'
  /** At the first commit, or at the n-th statement. */
  at: 'COMMIT' | number
}

export interface Step {
  number: number
  /** Seconds the clock moves before it. */
  clock: number
  /** All of them at the same instant. */
  calls: { call: Call; server: 0 | 1 }[]
  fault: Fault | null
  /** Merchants answer nothing until the claim on their notifications is over and the other server has tried too. */
  slowMerchants: boolean
}

const ORDERS_OF_CLIENT = 3
/** Steps at the beginning that only create: before there are orders little can happen. */
const OPENING = 3
const FRESH: Step = { number: 0, clock: 0, calls: [], fault: null, slowMerchants: false }

const callWeights = {
  create: 19,
  confirm: 34,
  close: 3,
  cancel: 5,
  refund: 19,
  'top-up': 5,
  give: 3,
  'pay-out': 5,
  freeze: 3,
  limit: 2,
  fee: 1,
  link: 2,
  inquire: 2,
  push: 5,
  ask: 18,
  deliver: 7,
  'expire orders': 3,
  'expire transfers': 1,
} as const satisfies Record<CallKind, number>

export const callKinds = Object.keys(callWeights) as CallKind[]

/** The steps of a seed. */
export function planSteps(seed: number, count: number): Step[] {
  const plan: Plan = { seed, made: [], fresh: [], confirmed: [], numbered: [] }
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1
    const dice = new Dice(hash('step', seed, number))
    const server = (): 0 | 1 => (dice.below(2) === 0 ? 0 : 1)
    const opening = number <= OPENING
    if (!opening && dice.percent(6)) {
      const clock = dice.pick([1, 3, 3, 30, 30, 301, 901, 5000, 90_000, 700_000])
      if (clock > 3600) plan.fresh = []
      return { ...FRESH, number, clock }
    }
    if (!opening && dice.percent(2))
      return { ...FRESH, number, calls: [{ call: { do: 'deliver' }, server: 0 }], slowMerchants: true }

    const first = aCall(
      dice,
      plan,
      null,
      opening ? 'create' : number === OPENING + 1 ? 'limit' : dice.weighted(callWeights),
    )
    const calls: Step['calls'] = [{ call: first, server: server() }]
    if (first.do === 'link') return { ...FRESH, number, clock: 1, calls }
    if (dice.percent(8)) {
      // The same request at both servers at the same instant.
      calls.push({ call: first, server: calls[0]!.server === 0 ? 1 : 0 })
    } else if (dice.percent(22)) {
      const order = 'order' in first ? first.order : null
      const more = 1 + dice.below(3)
      for (let n = 0; n < more; n++) {
        const call = aCall(dice, plan, order)
        if (call.do !== 'link') calls.push({ call, server: server() })
      }
    }
    const fault: Fault | null =
      !opening && dice.percent(18)
        ? {
            server: calls[0]!.server,
            how: dice.weighted({ BEFORE: 3, DURING: 2, AFTER: 4, CRASH: 2 }),
            at: dice.percent(50) ? 'COMMIT' : 1 + dice.below(9),
          }
        : null
    // Time always goes on a little: things that follow each other never bear the same moment.
    return { ...FRESH, number, clock: dice.percent(50) ? 0.001 : 1, calls, fault }
  })
}

/** What has been planned so far, so that what follows mostly concerns something. What becomes of it is not known yet. */
interface Plan {
  seed: number
  made: OrderName[]
  fresh: OrderName[]
  confirmed: OrderName[]
  /** Calls that carry a number of the caller's own: they may come again, the very same. */
  numbered: Call[]
}

/** What an order is about belongs to its name, so that a step need not know what another step did. */
export const amountOf = (seed: number, order: OrderName): number => 1 + (hash('amount', seed, order) % 2500)

function contentOf(
  seed: number,
  order: OrderName,
): Pick<CallOf<'create'>, 'buyer' | 'expiresIn' | 'ownAddress' | 'currency'> {
  const dice = new Dice(hash('order', seed, order))
  return {
    buyer: dice.percent(15) ? dice.pick(users) : null,
    expiresIn: dice.percent(15) ? dice.pick([2, 60, 6000]) : null,
    ownAddress: dice.percent(40),
    currency: dice.percent(4) ? 'USD' : 'CNY',
  }
}

/** The call of a kind, or one of that kind that was made before, once more. @param near as for {@link aNewCall} */
function aCall(dice: Dice, plan: Plan, near: OrderName | null, kind: CallKind = dice.weighted(callWeights)): Call {
  const before = plan.numbered.filter((call) => call.do === kind)
  if (before.length > 0 && dice.percent(30)) return dice.pick(before.slice(-3))
  const call = aNewCall(dice, plan, near, kind)
  if (['refund', 'top-up', 'give', 'pay-out'].includes(kind)) plan.numbered.push(call)
  return call
}

/** @param near the order that the other calls of the step are about */
function aNewCall(dice: Dice, plan: Plan, near: OrderName | null, kind: CallKind): Call {
  const { seed } = plan
  const client = dice.pick(clientNames)
  const someOrder = (mostly: OrderName[] = plan.made): OrderName => {
    if (near !== null && dice.percent(85)) return near
    const known = mostly.length > 0 && dice.percent(75) ? mostly : plan.made
    if (known.length > 0 && dice.percent(96)) return known[Math.max(0, known.length - 1 - dice.below(4))]!
    return anOrder(client, dice)
  }
  const amount = (): number => 1 + dice.below(dice.percent(80) ? 1500 : 40_000)
  const named: Named = dice.percent(50) ? 'OURS' : 'THEIRS'
  const user = dice.percent(50) ? 'Mei' : dice.pick(users)
  switch (kind) {
    case 'create': {
      const again = near !== null && dice.percent(70) ? near : dice.percent(25) ? someOrder() : null
      const order = again ?? nextOrder(plan.made, client)
      if (!plan.made.includes(order)) {
        plan.made.push(order)
        plan.fresh.push(order)
      }
      const { buyer, expiresIn, ownAddress, currency } = contentOf(seed, order)
      const other = again !== null && dice.percent(20) ? 1 : 0
      return { do: 'create', order, buyer, expiresIn, ownAddress, currency, amount: amountOf(seed, order) + other }
    }
    case 'confirm': {
      const order = someOrder(plan.fresh)
      plan.fresh = plan.fresh.filter((other) => other !== order)
      plan.confirmed.push(order)
      const { buyer } = contentOf(seed, order)
      const payer = buyer !== null && dice.percent(80) ? buyer : user
      return {
        do: 'confirm',
        order,
        user: payer,
        by: dice.percent(50) ? 'BALANCE' : 'BANK',
        from: dice.percent(96) ? payer : dice.pick(users),
        amount: amountOf(seed, order) + (dice.percent(4) ? 1 : 0),
        pin: !dice.percent(2),
      }
    }
    case 'close':
    case 'inquire':
      return { do: kind, order: someOrder(), named }
    case 'cancel':
      return {
        do: 'cancel',
        order: dice.percent(20) ? anOrder(client, dice) : someOrder(dice.percent(60) ? plan.confirmed : plan.made),
        named,
      }
    case 'refund': {
      // Mostly one that was confirmed some steps ago: a bank takes its time.
      const order = someOrder(plan.confirmed.slice(0, -2))
      const whole = amountOf(seed, order)
      const part = dice.pick([whole, Math.ceil(whole / 2), Math.ceil(whole / 3), 1, whole + 1])
      return {
        do: 'refund',
        order,
        number: refundNumber(order, dice),
        amount: part,
        ownAddress: dice.percent(50),
        named,
      }
    }
    case 'top-up':
      return {
        do: kind,
        user,
        number: `${user}-in-${1 + dice.below(5)}`,
        amount: amount(),
        from: dice.percent(95) ? user : dice.pick(users),
      }
    case 'give':
      return { do: kind, user, number: `${user}-in-${1 + dice.below(5)}`, amount: amount() }
    case 'pay-out':
      return {
        do: kind,
        merchant: dice.pick(merchants),
        number: `p${1 + dice.below(5)}`,
        amount: dice.percent(80) ? 1 + dice.below(300) : amount(),
      }
    case 'freeze':
      // Thawed more often than frozen, or soon nobody would pay anybody.
      return { do: kind, who: dice.pick([...users, ...merchants]), frozen: dice.percent(35) }
    case 'limit':
      return {
        do: kind,
        user,
        perPayment: dice.pick([null, null, 1000, 2000]),
        perDay: dice.pick([null, 1500, 6000, 20_000]),
      }
    case 'fee':
      return { do: kind, merchant: dice.pick(merchants), basisPoints: dice.pick([0, 1, 60, 250, 3333, 10_000]) }
    case 'link':
      return { do: kind, user, linked: dice.percent(60) }
    case 'push':
      return { do: kind, nth: dice.percent(90) ? dice.below(30) : null }
    default:
      return { do: kind }
  }
}

/** Mostly a number of the order's own; sometimes one that other orders use as well. */
const refundNumber = (order: OrderName, dice: Dice): string =>
  `${dice.percent(85) ? `${requestIdOf(order)}-` : ''}r${1 + dice.below(3)}`

const anOrder = (client: Client, dice: Dice): OrderName => `${client}/o${1 + dice.below(ORDERS_OF_CLIENT + 1)}`

function nextOrder(orders: OrderName[], client: Client): OrderName {
  const made = orders.filter((order) => clientOf(order) === client).length
  return `${client}/o${made + 1}`
}

// ── In words ────────────────────────────────────────────────────────────────────────────────────────────────────

/** A step in one line, for the printed replay. */
export function describe({ number, clock, calls, fault, slowMerchants }: Step): string {
  const time = clock >= 2 ? [`the clock moves ${clock} s`] : []
  const made = calls.map(({ call, server }) => `${describeCall(call)} @${server}`).join('  ‖  ')
  const slow = slowMerchants ? ['merchants answer only after the claim is over, and server 1 delivers too'] : []
  const broken = fault ? [describeFault(fault)] : []
  return `${String(number).padStart(3)}. ${[...time, ...(made ? [made] : []), ...slow, ...broken].join('  ·  ')}`
}

function describeFault({ server, how, at }: Fault): string {
  const where = at === 'COMMIT' ? 'its next commit' : `its statement ${at}`
  if (how === 'CRASH') return `server ${server} crashes at ${where}`
  return `server ${server} loses its connection ${how.toLowerCase()} ${where}`
}

function describeCall(call: Call): string {
  switch (call.do) {
    case 'create':
      return `create ${call.order} of ${call.amount} ${call.currency}${call.buyer ? ` for ${call.buyer}` : ''}${call.expiresIn === null ? '' : ` for ${call.expiresIn} s`}`
    case 'confirm':
      return (
        `confirm ${call.order} by ${call.user} from ${call.by === 'BALANCE' ? 'the balance' : call.from === call.user ? 'the bank' : `the bank account of ${call.from}`}` +
        ` (sees ${call.amount})${call.pin ? '' : ' with a wrong PIN'}`
      )
    case 'close':
    case 'cancel':
    case 'inquire':
      return `${call.do} ${call.order} by ${call.named === 'OURS' ? 'tradeNo' : 'request id'}`
    case 'refund':
      return `refund ${call.amount} of ${call.order} as ${call.number}`
    case 'top-up':
    case 'give':
      return `${call.do} ${call.amount} to ${call.user} as ${call.number}${'from' in call && call.from !== call.user ? ` from the bank account of ${call.from}` : ''}`
    case 'pay-out':
      return `pay out ${call.amount} to ${call.merchant} as ${call.number}`
    case 'freeze':
      return `${call.frozen ? 'freeze' : 'unfreeze'} ${call.who}`
    case 'limit':
      return `limit ${call.user} to ${call.perPayment ?? 'any'} at once and ${call.perDay ?? 'any'} a day`
    case 'fee':
      return `take ${call.basisPoints} basis points from ${call.merchant}`
    case 'link':
      return `${call.linked ? 'link' : 'unlink'} the bank account of ${call.user}`
    case 'push':
      return call.nth === null
        ? 'the bank pushes about what nobody knows'
        : `the bank pushes about its order ${call.nth}`
    default:
      return call.do
  }
}

/** The family of an order decides inside of what its refund numbers are unique. */
export const refundScopeOf = (order: OrderName): 'CLIENT' | 'ORDER' =>
  clients[clientOf(order)].family === 'ALIPAY' ? 'ORDER' : 'CLIENT'
