/**
 * The shell of one running mini program: what the host asks the wallet to draw, kept as one value that the page
 * watches. Every promise given to the host is settled, at the latest when the program ends.
 */
import type { Shell } from '@tradepay/mini-program/host'
import { createStore, type Store } from '../ui/store.ts'

type Bar = Parameters<Shell['navigationBar']>[0]
type Tabs = NonNullable<Parameters<Shell['tabBar']>[0]>
type Toast = Parameters<Shell['toast']>[0]

export type Dialogue =
  | { kind: 'alert'; title: string; content: string; buttonText: string; close: () => void }
  | {
      kind: 'confirm'
      title: string
      content: string
      confirmButtonText: string
      cancelButtonText: string
      close: (confirmed: boolean) => void
    }

export interface ShellView {
  bar: Bar | null
  tabs: Tabs | null
  dialogue: Dialogue | null
  toast: Pick<Toast, 'content' | 'type'> | null
  /** Text under the spinner, possibly empty; null shows no spinner. */
  loading: string | null
  failed: { title: string; message: string } | null
}

export interface ProgramShell {
  shell: Shell
  view: Store<ShellView>
  /** The program ends: everything is taken off the screen, and whoever waits is answered. */
  end(): void
}

const empty: ShellView = { bar: null, tabs: null, dialogue: null, toast: null, loading: null, failed: null }

/** `after` calls once after the wait, ms; its answer takes it back. */
export function createShell(after: (ms: number, action: () => void) => () => void): ProgramShell {
  const view = createStore<ShellView>(empty)
  const change = (part: Partial<ShellView>): void => view.set({ ...view.get(), ...part })
  let closeDialogue = (): void => undefined
  let dropToast = (): void => undefined

  const shell: Shell = {
    navigationBar: (bar) => change({ bar }),
    tabBar: (tabs) => change({ tabs }),
    alert: (text) =>
      new Promise((resolve) => {
        const close = (): void => {
          change({ dialogue: null })
          resolve()
        }
        closeDialogue = close
        change({ dialogue: { kind: 'alert', ...text, close } })
      }),
    confirm: (text) =>
      new Promise((resolve) => {
        const close = (confirmed: boolean): void => {
          change({ dialogue: null })
          resolve(confirmed)
        }
        closeDialogue = () => close(false)
        change({ dialogue: { kind: 'confirm', ...text, close } })
      }),
    toast: ({ content, type, durationMs }) => {
      dropToast()
      return new Promise((resolve) => {
        const takeBack = after(durationMs, () => dropToast())
        dropToast = () => {
          takeBack()
          dropToast = () => undefined
          change({ toast: null })
          resolve()
        }
        change({ toast: { content, type } })
      })
    },
    hideToast: () => dropToast(),
    loading: (loading) => change({ loading }),
    failed: (failed) => change({ failed }),
  }

  return {
    shell,
    view,
    end() {
      closeDialogue()
      dropToast()
      view.set(empty)
    },
  }
}
