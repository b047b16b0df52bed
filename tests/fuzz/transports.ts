/**
 * How the parameters of a gateway call travel: as a form, or in parts.
 */
import type { Message } from './message.ts'

export type Parameters = Record<string, string>

export const asForm = (parameters: Parameters, path: string): Message => ({
  method: 'POST',
  target: path,
  headers: [['Content-Type', 'application/x-www-form-urlencoded;charset=utf-8']],
  body: Buffer.from(new URLSearchParams(parameters).toString()),
})

/** What no value holds. */
const BOUNDARY = 'between-the-parts-7f3a'

export function inMultipart(parameters: Parameters, path: string): Message {
  const parts = Object.entries(parameters).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return {
    method: 'POST',
    target: path,
    headers: [['Content-Type', `multipart/form-data; boundary=${BOUNDARY}`]],
    body: Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`),
  }
}
