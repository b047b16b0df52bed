/**
 * What a developer is told when something before the handler has already read the body: the signature covers the bytes as
 * they came, and a parsed body does not give them back.
 */

/** The request's bytes are gone. The message says what to change. */
export class BodyAlreadyParsed extends Error {
  /** `BodyAlreadyParsed`. */
  override name = 'BodyAlreadyParsed'
  /** @param remedy what to change, as the end of a sentence */
  constructor(remedy: string) {
    super(`The body was read before the notification handler could verify its bytes: ${remedy}`)
  }
}
