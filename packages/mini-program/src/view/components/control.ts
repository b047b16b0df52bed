/** What all controls share: their entry in a form, and a value that the page sets and the user changes. */
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Json } from '../../bridge/messages.ts'
import { toText } from '../values.ts'

/**
 * Registers the control on its element, for forms and labels. `reset` is called with the value the control had first;
 * the control shows it without an event.
 */
export function useControl<T extends Json>(
  host: RefObject<HTMLElement | null>,
  name: unknown,
  initial: T,
  control: { read(): Json; reset(initial: T): void; activate(): void },
): void {
  const first = useRef(initial)
  useLayoutEffect(() => {
    if (!host.current) return
    host.current.tpControl = {
      name: toText(name),
      read: control.read,
      reset: () => control.reset(first.current),
      activate: control.activate,
    }
  })
}
