/** Everything that can be wrong with the text of a key, in one sentence, with the change that repairs it. */
const keyProblems = {
  NOT_A_KEY: ['There is no key in it.', 'Give PEM ("-----BEGIN PUBLIC KEY-----" …) or its base64.'],
  STRANGE_CHARACTERS: ['It holds characters that are no base64.', 'Copy the key again, whole and as plain text.'],
  TRUNCATED: ['A part of it is missing.', 'Copy the key again, from its first to its last character.'],
  TRAILING_BYTES: ['There are bytes behind the end of the key.', 'Use its right form, without them.'],
  ENCRYPTED: [
    'It is locked by a passphrase.',
    'Take the passphrase off: openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW.',
  ],
  CERTIFICATE: ['It is a certificate, not a key.', 'Register the public key that is in it, printed below.'],
  CERTIFICATE_REQUEST: ['It is a request for a certificate.', 'Take the key out: openssl req -in FILE -pubkey -noout.'],
  PKCS12: ['It is a key store (PKCS#12).', 'Take the key out: openssl pkcs12 -in FILE -nocerts -nodes -out NEW.'],
  OPENSSH: [
    'It is written in the form of OpenSSH.',
    'Use its right form; a private key: ssh-keygen -p -m PEM -f COPY.',
  ],
  JWK: ['It is a JSON Web Key.', 'Use its right form.'],
  NOT_RSA: ['It is no RSA key.', 'Make an RSA key: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048.'],
  TOO_SHORT: [
    'It is shorter than 2048 bits.',
    'Make a longer one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048.',
  ],
  SEVERAL_KEYS: ['There are several keys in the text.', 'Keep one key in a file.'],
  ARMOUR: ['The BEGIN and END lines are not right.', 'Five hyphens on each side, and the same words in both lines.'],
  LABEL: ['The words in its BEGIN line do not name what it is.', 'Use its right form.'],
  NO_ARMOUR: ['It is bare base64, without BEGIN and END lines.', 'Use its right form where PEM is asked for.'],
  ONE_LINE: ['Its base64 stands on one line.', 'Use its right form: 64 characters in a line.'],
  LINE_LENGTH: ['Its lines do not have 64 characters.', 'Use its right form: 64 characters in a line.'],
  CRLF: ['Its lines end in CR or CRLF.', 'Use its right form: line feeds only.'],
  WRITTEN_LINE_ENDS: [
    'Its line ends are written as the two characters \\n.',
    'Use its right form, or replace each \\n by a line feed.',
  ],
  BYTE_ORDER_MARK: ['There is a byte order mark in front.', 'Save it as UTF-8 without one.'],
  UTF16: ['It is saved in UTF-16.', 'Save it as UTF-8.'],
  INVISIBLE: ['There are invisible characters in it.', 'Use its right form.'],
  QUOTES: ['It stands in quotes.', 'Take the quotes off.'],
  BASE64URL: ['It is in the URL alphabet of base64 (- and _).', 'Use its right form.'],
  BASE64_TWICE: ['It is base64 of the text of a key.', 'Decode it once.'],
  DER: ['It is binary (DER).', 'Use its right form.'],
} as const satisfies Record<string, readonly [string, string]>

export type KeyProblemName = keyof typeof keyProblems

export interface KeyProblem {
  problem: KeyProblemName
  /** What is wrong. */
  sentence: string
  /** What to do. */
  change: string
}

/** @param detail what is known of this case, as a clause of its own; never key material */
export function keyProblem(problem: KeyProblemName, detail?: string): KeyProblem {
  const [sentence, change] = keyProblems[problem]
  return { problem, sentence: detail ? `${sentence.slice(0, -1)}: ${detail}.` : sentence, change }
}
