/** checkbox and radio with their groups: a group's onChange tells the values that are chosen. */
import { h, type ComponentChild } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { emit } from '../events.ts'
import { hostProps } from '../host-props.ts'
import { toCss, toFlag, toText } from '../values.ts'
import { useControl } from './control.ts'
import type { TagProps } from './index.ts'

export function Checkbox(attributes: TagProps): ComponentChild {
  return choice('checkbox', attributes)
}

export function Radio(attributes: TagProps): ComponentChild {
  return choice('radio', attributes)
}

function choice(kind: 'checkbox' | 'radio', attributes: TagProps): ComponentChild {
  const host = useRef<HTMLElement>(null)
  const box = useRef<HTMLInputElement>(null)
  const checked = toFlag(attributes['checked'])
  const shown = useRef<boolean | null>(null)
  useLayoutEffect(() => {
    if (!box.current || shown.current === checked) return
    shown.current = checked
    box.current.checked = checked
    if (checked && kind === 'radio') releaseOthers(host.current)
  })
  useControl(host, '', checked, {
    read: () => box.current?.checked ?? false,
    reset(initial) {
      if (box.current) box.current.checked = initial
    },
    activate: () => box.current?.click(),
  })
  return h(
    `tp-${kind}`,
    { ...hostProps({ ...attributes, ariaLabel: '' }), ref: host },
    h('input', {
      ref: box,
      type: kind,
      value: toText(attributes['value']),
      disabled: toFlag(attributes['disabled']),
      style: attributes['color'] ? `accent-color:${toText(attributes['color'])}` : undefined,
      'aria-label': toText(attributes['ariaLabel']) || undefined,
      onChange() {
        const on = box.current?.checked ?? false
        if (kind === 'radio') releaseOthers(host.current)
        emit(host.current, 'change', { value: on })
        const group = host.current?.closest<HTMLElement>(`tp-${kind}-group`)
        if (group)
          emit(group, 'change', { value: kind === 'radio' ? toText(attributes['value']) : valuesIn(group, kind) })
      },
    }),
  )
}

/** One radio of a group at a time; radios without a group stand alone. */
function releaseOthers(host: HTMLElement | null): void {
  for (const other of host?.closest('tp-radio-group')?.querySelectorAll<HTMLInputElement>('tp-radio input') ?? []) {
    if (other.parentElement !== host) other.checked = false
  }
}

function valuesIn(group: HTMLElement | null, kind: 'checkbox' | 'radio'): string[] {
  const boxes = group?.querySelectorAll<HTMLInputElement>(`tp-${kind} input`) ?? []
  return [...boxes].filter((box) => box.checked).map((box) => box.value)
}

export function CheckboxGroup(attributes: TagProps): ComponentChild {
  return group('checkbox', attributes)
}

export function RadioGroup(attributes: TagProps): ComponentChild {
  return group('radio', attributes)
}

function group(kind: 'checkbox' | 'radio', { children, ...attributes }: TagProps): ComponentChild {
  const host = useRef<HTMLElement>(null)
  useControl(host, attributes['name'], null, {
    read: () => (kind === 'radio' ? (valuesIn(host.current, kind)[0] ?? '') : valuesIn(host.current, kind)),
    // The boxes inside are controls of the form themselves and go back on their own.
    reset: () => undefined,
    activate: () => host.current?.querySelector<HTMLElement>(`tp-${kind} input`)?.focus(),
  })
  const props = hostProps(attributes, undefined, toCss(undefined))
  return h(`tp-${kind}-group`, { ...props, ref: host, role: kind === 'radio' ? 'radiogroup' : 'group' }, children)
}
