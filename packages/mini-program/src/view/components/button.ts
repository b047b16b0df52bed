/** button: type, size, plain, disabled, loading, form-type, hover-class. Enter and space press it. */
import { h, type ComponentChild } from 'preact'
import type { ElementInfo } from '../element-info.ts'
import { hostProps, hoverOf } from '../host-props.ts'
import { toFlag, toText } from '../values.ts'
import type { TagProps } from './index.ts'

export function Button({ children, ...attributes }: TagProps): ComponentChild {
  const disabled = toFlag(attributes['disabled'])
  const formType = toText(attributes['formType'])
  const hoverClass = attributes['hoverClass'] === undefined ? 'a-button-hover' : toText(attributes['hoverClass'])
  const info: ElementInfo = { disabled }
  if (formType === 'submit' || formType === 'reset') info.formType = formType
  if (hoverClass !== 'none' && hoverClass !== '') info.hover = hoverOf(attributes, hoverClass, 20, 70)
  return h(
    'tp-button',
    {
      ...hostProps({ ...attributes, hoverClass: undefined }, info),
      role: 'button',
      tabIndex: disabled ? -1 : 0,
      'aria-disabled': disabled ? 'true' : undefined,
      type: toText(attributes['type']) || 'default',
      size: toText(attributes['size']) || 'default',
      plain: toFlag(attributes['plain']) ? '' : undefined,
    },
    toFlag(attributes['loading']) ? h('span', { class: 'tp-spinner', 'aria-hidden': 'true' }) : null,
    children,
  )
}
