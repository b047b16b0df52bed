/**
 * What a program may put before the user, through the wallet's own drawing: one dialogue at a time, in order, and none
 * while the cashier is open, so that no text of a program ever stands over it.
 */
import type { Shell } from './types.ts'
import type { Params } from './check-params.ts'

export interface Dialogues {
  alert(params: Params): Promise<Params>
  confirm(params: Params): Promise<Params>
  showToast(params: Params): Promise<Params>
  hideToast(): void
  showLoading(params: Params): void
  hideLoading(): void
  /** Runs the work with everything else held back: the cashier. */
  alone<T>(work: () => Promise<T>): Promise<T>
  close(): void
}

/** Default texts and times of the platform. Source: miniprogram format §8. */
const defaults = { toastMs: 3_000, toastMostMs: 60_000 }

export function createDialogues(shell: Shell, words: { ok: string; cancel: string }): Dialogues {
  let queue: Promise<unknown> = Promise.resolve()
  let free: Promise<unknown> = Promise.resolve()
  let alone = 0
  let closed = false
  let loadingTimer: ReturnType<typeof setTimeout> | null = null
  let loadingText: string | null = null
  let loadingDrawn = false

  const text = (params: Params, name: string): string => (typeof params[name] === 'string' ? params[name] : '')

  /** After the dialogues before it, and not while the cashier is open. */
  function inTurn<T>(show: () => Promise<T>): Promise<T> {
    const turn = queue.then(async () => {
      while (alone > 0) await free
      return closed ? new Promise<T>(() => undefined) : show()
    })
    queue = turn.catch(() => undefined)
    return turn
  }

  function drawLoading(): void {
    const wanted = alone > 0 || closed ? null : loadingText
    if (wanted === null && !loadingDrawn) return
    loadingDrawn = wanted !== null
    shell.loading(wanted)
  }
  function stopLoading(): void {
    if (loadingTimer !== null) clearTimeout(loadingTimer)
    loadingTimer = null
    loadingText = null
    drawLoading()
  }

  return {
    alert: (params) =>
      inTurn(async () => {
        const buttonText = text(params, 'buttonText') || words.ok
        await shell.alert({ title: text(params, 'title'), content: text(params, 'content'), buttonText })
        return {}
      }),
    confirm: (params) =>
      inTurn(async () => {
        const confirm = await shell.confirm({
          title: text(params, 'title'),
          content: text(params, 'content'),
          confirmButtonText: text(params, 'confirmButtonText') || words.ok,
          cancelButtonText: text(params, 'cancelButtonText') || words.cancel,
        })
        return confirm ? { confirm } : { confirm, cancel: true }
      }),
    async showToast(params) {
      while (alone > 0) await free
      if (closed) return {}
      const duration = typeof params['duration'] === 'number' ? params['duration'] : defaults.toastMs
      const type = params['type']
      await shell.toast({
        content: text(params, 'content'),
        type: type === 'success' || type === 'fail' || type === 'exception' ? type : 'none',
        durationMs: Math.min(duration, defaults.toastMostMs),
      })
      return {}
    },
    hideToast: () => shell.hideToast(),
    showLoading(params) {
      const delay = typeof params['delay'] === 'number' ? params['delay'] : 0
      if (loadingTimer !== null) clearTimeout(loadingTimer)
      loadingTimer = null
      const draw = (): void => {
        loadingTimer = null
        loadingText = text(params, 'content')
        drawLoading()
      }
      // Hidden again before its delay is over, it is never shown.
      if (delay > 0) loadingTimer = setTimeout(draw, delay)
      else draw()
    },
    hideLoading: stopLoading,
    async alone(work) {
      alone += 1
      shell.hideToast()
      drawLoading()
      const done = work()
      free = done.catch(() => undefined)
      try {
        return await done
      } finally {
        alone -= 1
        drawLoading()
      }
    },
    close() {
      closed = true
      stopLoading()
      shell.hideToast()
    },
  }
}
