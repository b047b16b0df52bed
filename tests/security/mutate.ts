/**
 * Mutated requests: signed rightly, changed, and shown to the door. None may be taken for what its client has signed.
 */
import { Dice, hash } from '../simulation/dice.ts'
import { changes } from './changes.ts'
import { isSame, meaningOf } from './meaning.ts'
import { aRequest, families, makeSigners, tell, type Family, type Sent, type Signer } from './messages.ts'
import { makeVerifiers, type Verifier } from './verifiers.ts'

/** How many right requests of each family the mutated ones are made of. */
const ORIGINALS = 64
/** How many are verified at once: enough for the thread pool. */
const AT_ONCE = 16

export interface Mutation {
  family: Family
  change: string
  original: Sent
  sent: Sent
}

export interface MutationReport {
  tried: number
  /** Changes that came out as they went in, or as another spelling of the same: made anew, and not counted. */
  same: number
  byFamily: Record<Family, number>
  byChange: Record<string, number>
  /** What should never be: mutated, and taken. Told as JSON. */
  accepted: string[]
}

/** Right requests of every family, by two clients. */
export class Originals {
  readonly signers: Signer[]
  readonly #made: Record<Family, { sent: Sent; meaning: string }[]>

  private constructor(signers: Signer[], made: Originals['all']) {
    this.signers = signers
    this.#made = made
  }
  get all(): Record<Family, { sent: Sent; meaning: string }[]> {
    return this.#made
  }

  /** Makes them. @throws Error when one is not taken as it is: then its mutations would show nothing */
  static async make(seed: number, signers: Signer[] = makeSigners()): Promise<Originals> {
    const verifiers = makeVerifiers(signers)
    const dice = new Dice(seed)
    const made = { superapp: [], alipay: [], 'alipay-v3': [] } as Originals['all']
    for (const family of families) {
      for (let index = 0; index < ORIGINALS; index++) {
        const sent = await aRequest(family, signers[index % signers.length]!, dice)
        const meaning = await meaningOf(family, sent)
        if (meaning === null || !(await verifiers[family](sent))) {
          throw new Error(`A right request of ${family} was refused: ${tell(sent)}`)
        }
        made[family].push({ sent, meaning })
      }
    }
    return new Originals(signers, made)
  }

  /** One mutated request; undefined when the change happened to change nothing. */
  async mutation(dice: Dice): Promise<Mutation | undefined> {
    const family = dice.pick(families)
    const { sent: original, meaning } = dice.pick(this.#made[family])
    const { sent: other } = dice.pick(this.#made[family])
    const change = dice.pick(Object.keys(changes))
    const sent = changes[change]!(original, dice, other)
    const changed = await meaningOf(family, sent)
    // What came out as the other request is that request, and right.
    if (isSame(meaning, changed) || isSame(this.#meaningOf(family, other), changed)) return undefined
    return { family, change, original, sent }
  }

  #meaningOf(family: Family, sent: Sent): string {
    return this.#made[family].find((each) => each.sent === sent)!.meaning
  }
}

/** Tries so many, always the same for a seed. @throws whatever a door does not foresee */
export async function tryMutations(
  originals: Originals,
  {
    count,
    seed,
    verifiers = makeVerifiers(originals.signers),
  }: {
    count: number
    seed: number
    verifiers?: Record<Family, Verifier>
  },
): Promise<MutationReport> {
  const report: MutationReport = {
    tried: 0,
    same: 0,
    byFamily: { superapp: 0, alipay: 0, 'alipay-v3': 0 },
    byChange: {},
    accepted: [],
  }
  let thrown = 0
  const tryOn = async (): Promise<void> => {
    while (report.tried < count) {
      const mutation = await originals.mutation(new Dice(hash(seed, thrown++)))
      if (mutation === undefined) {
        report.same += 1
        continue
      }
      if (report.tried >= count) return
      const { family, change, sent } = mutation
      report.tried += 1
      report.byFamily[family] += 1
      report.byChange[change] = (report.byChange[change] ?? 0) + 1
      if (await verifiers[family](sent)) {
        report.accepted.push(`${family}, ${change}: ${tell(mutation.original)} became ${tell(sent)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, tryOn))
  return report
}
