/** image: every mode, files of the package, lazy loading, onLoad with the picture's own size, onError. */
import { h, type ComponentChild } from 'preact'
import { useRef } from 'preact/hooks'
import { assetUrl } from '../assets.ts'
import { emit } from '../events.ts'
import { hostProps } from '../host-props.ts'
import { toFlag, toText } from '../values.ts'
import type { TagProps } from './index.ts'

const FITS: Record<string, string> = { scaleToFill: 'fill', aspectFit: 'contain', aspectFill: 'cover' }
/** The modes that show a part of the picture at its own size. */
const PLACES: Record<string, string> = {
  top: 'center top',
  bottom: 'center bottom',
  center: 'center center',
  left: 'left center',
  right: 'right center',
  'top left': 'left top',
  'top right': 'right top',
  'bottom left': 'left bottom',
  'bottom right': 'right bottom',
}

export function Image(attributes: TagProps): ComponentChild {
  const host = useRef<HTMLElement>(null)
  const mode = toText(attributes['mode']) || 'scaleToFill'
  const src = toText(attributes['src'])
  let own = ''
  let picture = 'width:100%;height:100%'
  if (mode === 'widthFix') {
    own = 'height:auto'
    picture = 'width:100%;height:auto'
  } else if (mode === 'heightFix') {
    own = 'width:auto'
    picture = 'width:auto;height:100%'
  } else if (PLACES[mode]) picture += `;object-fit:none;object-position:${PLACES[mode]}`
  else picture += `;object-fit:${FITS[mode] ?? 'fill'}`
  return h(
    'tp-image',
    { ...hostProps(attributes, undefined, own || undefined), ref: host },
    src === ''
      ? null
      : h('img', {
          key: src,
          src: assetUrl(src),
          alt: toText(attributes['ariaLabel'] ?? attributes['alt']),
          style: picture,
          draggable: false,
          loading: toFlag(attributes['lazyLoad']) ? 'lazy' : undefined,
          onLoad(event: Event) {
            const { naturalWidth, naturalHeight } = event.currentTarget as HTMLImageElement
            emit(host.current, 'load', { width: naturalWidth, height: naturalHeight })
          },
          onError() {
            emit(host.current, 'error', { errMsg: `The picture cannot be loaded: ${src.slice(0, 200)}` })
          },
        }),
  )
}
