/**
 * The mark that tells the user's own wallet from a drawing of one: two words and a colour, made by chance on this
 * device and kept in the storage of the wallet's origin, which no mini program can read.
 */
import { t } from '../messages/index.ts'

export interface PersonalMark {
  adjective: number
  noun: number
  /** Degrees of the colour circle. */
  hue: number
}

const keyOf = (userId: string): string => `tradepay.mark.${userId}`
/** A browser that keeps nothing still shows the same mark for as long as the page is open. */
const unkept = new Map<string, PersonalMark>()

function draw(): PersonalMark {
  const [adjective = 0, noun = 0, hue = 0] = crypto.getRandomValues(new Uint32Array(3))
  return {
    adjective: adjective % t.mark.adjectives.length,
    noun: noun % t.mark.nouns.length,
    hue: (hue % 24) * 15,
  }
}

const isMark = (value: unknown): value is PersonalMark => {
  const mark = value as PersonalMark | null
  return Number.isInteger(mark?.adjective) && Number.isInteger(mark?.noun) && Number.isInteger(mark?.hue)
}

/** The user's mark on this device; the first call makes it. */
export function markOf(userId: string): PersonalMark {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(userId)) ?? 'null')
    if (isMark(kept)) return kept
  } catch {
    const mark = unkept.get(userId)
    if (mark) return mark
  }
  return renewMark(userId)
}

/** Makes another mark for the user. */
export function renewMark(userId: string): PersonalMark {
  const mark = draw()
  unkept.set(userId, mark)
  try {
    localStorage.setItem(keyOf(userId), JSON.stringify(mark))
  } catch {
    // Kept in memory above.
  }
  return mark
}

/** "Amber heron" */
export const phraseOf = ({ adjective, noun }: PersonalMark): string =>
  t.mark.phrase(t.mark.adjectives[adjective] ?? t.mark.adjectives[0]!, t.mark.nouns[noun] ?? t.mark.nouns[0]!)
