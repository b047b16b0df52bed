/**
 * Every cause that the explainer can name, with the change that repairs it. One sentence each; what is known of the very
 * case is put behind it. `docs/reference/signature-mistakes.md` is the same table for readers.
 */
export const causes = {
  WRONG_KEY: {
    sentence: 'The signature was made with a private key whose public key is not registered here.',
    change: 'Register the public key of the private key you sign with, or sign with the private key you registered.',
  },
  OTHER_SIDES_KEY: {
    sentence: 'The public key that is used to verify belongs to the other side.',
    change: "Verify the wallet's messages with the wallet's public key; register your own public key at the wallet.",
  },
  KEY_UNUSABLE: {
    sentence: 'The text that stands for the public key is not a usable key.',
    change:
      'Give the public key itself: RSA with 2048 bits or more. "tradepay keys doctor FILE" prints the right form.',
  },
  KEY_VERSION: {
    sentence: 'The signature was made with another version of the key than the header names.',
    change: 'Send the keyVersion under which the public key of your private key is registered.',
  },
  SIGNATURE_HEADER: {
    sentence: 'The Signature header is not written as pairs.',
    change: 'Send "algorithm=RSA256, keyVersion=1, signature=…", separated by commas.',
  },
  SIGNATURE_URL_ENCODING: {
    sentence: 'The signature value was URL-encoded once too often or too little on its way.',
    change: 'Encode the base64 text exactly once when it is put into a URL or a form, so that + arrives as +.',
  },
  SIGNATURE_BASE64: {
    sentence: 'The signature is right, but its base64 is of another kind than this API reads.',
    change: 'Send standard base64 of the signature bytes: once, on one line, without quotes.',
  },
  SIGNATURE_HEX: {
    sentence: 'The signature is written in hexadecimal.',
    change: 'Write the signature bytes as base64.',
  },
  SIGNATURE_LENGTH: {
    sentence: 'The signature does not have the length that the registered key gives.',
    change: 'Sign by RSA with the private key of the registered key, and send the signature whole.',
  },
  SHA1: {
    sentence: 'The string was hashed with SHA-1.',
    change: 'Sign with SHA-256 (SHA256withRSA, RSA2, RSA256).',
  },
  OTHER_HASH: {
    sentence: 'The string was hashed with another function than SHA-256.',
    change: 'Sign with SHA-256 (SHA256withRSA, RSA2, RSA256).',
  },
  PSS: {
    sentence: 'The signature uses PSS padding.',
    change: 'Sign with PKCS#1 v1.5 padding (SHA256withRSA, not SHA256withRSA/PSS).',
  },
  BARE_DIGEST: {
    sentence:
      'The hash was encrypted with the private key as it is, which is not a signature: the name of the hash is missing.',
    change: 'Call the sign function of your library with the string; do not encrypt its hash.',
  },
  HASHED_TWICE: {
    sentence: 'The string was hashed before it was given to the sign function, which hashes it again.',
    change: 'Give the string itself to the sign function.',
  },
  METHOD: {
    sentence: 'The string names another HTTP method than the one used.',
    change: 'Write the method of the request in capitals.',
  },
  PATH: {
    sentence: 'The string names another path than the one called.',
    change: 'Sign the path of the request as it is called, with its leading slash.',
  },
  HOST: {
    sentence: 'The string holds the host, where only the path belongs.',
    change: 'Sign the path alone, without scheme and host.',
  },
  QUERY: {
    sentence: 'The string holds another query than the request.',
    change: 'Sign the path without a query, or with the query exactly as it is sent.',
  },
  QUERY_MISSING: {
    sentence: 'The string leaves out the query, which belongs to it here.',
    change: 'Sign the path with its query, exactly as they are sent.',
  },
  CLIENT_ID: {
    sentence: 'The string holds another id than the Client-Id header.',
    change: 'Sign the very text of the Client-Id header.',
  },
  CLOCK_FORMAT: {
    sentence: 'The time is written otherwise in the string than in the message.',
    change: 'Write the time once, and use the same text in the string and in the message.',
  },
  CLOCK_TWICE: {
    sentence: 'The clock was read twice: the string holds another moment than the message.',
    change: 'Read the clock once, and use the same text in the string and in the message.',
  },
  JOINED_OTHERWISE: {
    sentence: 'The parts of the string are joined in another way.',
    change: 'Join the parts exactly as in the expected string.',
  },
  BODY_RESERIALISED: {
    sentence: 'The JSON was written twice, and differently: once for the string and once for the message.',
    change: 'Write the JSON once, sign that text, and send the same text.',
  },
  BODY_MISSING: {
    sentence: 'The string was signed without the content that was sent.',
    change: 'Sign the content exactly as it is sent.',
  },
  BODY_HASHED: {
    sentence: 'The string holds a hash of the body in place of the body.',
    change: 'Put the body itself into the string.',
  },
  URL_ENCODING: {
    sentence: 'Values in the string are URL-encoded once too often or too little.',
    change: 'Sign the plain values; encode them only for sending, once.',
  },
  CHARSET: {
    sentence: 'The string was turned into bytes in another charset.',
    change: 'Use UTF-8 for the string and for the message.',
  },
  LINE_ENDS: {
    sentence: 'Line ends or blanks differ between the string and the message.',
    change: 'Join with single line feeds as in the expected string, nothing behind it, and send what you signed.',
  },
  LAST_LINE_END: {
    sentence: 'The string lacks the line feed behind its last part.',
    change: 'End every part with a line feed, the last one too; an empty body is an empty line.',
  },
  AUTH_FIELDS: {
    sentence: 'The fields of the authorization header are written otherwise in the string.',
    change: 'Write the fields once, sign that very text, and send it with ",sign=" behind it.',
  },
  EMPTY_PARAMETERS: {
    sentence: 'Empty parameters are in the string and not in the message, or the other way round.',
    change: 'Leave empty parameters out of both.',
  },
  SIGN_TYPE: {
    sentence: 'sign_type is treated otherwise in the string than the rule says.',
    change: 'Keep sign_type in what a request signs, and send it; leave it out of what a notification signs.',
  },
  KEY_ORDER: {
    sentence: 'The parameters stand in another order.',
    change: 'Sort the parameters by name in ASCII order.',
  },
  PARAMETER_CHANGED: {
    sentence: 'A parameter was added or changed after signing.',
    change: 'Set every parameter first, then sign, then change nothing.',
  },
  OTHER_STRING: {
    sentence: 'The string that was signed is the one you gave, and it is not the one expected.',
    change: 'Change the string from the first differing byte on.',
  },
  STRING_UNKNOWN: {
    sentence: 'The key is right and the string is not, and none of the usual mistakes leads to it.',
    change: 'Print the string you sign, compare it with the expected one, and compare its hash with "digest.signed".',
  },
} as const satisfies Record<string, { sentence: string; change: string }>

export type Cause = keyof typeof causes

/** One thing that is wrong, and what to do. */
export interface Fault {
  cause: Cause
  /** What is wrong; with what is known of this very case. */
  sentence: string
  change: string
}

/** A fault in the words of the table. @param detail what is known of this case, as a clause of its own */
export function fault(cause: Cause, detail?: string): Fault {
  const { sentence, change } = causes[cause]
  return { cause, sentence: detail ? `${sentence.slice(0, -1)}: ${detail}.` : sentence, change }
}
