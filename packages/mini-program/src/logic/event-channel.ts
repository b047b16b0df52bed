/**
 * The two-way channel between a page and the page that opened it: my.navigateTo({ events }) on one side,
 * getOpenerEventChannel() on the other. What one side emits, the listeners of the other side hear.
 */
type Listener = (...args: unknown[]) => void

export interface EventChannel {
  emit(name: string, ...args: unknown[]): void
  on(name: string, listener: Listener): void
  once(name: string, listener: Listener): void
  /** Without a listener, all of that name are removed. */
  off(name: string, listener?: Listener): void
}

/** Both ends. `run` calls a listener of the program and reports what it throws. */
export function createChannelPair(run: (call: () => void) => void): [EventChannel, EventChannel] {
  const first = new Map<string, Listener[]>()
  const second = new Map<string, Listener[]>()
  return [endOf(first, second, run), endOf(second, first, run)]
}

function endOf(
  own: Map<string, Listener[]>,
  other: Map<string, Listener[]>,
  run: (call: () => void) => void,
): EventChannel {
  const on = (name: string, listener: Listener): void => {
    if (typeof listener !== 'function') return
    own.set(name, [...(own.get(name) ?? []), listener])
  }
  const off = (name: string, listener?: Listener): void => {
    own.set(name, listener ? (own.get(name) ?? []).filter((one) => one !== listener) : [])
  }
  return {
    emit(name, ...args) {
      for (const listener of other.get(name) ?? []) run(() => listener(...args))
    },
    on,
    once(name, listener) {
      const wrapped: Listener = (...args) => {
        off(name, wrapped)
        listener(...args)
      }
      on(name, wrapped)
    },
    off,
  }
}
