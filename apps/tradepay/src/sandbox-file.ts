/** `sandbox.json`: the world for programs. It holds private keys of test merchants, so only its owner may read it. */
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sandbox } from '@tradepay/sandbox'

export const sandboxFile = (dataFolder: string): string => join(dataFolder, 'sandbox.json')

/** Writes it whole or not at all, so that whoever waits for the file can read it at once. */
export async function writeSandboxFile(dataFolder: string, world: Sandbox['world']): Promise<string> {
  const file = sandboxFile(dataFolder)
  const aside = `${file}.${process.pid}`
  await writeFile(aside, `${JSON.stringify(world, null, 2)}\n`, { mode: 0o600 })
  await rename(aside, file)
  return file
}

/** Takes it away before a start, so that nobody mistakes the world of before for the one that is coming. */
export async function removeSandboxFile(dataFolder: string): Promise<void> {
  await rm(sandboxFile(dataFolder), { force: true })
}
