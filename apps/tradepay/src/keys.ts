/**
 * The wallet's own keys in a folder, one pair for each version: `1.private.pem`, `1.public.pem`, … The newest signs;
 * merchants verify with the public file.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { generateRsaKeyPair, parsePrivateKey } from '@tradepay/signature'
import type { WalletKey } from '@tradepay/wallet-server'
import { CommandError } from './command-error.ts'

/** Makes the next version. Never replaces a key. @returns what to print */
export async function createKeys(directory: string): Promise<string> {
  const folder = resolve(directory)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const version = Math.max(0, ...(await versionsIn(folder))) + 1
  const { privateKey, publicKey } = await generateRsaKeyPair()
  const file = (kind: string): string => join(folder, `${version}.${kind}.pem`)
  await writeFile(file('private'), privateKey, { mode: 0o600, flag: 'wx' })
  await writeFile(file('public'), publicKey, { mode: 0o644, flag: 'wx' })
  return [
    `Version ${version}: ${file('private')} (keep it to the wallet)`,
    `           ${file('public')} (give it to merchants)`,
  ].join('\n')
}

/** The keys of the folder, newest last. @throws CommandError when there is none, or one is unusable */
export async function readKeys(directory: string): Promise<WalletKey[]> {
  const folder = resolve(directory)
  const versions = (await versionsIn(folder)).sort((a, b) => a - b)
  if (versions.length === 0) {
    throw new CommandError(`There are no keys in ${folder}. Make them: tradepay keys create ${directory}`)
  }
  return await Promise.all(
    versions.map(async (version) => {
      const file = join(folder, `${version}.private.pem`)
      try {
        const key = parsePrivateKey(await readFile(file, 'utf8'))
        const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString()
        const publicKey = createPublicKey(createPrivateKey(privateKey))
          .export({ type: 'spki', format: 'pem' })
          .toString()
        return { version, privateKey, publicKey }
      } catch (error) {
        throw new CommandError(`${file} is not usable: ${error instanceof Error ? error.message : 'unknown'}`)
      }
    }),
  )
}

async function versionsIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => [])
  return names.flatMap((name) => {
    const version = /^([1-9][0-9]{0,8})\.private\.pem$/.exec(name)?.[1]
    return version ? [Number(version)] : []
  })
}
