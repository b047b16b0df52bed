/** Bytes as base64 text and back, for bodies that travel inside JSON. */

/** In pieces: one call with a large body would exceed the number of arguments an engine takes. */
const PIECE = 0x8000

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  return btoa(text)
}

/** @throws DOMException when the text is not base64 */
export function fromBase64(text: string): ArrayBuffer {
  const decoded = atob(text)
  const bytes = new Uint8Array(decoded.length)
  for (let at = 0; at < decoded.length; at += 1) bytes[at] = decoded.charCodeAt(at)
  return bytes.buffer
}
