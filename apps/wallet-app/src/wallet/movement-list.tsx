/** The movements by day, newest first, in pages of twenty; what is new comes on top while they are shown. */
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Movement, MovementsAnswer } from '@tradepay/contract'
import { formatAmount, formatDay, formatTime } from '../messages/format.ts'
import { explain, t } from '../messages/index.ts'
import { ServerError } from '../server-api/server-error.ts'
import { server } from '../shell/session.ts'
import { InIcon, OutIcon } from '../ui/icons.tsx'
import { Spinner } from '../ui/parts.tsx'

export interface Pages {
  movements: Movement[]
  /** Where the next page begins; null when there is none; undefined before the first. */
  next: string | null | undefined
}

/** Groups neighbours of the same day. */
export function byDay(movements: readonly Movement[], now: number): { day: string; movements: Movement[] }[] {
  const days: { day: string; movements: Movement[] }[] = []
  for (const movement of movements) {
    const day = formatDay(movement.at, now)
    const last = days.at(-1)
    if (last?.day === day) last.movements.push(movement)
    else days.push({ day, movements: [movement] })
  }
  return days
}

/**
 * What was read again from the top, and below it the older ones that are shown already. When more is new than a page holds,
 * that page is all.
 */
export function withNewest(shown: Pages, newest: MovementsAnswer): Pages {
  const ids = new Set(newest.movements.map(({ id }) => id))
  const older = shown.movements.slice(shown.movements.findLastIndex(({ id }) => ids.has(id)) + 1)
  if (older.length === 0 || older.length === shown.movements.length) return newest
  return { movements: [...newest.movements, ...older], next: shown.next }
}

/** "−¥12.50" or "+¥100.00": a proper minus sign, and a plus because a colour alone says nothing. */
export const signedAmount = (movement: Movement): string =>
  `${movement.direction === 'OUT' ? '−' : '+'}${formatAmount(movement.amount)}`

const kinds = { PAYMENT: t.wallet.payment, TOP_UP: t.wallet.topUp, REFUND: t.wallet.refund } as const
export const kindOf = ({ kind }: Movement): string => kinds[kind]

/** What it is for: the order's own words; of a top-up ours, in the user's language. */
export const titleOf = (movement: Movement): string =>
  movement.kind === 'PAYMENT'
    ? movement.title
    : movement.kind === 'REFUND'
      ? `${kindOf(movement)} · ${movement.title}`
      : kindOf(movement)

/** How it stands: what became of late money says more than that the payment failed. */
export const standingOf = ({ state, returned }: Movement): keyof typeof t.wallet.states => returned ?? state

/** @param looks when it counts up, the newest are read again */
export function MovementList({ looks, onShow }: { looks: number; onShow: (movement: Movement) => void }) {
  const [pages, setPages] = useState<Pages>({ movements: [], next: undefined })
  const [busy, setBusy] = useState(true)
  const [problem, setProblem] = useState<ServerError | null>(null)

  const load = useCallback(async (from: Pages): Promise<void> => {
    setBusy(true)
    setProblem(null)
    try {
      const answer = await server.movements(from.next ?? null)
      // What was read again meanwhile may have replaced all of it.
      setPages((shown) =>
        shown.next === from.next ? { movements: [...shown.movements, ...answer.movements], next: answer.next } : shown,
      )
    } catch (error) {
      if (!(error instanceof ServerError)) throw error
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }, [])
  useEffect(() => void load({ movements: [], next: undefined }), [load])

  useEffect(() => {
    if (looks === 0 || pages.next === undefined) return
    let current = true
    server.movements(null).then(
      (newest) => current && setPages((shown) => withNewest(shown, newest)),
      // It will be asked again; until then what is shown stays.
      (error: unknown) => {
        if (!(error instanceof ServerError)) throw error
      },
    )
    return () => {
      current = false
    }
  }, [looks])

  if (pages.next === undefined && problem === null) return <Spinner />
  return (
    <>
      {pages.next === null && pages.movements.length === 0 && <p class="soft">{t.wallet.empty}</p>}
      {byDay(pages.movements, Date.now()).map(({ day, movements }) => (
        <section key={movements[0]!.id} class="day">
          <h3>{day}</h3>
          <ul class="movements">
            {movements.map((movement) => (
              <li key={movement.id}>
                <button type="button" class="movement" onClick={() => onShow(movement)}>
                  <span class="movement-sign" data-direction={movement.direction}>
                    {movement.direction === 'OUT' ? <OutIcon /> : <InIcon />}
                  </span>
                  <span class="movement-words">
                    <strong>{movement.counterparty}</strong>
                    <span>
                      {titleOf(movement)} · {formatTime(movement.at)}
                    </span>
                  </span>
                  <span class="movement-end">
                    <span
                      class="movement-amount amount"
                      data-direction={movement.direction}
                      data-state={movement.state}
                    >
                      {signedAmount(movement)}
                    </span>
                    {movement.state !== 'SUCCEEDED' && (
                      <span class="movement-state" data-state={standingOf(movement)}>
                        {t.wallet.states[standingOf(movement)]}
                      </span>
                    )}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {problem && (
        <p class="notice bad" role="alert">
          <strong>{explain(problem).message}</strong>
          {explain(problem).action}
        </p>
      )}
      {pages.next !== null && (
        <button type="button" class="button plain wide" disabled={busy} onClick={() => void load(pages)}>
          {problem ? t.tryAgain : t.wallet.more}
        </button>
      )}
    </>
  )
}
