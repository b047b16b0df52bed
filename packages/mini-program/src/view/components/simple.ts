/** text, label and navigator: an element with a little behaviour. */
import { h, type ComponentChild } from 'preact'
import { NAVIGATE_HANDLER } from '../../package-format.ts'
import type { ElementInfo } from '../element-info.ts'
import { hostProps, hoverOf } from '../host-props.ts'
import { tellLogic } from '../link.ts'
import { toFlag, toNumber, toText } from '../values.ts'
import type { TagProps } from './index.ts'

/** `selectable`, `space`, `number-of-lines`. Line breaks in data show; see the base style. */
export function Text({ children, ...attributes }: TagProps): ComponentChild {
  let style = toFlag(attributes['selectable']) ? 'user-select:text;-webkit-user-select:text' : ''
  if (attributes['space']) style += ';white-space:pre-wrap'
  const lines = toNumber(attributes['numberOfLines'], 0)
  if (lines > 0)
    style += `;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:${Math.floor(lines)};overflow:hidden`
  return h('tp-text', hostProps(attributes, undefined, style || undefined), children)
}

/** A tap on it presses the control that `for` names, or the first one inside. */
export function Label({ children, ...attributes }: TagProps): ComponentChild {
  const info: ElementInfo = {}
  if (attributes['for']) info.labelFor = toText(attributes['for'])
  return h('tp-label', hostProps(attributes, info), children)
}

/** A tap goes to the logic under the reserved handler name; which pages there are is not the view's affair. */
export function Navigator({ children, ...attributes }: TagProps): ComponentChild {
  const info: ElementInfo = {
    onTap() {
      const nobody = {
        id: toText(attributes['id']),
        tagName: 'navigator',
        dataset: {},
        targetDataset: {},
        offsetLeft: 0,
        offsetTop: 0,
      }
      tellLogic({
        kind: 'event',
        event: {
          handler: NAVIGATE_HANDLER,
          type: 'tap',
          timeStamp: Math.round(performance.timeOrigin + performance.now()),
          target: nobody,
          currentTarget: nobody,
          detail: {
            url: toText(attributes['url']),
            openType: toText(attributes['openType']) || 'navigate',
            delta: toNumber(attributes['delta'], 1),
          },
        },
      })
    },
  }
  if (attributes['hoverClass'] === undefined) info.hover = hoverOf(attributes, 'a-navigator-hover', 50, 400)
  return h('tp-navigator', { ...hostProps(attributes, info), role: 'link' }, children)
}
