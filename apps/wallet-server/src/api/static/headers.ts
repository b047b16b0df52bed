/**
 * The headers that protect the wallet app's own page and everything beside it. The page may run only its own scripts,
 * speak only to its own server, and be framed by nobody.
 */
import type { Settings } from '../../settings.ts'

/** Of every document of the wallet app. The frames of mini programs have their own; see frames.ts. */
export const appPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  // The look of mini program shells (colours of a navigation bar) is set by the page in style attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "frame-src 'self'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const unusedFeatures = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
]

/** On every answer of the static door. */
export function commonHeaders(settings: Pick<Settings, 'publicUrl'>): Record<string, string> {
  const headers: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': unusedFeatures.map((feature) => `${feature}=()`).join(', '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  }
  if (settings.publicUrl.startsWith('https:')) headers['strict-transport-security'] = 'max-age=31536000'
  return headers
}

/** For content whose address carries its hash. */
export const IMMUTABLE = 'public, max-age=31536000, immutable'
/** For what may change under its address: asked for again each time, and seldom sent again. */
export const ASK_AGAIN = 'no-cache'
