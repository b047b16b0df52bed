/**
 * input and textarea. Like Alipay's, they are not controlled unless the tag says so: the page's `value` is shown when
 * it changes, and what the user types stays until then.
 */
import { h, type ComponentChild, type RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { emit } from '../events.ts'
import { hostProps } from '../host-props.ts'
import { toCss, toFlag, toNumber, toText } from '../values.ts'
import { useControl } from './control.ts'
import type { TagProps } from './index.ts'

const DEFAULT_MAX_LENGTH = 140
const KEYBOARDS: Record<string, string> = {
  number: 'numeric',
  numberpad: 'numeric',
  digit: 'decimal',
  digitpad: 'decimal',
  tel: 'tel',
}
type Field = HTMLInputElement | HTMLTextAreaElement

export function Input(attributes: TagProps): ComponentChild {
  const host = useRef<HTMLElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const common = useField(attributes, host, field)
  const password = toFlag(attributes['password']) || attributes['type'] === 'password'
  return h(
    'tp-input',
    { ...hostProps(withoutLabel(attributes), undefined, placeholderStyle(attributes)), ref: host },
    h('input', {
      ...common,
      ref: field,
      type: password ? 'password' : 'text',
      inputMode: KEYBOARDS[toText(attributes['type'])],
      enterKeyHint: toText(attributes['confirmType']) || 'done',
      onKeyDown(event: KeyboardEvent) {
        if (event.key !== 'Enter' || event.isComposing) return
        emit(host.current, 'confirm', { value: field.current?.value ?? '' })
        if (!toFlag(attributes['confirmHold'])) field.current?.blur()
      },
    }),
  )
}

export function Textarea(attributes: TagProps): ComponentChild {
  const host = useRef<HTMLElement>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const common = useField(attributes, host, field)
  const grows = toFlag(attributes['autoHeight'])
  useLayoutEffect(() => {
    if (grows) grow(field.current)
  })
  return h(
    'tp-textarea',
    { ...hostProps(withoutLabel(attributes), undefined, placeholderStyle(attributes)), ref: host },
    h('textarea', {
      ...common,
      ref: field,
      rows: grows ? 1 : undefined,
      onInput(event: Event) {
        common.onInput(event)
        if (grows) grow(field.current)
      },
    }),
  )
}

/** What a one-line and a many-line field share. */
function useField(attributes: TagProps, host: RefObject<HTMLElement | null>, field: RefObject<Field | null>) {
  const value = toText(attributes['value'])
  const controlled = toFlag(attributes['controlled'])
  const shown = useRef<string | null>(null)
  useLayoutEffect(() => {
    const element = field.current
    if (!element || (!controlled && shown.current === value)) return
    shown.current = value
    if (element.value !== value) element.value = value
  })
  const focus = toFlag(attributes['focus']) || toFlag(attributes['autoFocus'])
  useEffect(() => {
    if (focus) field.current?.focus()
  }, [focus])
  useControl(host, attributes['name'], value, {
    read: () => field.current?.value ?? '',
    reset(initial) {
      if (field.current) field.current.value = initial
    },
    activate: () => field.current?.focus(),
  })
  const maxLength = toNumber(attributes['maxlength'] ?? attributes['maxLength'], DEFAULT_MAX_LENGTH)
  return {
    class: 'tp-field',
    placeholder: toText(attributes['placeholder']),
    disabled: toFlag(attributes['disabled']),
    maxLength: maxLength < 0 ? undefined : maxLength,
    name: toText(attributes['name']) || undefined,
    'aria-label': toText(attributes['ariaLabel']) || undefined,
    autocomplete: 'off',
    onInput(event: Event) {
      const element = event.currentTarget as Field
      emit(host.current, 'input', { value: element.value, cursor: element.selectionEnd ?? element.value.length })
    },
    onFocus: () => emit(host.current, 'focus', { value: field.current?.value ?? '' }),
    onBlur: () => emit(host.current, 'blur', { value: field.current?.value ?? '' }),
  }
}

/** The label names the field inside, not the tag around it. */
function withoutLabel(attributes: TagProps): TagProps {
  return attributes['ariaLabel'] === undefined ? attributes : { ...attributes, ariaLabel: '' }
}

/** A placeholder has no element of its own: its colour, size and weight go through variables of the base style. */
function placeholderStyle(attributes: TagProps): string | undefined {
  const css = toCss(attributes['placeholderStyle'])
  if (!css) return undefined
  const variables = css.split(';').flatMap((declaration) => {
    const match = /^\s*(color|font-size|font-weight)\s*:\s*(.+?)\s*$/i.exec(declaration)
    return match ? [`--tp-placeholder-${match[1]!.toLowerCase()}:${match[2]}`] : []
  })
  return variables.join(';') || undefined
}

function grow(field: HTMLTextAreaElement | null): void {
  if (!field) return
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}
