/** switch and slider. */
import { h, type ComponentChild } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { emit } from '../events.ts'
import { hostProps } from '../host-props.ts'
import { toFlag, toNumber, toText } from '../values.ts'
import { useControl } from './control.ts'
import type { TagProps } from './index.ts'

/** onChange detail.value is true or false. */
export function Switch(attributes: TagProps): ComponentChild {
  const host = useRef<HTMLElement>(null)
  const box = useRef<HTMLInputElement>(null)
  const checked = toFlag(attributes['checked'])
  const shown = useRef<boolean | null>(null)
  useLayoutEffect(() => {
    if (!box.current || (shown.current === checked && !toFlag(attributes['controlled']))) return
    shown.current = checked
    box.current.checked = checked
  })
  useControl(host, attributes['name'], checked, {
    read: () => box.current?.checked ?? false,
    reset(initial) {
      if (box.current) box.current.checked = initial
    },
    activate: () => box.current?.click(),
  })
  const colour = attributes['color'] ? `--tp-switch:${toText(attributes['color'])}` : undefined
  return h(
    'tp-switch',
    { ...hostProps({ ...attributes, ariaLabel: '' }, undefined, colour), ref: host },
    h('input', {
      ref: box,
      type: 'checkbox',
      role: 'switch',
      disabled: toFlag(attributes['disabled']),
      'aria-label': toText(attributes['ariaLabel']) || undefined,
      onChange: () => emit(host.current, 'change', { value: box.current?.checked ?? false }),
    }),
  )
}

/** onChanging while it moves, onChange when it is let go; detail.value is the number. */
export function Slider(attributes: TagProps): ComponentChild {
  const host = useRef<HTMLElement>(null)
  const range = useRef<HTMLInputElement>(null)
  const min = toNumber(attributes['min'], 0)
  const max = toNumber(attributes['max'], 100)
  const value = Math.min(max, Math.max(min, toNumber(attributes['value'], min)))
  const [moved, setMoved] = useState<number | null>(null)
  const shown = useRef<number | null>(null)
  useLayoutEffect(() => {
    if (!range.current || shown.current === value) return
    shown.current = value
    range.current.value = String(value)
    setMoved(null)
  })
  const read = () => Number(range.current?.value ?? value)
  useControl(host, attributes['name'], value, {
    read,
    reset(initial) {
      if (range.current) range.current.value = String(initial)
      setMoved(initial)
    },
    activate: () => range.current?.focus(),
  })
  const colour = attributes['activeColor'] ?? attributes['handleColor']
  return h(
    'tp-slider',
    { ...hostProps({ ...attributes, ariaLabel: '' }), ref: host },
    h('input', {
      ref: range,
      type: 'range',
      min,
      max,
      step: toNumber(attributes['step'], 1),
      disabled: toFlag(attributes['disabled']),
      style: colour ? `accent-color:${toText(colour)}` : undefined,
      'aria-label': toText(attributes['ariaLabel']) || undefined,
      onInput() {
        setMoved(read())
        emit(host.current, 'changing', { value: read() })
      },
      onChange: () => emit(host.current, 'change', { value: read() }),
    }),
    toFlag(attributes['showValue']) ? h('span', { class: 'tp-slider-value' }, String(moved ?? value)) : null,
  )
}
