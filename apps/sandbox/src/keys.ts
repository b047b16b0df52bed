/**
 * The keys of the sandbox: the wallet's pair, the PIN pepper, the key between wallet and test bank, and the merchants' private keys, which sandbox.json hands
 * out. Made once, each in a file that only its owner may read, and never changed: what was signed stays verifiable.
 */
import { createHash, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { generateRsaKeyPair } from '@tradepay/signature'
import type { WalletKey } from '@tradepay/wallet-server'

export interface SandboxKeys {
  wallet: WalletKey
  pinPepper: string
  /** What the wallet and the test bank know each other by. */
  bankKey: string
  /** PKCS#8 PEM of a merchant's side, by the name of its app. */
  merchant(name: string): Promise<{ privateKey: string; publicKey: string }>
  /** Names these keys without telling them: a database that was filled under other keys is recognized by it. */
  fingerprint: string
}

export async function openKeys(folder: string): Promise<SandboxKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const pair = async (name: string): Promise<{ privateKey: string; publicKey: string }> => {
    const privateKey = await keep(
      join(folder, `${name}.private.pem`),
      async () => (await generateRsaKeyPair()).privateKey,
    )
    const publicKey = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' }).toString()
    return { privateKey, publicKey }
  }
  const wallet = await pair('wallet-1')
  const pinPepper = await keep(join(folder, 'pin-pepper'), async () => randomBytes(32).toString('base64'))
  const bankKey = await keep(join(folder, 'bank-key'), async () => randomBytes(32).toString('base64url'))
  return {
    wallet: { version: 1, ...wallet },
    pinPepper,
    bankKey,
    merchant: pair,
    fingerprint: createHash('sha256').update(pinPepper).update(wallet.privateKey).digest('hex'),
  }
}

/** The text of the file, made first when there is none. A kill in the middle, or another process, does no harm. */
async function keep(file: string, make: () => Promise<string>): Promise<string> {
  const found = await readFile(file, 'utf8').catch(() => null)
  if (found) return found
  const aside = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(aside, 'wx', 0o600)
  try {
    await handle.writeFile(await make())
    await handle.sync()
  } finally {
    await handle.close()
  }
  // A link never replaces: whoever comes second uses what the first one made.
  await link(aside, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(aside)
  return await readFile(file, 'utf8')
}
