/**
 * `tradepay keys doctor FILE…`: says what the text of a key is and what is wrong with it, and prints the right form. A private
 * key is never printed: only its public half, and where asked for it is written to a file that its owner alone may read.
 */
import { open, readFile, stat } from 'node:fs/promises'
import { examineKeys, KEY_FILE_MAX_BYTES, privateKeys, type KeyFinding } from '@tradepay/signature/key-doctor'
import { CommandError } from './command-error.ts'

export interface DoctorOptions {
  /** A file to write the one private key to, which must not exist yet. */
  convert?: string | undefined
  /** Of the converted key; default PKCS8. */
  form?: string | undefined
}

export interface Diagnosis {
  output: string
  /** True when every key can be used and nothing is wrong with it. */
  healthy: boolean
}

/**
 * Looks at the files; with `convert`, also writes the one private key among them.
 * @throws CommandError for a file that cannot be read or written, and when there is no private key, or more than one
 */
export async function keysDoctor(files: string[], options: DoctorOptions): Promise<Diagnosis> {
  const { convert, form = 'PKCS8' } = options
  if (form !== 'PKCS8' && form !== 'PKCS1') throw new CommandError(`--form is "${form}": expected PKCS8 or PKCS1.`)
  const read = await Promise.all(files.map(async (file) => ({ file, bytes: await readKeyFile(file) })))
  const examined = read.map(({ file, bytes }) => ({ file, findings: examineKeys(bytes) }))
  const findings = examined.flatMap((each) => each.findings)
  const lines = examined.flatMap(({ file, findings }) => findings.flatMap((finding) => report(file, finding)))
  lines.push(...pairLines(findings))
  if (convert !== undefined)
    lines.push(
      await writePrivateKey(
        read.flatMap(({ bytes }) => privateKeys(bytes, form)),
        convert,
      ),
    )
  return { output: lines.join('\n'), healthy: findings.every((each) => each.usable && each.problems.length === 0) }
}

async function readKeyFile(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file)
    if (size > KEY_FILE_MAX_BYTES) throw new CommandError(`${file} has ${size} bytes: no key is that long.`)
    return await readFile(file)
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`${file} cannot be read: ${codeOf(error)}.`)
  }
}

function report(file: string, { kind, what, problems, usable, fingerprint, publicKey }: KeyFinding): string[] {
  const lines = [`${file}: ${what}${fingerprint === null ? '' : `, fingerprint ${fingerprint}`}`]
  lines.push(...problems.map(({ sentence, change }) => `  ✗ ${sentence} ${change}`))
  if (usable && problems.length === 0) lines.push('  ✓ Nothing is wrong with it.')
  if (kind === 'PRIVATE') lines.push('  Keep it to yourself; it is not shown. The public key to register is:')
  else if (publicKey !== null) lines.push('  The right form of its public key is:')
  if (publicKey !== null) lines.push(publicKey.trimEnd())
  if (kind === 'PRIVATE' && usable) {
    lines.push(
      `  To write it as PKCS#8: tradepay keys doctor ${file} --convert NEW.pem`,
      `  To write it as PKCS#1: tradepay keys doctor ${file} --convert NEW.pem --form PKCS1`,
    )
  }
  return lines
}

/** Whether one private and one public key are the two halves of a pair: often they are not. */
function pairLines(findings: KeyFinding[]): string[] {
  const [first, second, ...more] = findings.filter(({ fingerprint }) => fingerprint !== null)
  if (!first || !second || more.length > 0) return []
  if ((first.kind === 'PRIVATE') === (second.kind === 'PRIVATE')) return []
  const together = first.fingerprint === second.fingerprint
  return [together ? 'The two belong together.' : 'The two do not belong together: they are halves of different pairs.']
}

async function writePrivateKey(keys: string[], file: string): Promise<string> {
  const [key] = keys
  if (key === undefined) throw new CommandError('There is no usable private key to convert.')
  if (keys.length > 1) throw new CommandError(`There are ${keys.length} private keys: name the file of one.`)
  try {
    // Never over another file, which could be a key.
    const handle = await open(file, 'wx', 0o600)
    await handle.writeFile(key).finally(() => handle.close())
  } catch (error) {
    throw new CommandError(`${file} cannot be written: ${codeOf(error)}.`)
  }
  return `The private key is written to ${file}, which only you may read.`
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : 'unknown'
}
