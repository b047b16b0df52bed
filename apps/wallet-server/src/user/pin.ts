/**
 * The PIN's hash: argon2id, salted by the library, with the wallet's pepper as argon2's own secret input, so that a
 * stolen database alone cannot be searched for six digits.
 *
 * Cost: 19 MiB and two passes, one lane. Source: OWASP Password Storage Cheat Sheet, "Argon2id".
 */
import { hash, verify } from '@node-rs/argon2'

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** A payment PIN is six digits. */
export function isPin(text: string): boolean {
  return /^[0-9]{6}$/.test(text)
}

export interface PinHasher {
  /** A salted hash in PHC text form: `$argon2id$…`. */
  hash(pin: string): Promise<string>
  matches(pinHash: string, pin: string): Promise<boolean>
  /** Takes as long as a real check and answers nothing: for a login that does not exist. */
  pretend(pin: string): Promise<void>
}

/** @param pepper lives outside the database; changing it makes every stored PIN wrong */
export function createPinHasher(pepper: string): PinHasher {
  const options = { ...cost, secret: Buffer.from(pepper, 'utf8') }
  let nobodys: Promise<string> | undefined
  return {
    hash: (pin) => hash(pin, options),
    matches: (pinHash, pin) => verify(pinHash, pin, options),
    async pretend(pin) {
      nobodys ??= hash('nobody', options)
      await verify(await nobodys, pin, options)
    },
  }
}
