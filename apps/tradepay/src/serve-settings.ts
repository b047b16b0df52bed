/**
 * The settings of `tradepay serve`, read from the environment. All that are missing or wrong are named at once; there
 * is no default for what protects money.
 */
import { callProblems, readCallSettings, type CallSettings } from './call-settings.ts'
import { readPort } from './ports.ts'
import { CommandError } from './command-error.ts'
import { moneyProblems, readMoneySettings, type MoneySettings } from './money-settings.ts'

export interface ServeSettings extends MoneySettings, CallSettings {
  databaseUrl: string
  publicUrl: string
  pinPepper: string
  keysFolder: string
  packagesFolder: string
  host: string
  port: number
  walletName: string | undefined
  timeZone: string | undefined
}

const PEPPER_MIN_LENGTH = 32

type Environment = Readonly<Record<string, string | undefined>>

const required: Readonly<Record<string, { about: string; wrong(value: string): string | null }>> = {
  TRADEPAY_DATABASE_URL: {
    about: 'PostgreSQL 15 or newer, postgres://user:password@host:5432/database',
    wrong: (value) => (/^postgres(ql)?:\/\//.test(value) && URL.canParse(value) ? null : 'is not a postgres:// URL'),
  },
  TRADEPAY_PUBLIC_URL: {
    about: 'where users reach the wallet app, https://wallet.example',
    wrong: (value) => (isOrigin(value) ? null : 'is not an https origin without path'),
  },
  TRADEPAY_PIN_PEPPER: {
    about: `secret of at least ${PEPPER_MIN_LENGTH} characters, kept outside of the database`,
    wrong: (value) => (value.length >= PEPPER_MIN_LENGTH ? null : `is shorter than ${PEPPER_MIN_LENGTH} characters`),
  },
  TRADEPAY_KEYS_DIR: { about: "folder of the wallet's keys, see: tradepay keys create", wrong: () => null },
  TRADEPAY_PACKAGES_DIR: { about: 'folder of mini program packages', wrong: () => null },
}

/** @throws CommandError that names every setting that is missing or wrong, and never repeats a value */
export function readServeSettings(environment: Environment): ServeSettings {
  const problems = Object.entries(required)
    .flatMap(([name, { about, wrong }]) => {
      const value = environment[name]
      if (!value) return [`  ${name} is missing: ${about}`]
      const problem = wrong(value)
      return problem ? [`  ${name} ${problem}: ${about}`] : []
    })
    .concat(moneyProblems(environment), callProblems(environment))
  if (problems.length > 0) {
    throw new CommandError(['A wallet in production does not run without its settings:', ...problems].join('\n'))
  }
  const value = (name: string): string => environment[name] ?? ''
  return {
    databaseUrl: value('TRADEPAY_DATABASE_URL'),
    publicUrl: new URL(value('TRADEPAY_PUBLIC_URL')).origin,
    pinPepper: value('TRADEPAY_PIN_PEPPER'),
    keysFolder: value('TRADEPAY_KEYS_DIR'),
    packagesFolder: value('TRADEPAY_PACKAGES_DIR'),
    host: environment['TRADEPAY_HOST'] ?? '127.0.0.1',
    port: readPort(environment['TRADEPAY_PORT'] ?? '4100', 'TRADEPAY_PORT'),
    walletName: environment['TRADEPAY_WALLET_NAME'],
    timeZone: environment['TRADEPAY_TIME_ZONE'],
    ...readMoneySettings(environment),
    ...readCallSettings(environment),
  }
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return url.protocol === 'https:' && url.pathname === '/' && url.search === '' && url.username === ''
}
