/**
 * The flow in a real browser with the real servers. Each spec file starts its own wallet in a folder that is thrown
 * away (tests/end-to-end/support), so specs never disturb each other.
 */
import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'tests/end-to-end',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    viewport: { width: 390, height: 844 },
    locale: 'en-US',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['TRADEPAY_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
