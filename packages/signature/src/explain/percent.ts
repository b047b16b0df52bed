/** Percent-encoding that never throws, whatever the text holds. */

/** As `encodeURIComponent`; half a surrogate pair counts as a replacement character. */
export const percentEncoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString())

/** As a form writes it: like percent-encoding, with + for a blank. */
export const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)

/** As `decodeURIComponent`; text that is not well encoded stays as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
