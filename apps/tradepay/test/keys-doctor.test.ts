/** `tradepay keys doctor`: what it prints, what it writes, and that it never prints a private key. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePrivateKey, parsePublicKey, fingerprint } from '@tradepay/signature'
import texts from '@tradepay/signature/vectors/keys.json' with { type: 'json' }
import { describe, expect, it } from 'vitest'
import { keysDoctor } from '../src/keys-doctor.ts'
import { throwawayFolder, tradepay } from './support.ts'

const { merchant, wallet } = texts

async function files(...contents: (string | Buffer)[]): Promise<string[]> {
  const folder = await throwawayFolder()
  return await Promise.all(
    contents.map(async (content, index) => {
      const file = join(folder, `${index}.pem`)
      await writeFile(file, content)
      return file
    }),
  )
}

/** Any part of a private key that is not in the public one. */
function expectNoPrivateKey(output: string): void {
  expect(output).not.toContain('PRIVATE KEY-----')
  const plain = output.replace(/\s/g, '')
  for (const text of [merchant.privatePkcs1, merchant.privatePkcs8].map((pem) =>
    pem.replace(/-----[^-]+-----|\s/g, ''),
  )) {
    for (let at = 420; at + 20 < text.length; at += 20) expect(plain.includes(text.slice(at, at + 20))).toBe(false)
  }
}

describe('what it says', () => {
  it('of a key that is right: nothing is wrong, and exit code 0', async () => {
    const [file] = await files(merchant.publicSpki)
    const { code, output } = await tradepay(['keys', 'doctor', file!]).ended
    expect(output).toContain(`an RSA public key of 2048 bits (SPKI), fingerprint ${merchant.fingerprint}`)
    expect(output).toContain('Nothing is wrong with it.')
    expect(output).toContain(merchant.publicSpki.trim())
    expect(code).toBe(0)
  }, 60_000)

  it('of a private key: the public key to register and how to convert, and never the key', async () => {
    const [file] = await files(`"${merchant.privatePkcs1.replaceAll('\n', '\\n')}"`)
    const { output, healthy } = await keysDoctor([file!], {})
    expect(healthy).toBe(false)
    expect(output).toContain('It stands in quotes.')
    expect(output).toContain('Its line ends are written as the two characters \\n.')
    expect(output).toContain(merchant.publicSpki.trim())
    expect(output).toContain('--convert NEW.pem --form PKCS1')
    expectNoPrivateKey(output)
  })

  it('of two files: whether they are halves of one pair', async () => {
    const [own, right, wrong] = await files(merchant.privatePkcs8, merchant.publicSpki, wallet.publicSpki)
    expect((await keysDoctor([own!, right!], {})).output).toMatch(/belong together\.$/)
    expect((await keysDoctor([own!, wrong!], {})).output).toContain('do not belong together')
  })
})

describe('--convert', () => {
  it.each(['PKCS8', 'PKCS1'])(
    'writes the key as %s for its owner only, and does not print it',
    async (form) => {
      const [file] = await files(merchant.privateBase64)
      const target = `${file}.new`
      const { code, output } = await tradepay(['keys', 'doctor', file!, '--convert', target, '--form', form]).ended
      expect(code).toBe(1)
      expectNoPrivateKey(output)
      const written = await readFile(target, 'utf8')
      expect(written.trim()).toBe((form === 'PKCS8' ? merchant.privatePkcs8 : merchant.privatePkcs1).trim())
      expect((await stat(target)).mode & 0o777).toBe(0o600)
      expect(fingerprint(parsePrivateKey(written))).toBe(fingerprint(parsePublicKey(merchant.publicSpki)))
    },
    60_000,
  )

  it('never replaces a file', async () => {
    const [file, other] = await files(merchant.privatePkcs8, 'precious')
    await expect(keysDoctor([file!], { convert: other! })).rejects.toThrow('cannot be written: EEXIST')
    expect(await readFile(other!, 'utf8')).toBe('precious')
  })

  it.each([
    ['a public key', [merchant.publicSpki], 'no usable private key'],
    ['two private keys', [merchant.privatePkcs8, wallet.privatePkcs8], '2 private keys'],
  ])('of %s writes nothing', async (_, contents, reason) => {
    const given = await files(...contents)
    const target = `${given[0]}.new`
    await expect(keysDoctor(given, { convert: target })).rejects.toThrow(reason)
    await expect(stat(target)).rejects.toThrow('ENOENT')
  })
})

describe('what it refuses', () => {
  it('a file that is not there, with exit code 2 and one sentence', async () => {
    const { code, output } = await tradepay(['keys', 'doctor', '/nowhere/key.pem']).ended
    expect(code).toBe(2)
    expect(output).toContain('/nowhere/key.pem cannot be read: ENOENT.')
    expect(output).not.toContain('at async')
  }, 60_000)

  it('a folder, a file that is too long, and a form that is none', async () => {
    const [file] = await files(Buffer.alloc(70_000))
    await expect(keysDoctor([join(file!, '..')], {})).rejects.toThrow('cannot be read: EISDIR')
    await expect(keysDoctor([file!], {})).rejects.toThrow('no key is that long')
    await expect(keysDoctor([file!], { form: 'DER' })).rejects.toThrow('expected PKCS8 or PKCS1')
  })

  it('of an unusable text it says so and shows nothing of it', async () => {
    const [file] = await files(merchant.privatePkcs8.slice(0, 900))
    const { output, healthy } = await keysDoctor([file!], {})
    expect(healthy).toBe(false)
    expect(output).toMatch(/A part of it is missing: it has \d+ of \d+ bytes\./)
    expectNoPrivateKey(output)
  })
})
