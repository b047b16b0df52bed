/**
 * Chromium for tests that need a page: TRADEPAY_CHROMIUM names a binary; otherwise one of the system, otherwise the
 * one Playwright installed.
 */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const SYSTEM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Starts a headless Chromium. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env['TRADEPAY_CHROMIUM'] ?? SYSTEM_PATHS.find((path) => existsSync(path))
  return chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    // Chromium's own sandbox does not start as root, as containers of CI often run.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}
