/** A number for a top-up that nobody else makes: 32 hexadecimal digits. Needs no secure context, unlike randomUUID. */
export const newTopUpId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
