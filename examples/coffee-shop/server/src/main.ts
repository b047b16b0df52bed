/**
 * Runs the coffee shop alone, configured from the environment. SIGINT and SIGTERM stop it cleanly.
 */
import { readFileSync } from 'node:fs'
import { startCoffeeShop } from './index.ts'

/** @throws Error naming the variable that is missing. */
function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`The environment variable ${name} is missing.`)
  return value
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`)

const shop = await startCoffeeShop({
  databaseUrl: required('SHOP_DATABASE_URL'),
  port: Number(process.env['SHOP_PORT'] ?? 4101),
  host: process.env['SHOP_HOST'] ?? '127.0.0.1',
  ...(process.env['SHOP_PUBLIC_URL'] ? { publicUrl: process.env['SHOP_PUBLIC_URL'] } : {}),
  wallet: {
    baseUrl: required('WALLET_URL'),
    clientId: required('WALLET_CLIENT_ID'),
    appId: required('WALLET_APP_ID'),
    keyVersion: Number(process.env['WALLET_KEY_VERSION'] ?? 1),
    // Keys come as files, so that they stand in no process list and no shell history.
    privateKey: readFileSync(required('SHOP_PRIVATE_KEY_FILE'), 'utf8'),
    walletPublicKey: readFileSync(required('WALLET_PUBLIC_KEY_FILE'), 'utf8'),
  },
  warn: say,
})
say(`The coffee shop listens on ${shop.url}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void shop.close())
}
