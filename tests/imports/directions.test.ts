/**
 * Reads every import of the repository and keeps the directions that ARCHITECTURE.md draws. A line that is crossed
 * names the file, what it imports, and the rule.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What each package may import of ours. A package that is not here does not exist. */
const packages: Record<string, string[]> = {
  'packages/money': [],
  'packages/signature': [],
  'packages/contract': ['@tradepay/money'],
  'packages/embedded-postgres': [],
  'packages/merchant-sdk': ['@tradepay/signature', '@tradepay/contract', '@tradepay/money'],
  'packages/mini-program': ['@tradepay/contract'],
  'apps/wallet-server': ['@tradepay/contract', '@tradepay/money', '@tradepay/signature'],
  'apps/wallet-app': ['@tradepay/contract', '@tradepay/money', '@tradepay/mini-program'],
  'apps/sandbox': [
    '@tradepay/contract',
    '@tradepay/money',
    '@tradepay/signature',
    '@tradepay/mini-program',
    '@tradepay/wallet-server',
  ],
  'apps/tradepay': [
    '@tradepay/contract',
    '@tradepay/money',
    '@tradepay/signature',
    '@tradepay/embedded-postgres',
    '@tradepay/mini-program',
    '@tradepay/wallet-server',
    '@tradepay/wallet-app',
    '@tradepay/sandbox',
    '@coffee-shop/server',
  ],
  'examples/coffee-shop/server': ['@tradepay/merchant-sdk'],
}

/** Inside the wallet server: which rooms a room may look into. `api` is the doors. Types of a room count too. */
const everyRoomMay = ['ports', 'ids', 'day', 'settings', 'build-server', 'db']
const rooms: Record<string, string[]> = {
  db: [],
  ledger: [],
  transport: [],
  notification: [],
  funding: ['ledger'],
  user: ['ledger'],
  merchant: ['ledger', 'user'],
  program: [],
  session: [],
  nonce: [],
  authorization: ['program', 'user'],
  'top-up': ['ledger', 'funding', 'user'],
  'pay-out': ['ledger', 'funding', 'merchant'],
  order: ['merchant', 'program', 'user', 'notification'],
  payment: ['order', 'user', 'funding', 'notification', 'ledger'],
  refund: ['order', 'payment', 'merchant', 'funding', 'notification', 'ledger'],
  statement: ['merchant', 'ledger'],
  worker: ['notification', 'order', 'funding', 'nonce', 'ledger'],
  verify: ['ledger'],
  api: [
    'order',
    'payment',
    'refund',
    'top-up',
    'pay-out',
    'funding',
    'statement',
    'user',
    'merchant',
    'program',
    'session',
    'nonce',
    'authorization',
    'notification',
    'ledger',
    'transport',
  ],
}

interface Import {
  file: string
  specifier: string
}

/** Test files and support may reach further than what ships. */
const isTest = (file: string): boolean => /(^|\/)test\/|\.test\.tsx?$|\.spec\.ts$/.test(file)

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return ['node_modules', 'dist', 'fixtures'].includes(entry.name) ? [] : sourceFiles(path)
    return /\.tsx?$/.test(entry.name) ? [relative(root, path).split(sep).join('/')] : []
  })
}

const imports: Import[] = []

beforeAll(() => {
  for (const file of ['packages', 'apps', 'examples'].flatMap((folder) => sourceFiles(join(root, folder)))) {
    // Types vanish when a file is compiled; a type import crosses a line like any other, so the source is read.
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'))
    for (const { fileName } of importedFiles) imports.push({ file, specifier: fileName })
  }
})

const shipped = (): Import[] => imports.filter(({ file }) => !isTest(file))
const told = (crossed: Import[]): string[] => crossed.map(({ file, specifier }) => `${file} imports ${specifier}`)

describe('packages', () => {
  it('import only what stands before them', () => {
    const crossed = shipped().filter(({ file, specifier }) => {
      const home = Object.keys(packages).find((folder) => file.startsWith(`${folder}/`))
      if (home === undefined) return true
      const ours =
        /^(@tradepay|@coffee-shop)\/[^/]+/.exec(specifier)?.[0] ?? (specifier === 'tradepay' ? specifier : null)
      return ours !== null && !packages[home]!.includes(ours)
    })
    expect(told(crossed)).toEqual([])
  })

  it('never reach into each other by a relative path', () => {
    const crossed = imports.filter(({ file, specifier }) => {
      if (!specifier.startsWith('.')) return false
      const home = Object.keys(packages).find((folder) => file.startsWith(`${folder}/`))
      const target = relative(root, resolve(root, dirname(file), specifier))
        .split(sep)
        .join('/')
      return home === undefined || !target.startsWith(`${home}/`)
    })
    expect(told(crossed)).toEqual([])
  })

  it('declare what they import', () => {
    const crossed = shipped().filter(({ file, specifier }) => {
      if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier.startsWith('virtual:')) return false
      const home = Object.keys(packages).find((folder) => file.startsWith(`${folder}/`))!
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/')
      const manifest = JSON.parse(readFileSync(join(root, home, 'package.json'), 'utf8')) as Record<
        string,
        Record<string, string>
      >
      const declared = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].some(
        (kind) => manifest[kind]?.[name] !== undefined,
      )
      return !declared && manifest['name'] !== (name as unknown)
    })
    expect(told(crossed)).toEqual([])
  })
})

describe('the wallet server', () => {
  const home = 'apps/wallet-server/src/'
  const roomOf = (path: string): string => path.slice(home.length).split('/')[0]!.replace(/\.ts$/, '')

  it('lets data go one way: doors, rooms, ledger, database', () => {
    const crossed = shipped().filter(({ file, specifier }) => {
      if (!file.startsWith(home) || !specifier.startsWith('.')) return false
      const room = roomOf(file)
      if (rooms[room] === undefined) return false // The compositions at the top put everything together.
      const target = roomOf(
        relative(root, resolve(root, dirname(file), specifier))
          .split(sep)
          .join('/'),
      )
      return target !== room && !everyRoomMay.includes(target) && !rooms[room].includes(target)
    })
    expect(told(crossed)).toEqual([])
  })

  it('keeps the ledger ignorant of orders, and notifications of payments', () => {
    const words: [string, RegExp][] = [
      ['ledger', /\b(order(?! by)|trade_?no|refund|notification|coffee)s?\b/i],
      ['notification', /\b(payment|payer|ledger|account)s?\b/i],
    ]
    const found = words.flatMap(([room, pattern]) =>
      sourceFiles(join(root, home, room)).flatMap((file) => {
        const code = transformSync(readFileSync(join(root, file), 'utf8'), { loader: 'ts', legalComments: 'none' }).code
        const match = pattern.exec(code)
        return match ? [`${file} speaks of "${match[0]}"`] : []
      }),
    )
    expect(found).toEqual([])
  })

  it('only the sandbox and the command compose it', () => {
    const crossed = shipped().filter(
      ({ file, specifier }) =>
        specifier.startsWith('@tradepay/wallet-server') && !/^apps\/(sandbox|tradepay)\//.test(file),
    )
    expect(told(crossed)).toEqual([])
  })
})

describe('a mini program', () => {
  it('runtime keeps logic, view and host apart: they meet in messages only', () => {
    const crossed = shipped().filter(({ file, specifier }) => {
      const side = /^packages\/mini-program\/src\/(logic|view|host)\//.exec(file)?.[1]
      if (side === undefined || !specifier.startsWith('.')) return false
      const target = relative(root, resolve(root, dirname(file), specifier))
        .split(sep)
        .join('/')
      const other = /^packages\/mini-program\/src\/(logic|view|host|packager)\//.exec(target)?.[1]
      return other !== undefined && other !== side
    })
    expect(told(crossed)).toEqual([])
  })
})
