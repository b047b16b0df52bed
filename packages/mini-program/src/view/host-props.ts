/** What every tag has whatever its component: class, style, id, hidden, aria attributes, handlers and dataset. */
import type { ElementInfo } from './element-info.ts'
import type { Attributes } from './registry.ts'
import { toCss, toNumber, toText } from './values.ts'

/** Element name of a tag; the packager names them the same in styles. */
export function elementName(tag: string): string {
  return `tp-${tag.toLowerCase().replace(/[^a-z\d-]/g, '-')}`
}

const PRESSABLE_ROLES = new Set(['button', 'link', 'checkbox', 'radio', 'switch', 'tab'])

export interface HostProps {
  [name: string]: unknown
  style?: string
  tpInfo?: ElementInfo
}

/** Properties of the tag's element. `info` adds what the component knows; `style` is put after the program's own. */
export function hostProps(attributes: Attributes, info?: ElementInfo, style?: string): HostProps {
  const props: HostProps = {}
  let carried = info
  const carry = () => (carried ??= {})
  for (const name in attributes) {
    const value = attributes[name]
    if (name === 'class') {
      if (value !== null && value !== undefined && value !== false) props['class'] = toText(value)
    } else if (name === 'style') {
      const css = toCss(value)
      if (css !== undefined) props.style = css
    } else if (name === 'id') props['id'] = toText(value)
    else if (name === 'hidden') {
      if (value) props['hidden'] = true
    } else if (name === '$on') {
      carry().on = value as NonNullable<ElementInfo['on']>
      // A tag that holds on to touch moves must not scroll the page instead.
      if (carry().on!['touchMove']?.[1] === 1) props['data-holds-touch'] = ''
    } else if (name === '$data') carry().data = value as Record<string, unknown>
    else if (name === '$mark') carry().mark = value as Record<string, unknown>
    else if (name === 'hoverClass') {
      if (value && value !== 'none') carry().hover ??= hoverOf(attributes, toText(value), 50, 400)
    } else if (name === 'role') {
      props['role'] = toText(value)
      // What says it is a button or a link can be reached and pressed with the keyboard.
      if (PRESSABLE_ROLES.has(toText(value))) props['tabIndex'] = 0
    } else if (name.startsWith('aria') && name.length > 4) props[`aria-${name.slice(4).toLowerCase()}`] = toText(value)
  }
  if (style) props.style = props.style ? `${props.style};${style}` : style
  if (carried) props.tpInfo = carried
  return props
}

export function hoverOf(
  attributes: Attributes,
  className: string,
  startMs: number,
  stayMs: number,
): NonNullable<ElementInfo['hover']> {
  return {
    className,
    startMs: toNumber(attributes['hoverStartTime'], startMs),
    stayMs: toNumber(attributes['hoverStayTime'], stayMs),
  }
}
