/**
 * Finds a Chromium for the browser tests, or installs one: TRADEPAY_CHROMIUM, then the system's, then Playwright's
 * own; then Debian's package (as root), then Playwright's download. Answers the path of the program.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

export function ensureChromium(): string {
  return findChromium() ?? installChromium()
}

function findChromium(): string | null {
  const named = process.env['TRADEPAY_CHROMIUM']
  if (named) {
    if (!existsSync(named)) throw new Error(`TRADEPAY_CHROMIUM is "${named}", and there is no such file.`)
    return named
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [...onPath, MAC, chromium.executablePath()].find((path) => path !== '' && existsSync(path)) ?? null
}

function installChromium(): string {
  console.log('No Chromium found. Installing one for the browser tests…')
  const isDebianRoot = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  const attempts = [
    ...(isDebianRoot
      ? [['sh', '-c', 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium']]
      : []),
    ['npx', 'playwright', 'install', 'chromium'],
  ]
  for (const [command = '', ...args] of attempts) {
    spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    const found = findChromium()
    if (found) return found
  }
  throw new Error(
    'No Chromium could be installed. Install one and name it: TRADEPAY_CHROMIUM=/path/to/chromium npm test',
  )
}
