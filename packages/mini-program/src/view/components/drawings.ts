/** icon and progress: what the runtime draws itself. The icons are drawn for this project on a 24 × 24 grid. */
import { h, type ComponentChild } from 'preact'
import { hostProps } from '../host-props.ts'
import { toFlag, toLength, toNumber, toText } from '../values.ts'
import type { TagProps } from './index.ts'

interface Drawing {
  colour: string
  /** A filled disc under the lines, which are then white. */
  disc: boolean
  lines: string
}

const TICK = 'M7 12.4l3.4 3.4L17 8.8'
const CROSS = 'M8.5 8.5l7 7M15.5 8.5l-7 7'
const RING = 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z'
const DRAWINGS: Record<string, Drawing> = {
  success: { colour: '#1677ff', disc: true, lines: TICK },
  success_no_circle: { colour: '#1677ff', disc: false, lines: 'M4.5 12.5l5 5L19.5 7' },
  info: { colour: '#1677ff', disc: true, lines: 'M12 11v6M12 7.4v.2' },
  warn: { colour: '#ff6430', disc: true, lines: 'M12 7v6M12 16.4v.2' },
  waiting: { colour: '#1677ff', disc: true, lines: 'M12 7v5.3l3.4 2' },
  cancel: { colour: '#ff411c', disc: true, lines: CROSS },
  clear: { colour: '#b8b8b8', disc: true, lines: CROSS },
  download: { colour: '#1677ff', disc: false, lines: `${RING}M12 7.5v8M8.6 12.4l3.4 3.3l3.4-3.3` },
  search: { colour: '#999999', disc: false, lines: 'M11 5a6 6 0 1 0 0 12a6 6 0 0 0 0-12zM15.5 15.5L20 20' },
}

/** `type`, `size` (default 23 px), `color`. An unknown type shows nothing. */
export function Icon(attributes: TagProps): ComponentChild {
  const drawing = DRAWINGS[toText(attributes['type'])]
  const size = toLength(attributes['size'], '23px')
  const colour = toText(attributes['color']) || drawing?.colour || 'currentColor'
  return h(
    'tp-icon',
    hostProps(attributes, undefined, `width:${size};height:${size}`),
    drawing
      ? h(
          'svg',
          { viewBox: '0 0 24 24', 'aria-hidden': 'true' },
          drawing.disc ? h('circle', { cx: 12, cy: 12, r: 10.5, fill: colour }) : null,
          h('path', {
            d: drawing.lines,
            fill: 'none',
            stroke: drawing.disc ? '#ffffff' : colour,
            'stroke-width': 2,
            'stroke-linecap': 'round',
            'stroke-linejoin': 'round',
          }),
        )
      : null,
  )
}

/** `percent` 0–100, `show-info`, `stroke-width` 6 px, `active-color`, `background-color`, `active`. */
export function Progress(attributes: TagProps): ComponentChild {
  const percent = Math.min(100, Math.max(0, toNumber(attributes['percent'], 0)))
  const height = toLength(attributes['strokeWidth'], '6px')
  const active = toText(attributes['activeColor']) || '#1677ff'
  const rest = toText(attributes['backgroundColor']) || '#e5e5e5'
  const moves = toFlag(attributes['active']) ? 'transition:width .6s ease-out' : ''
  return h(
    'tp-progress',
    {
      ...hostProps(attributes),
      role: 'progressbar',
      'aria-valuenow': percent,
      'aria-valuemin': 0,
      'aria-valuemax': 100,
    },
    h(
      'span',
      { class: 'tp-progress-bar', style: `height:${height};background:${rest}` },
      h('span', { style: `width:${percent}%;background:${active};${moves}` }),
    ),
    toFlag(attributes['showInfo']) ? h('span', { class: 'tp-progress-info' }, `${percent}%`) : null,
  )
}
