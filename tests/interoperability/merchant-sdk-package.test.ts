/**
 * The SDK as a merchant installs it: the packed tarball goes into an empty folder without a network, and programs of all
 * three kinds use it there. Packing bundles the types too, and npm runs twice, which takes its seconds.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packSdk } from '../../scripts/pack-sdk.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

let folder: string
let installed: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tradepay-consumer-'))
  const tarball = await packSdk(join(folder, 'tarball'))
  await writeFile(join(folder, 'package.json'), '{ "name": "consumer", "private": true }')
  const cache = join(folder, 'npm-cache')
  await mkdir(cache)
  const args = ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--cache', cache, tarball]
  await run('npm', args, { cwd: folder })
  installed = join(folder, 'node_modules/@tradepay/merchant-sdk')
}, 180_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A merchant's program: it makes a client, signs a sample, hears it, and calls a wallet that is not there. */
const program = `
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const options = { clientId: '2021000000000001', privateKey, walletPublicKey: publicKey }
const heard: string[] = []
const inbox = sdk.notificationInbox({
  store: sdk.memoryInboxStore(),
  apply: ({ tradeNo, amount }) => heard.push(tradeNo + ' ' + sdk.formatDecimal(amount)),
})
const amount = sdk.money('CNY', 3600n)
const about = { clientId: options.clientId, walletPrivateKey: privateKey, path: '/', orderNo: 'A1', amount }
async function main() {
  for (const api of ['superapp', 'alipay'] as const) {
    const handle = api === 'alipay' ? sdk.alipayNotificationHandler(options, inbox) : sdk.notificationHandler(options, inbox)
    const { status } = await handle(await sdk.signSampleNotification({ ...about, api, tradeNo: api }))
    heard.push(String(status))
  }
  const baseUrl = 'http://127.0.0.1:1'
  for (const client of [new sdk.TradePayClient({ ...options, baseUrl }), new sdk.AlipayClient({ ...options, baseUrl })]) {
    await client.createOrder({ orderNo: 'A1', title: 'Tea', amount }).catch((error: unknown) => {
      heard.push(sdk.isUnknown(error) ? 'unknown' : String(error))
    })
  }
  console.log(heard.join(', '))
}
void main()
`
const output = 'superapp 36.00, 200, alipay 36.00, 200, unknown, unknown\n'
const beginnings = {
  esm: `import { generateKeyPairSync } from 'node:crypto'\nimport * as sdk from '@tradepay/merchant-sdk'\n`,
  cjs: `const { generateKeyPairSync } = require('node:crypto')\nconst sdk = require('@tradepay/merchant-sdk')\n`,
}
const asJavaScript = (text: string): string =>
  ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } })
    .outputText

test('the tarball holds two bundles and their types, and depends on nothing', async () => {
  expect((await readdir(installed)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'index.cjs',
    'index.d.cts',
    'index.d.ts',
    'index.js',
    'package.json',
  ])
  expect(await readdir(join(folder, 'node_modules/@tradepay'))).toEqual(['merchant-sdk'])
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>
  for (const name of ['dependencies', 'peerDependencies', 'optionalDependencies', 'private', 'scripts']) {
    expect(manifest).not.toHaveProperty(name)
  }
  for (const name of ['index.js', 'index.cjs', 'index.d.ts', 'index.d.cts']) {
    const text = await readFile(join(installed, name), 'utf8')
    const imported = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
    expect(imported.filter((specifier) => !specifier.startsWith('node:'))).toEqual([])
    expect(text).not.toContain(root)
  }
})

test.each([
  ['an ES module', 'consumer.mjs', beginnings.esm],
  ['a CommonJS module', 'consumer.cjs', beginnings.cjs],
])('%s uses it', async (_, name, beginning) => {
  await writeFile(join(folder, name), asJavaScript(beginning + program))
  expect((await run(process.execPath, [name], { cwd: folder })).stdout).toBe(output)
})

test.each([
  ['nodenext', ['typed.mts', 'typed.cts'], ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  ['bundler', ['typed.ts'], ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
])('TypeScript knows its types: moduleResolution %s', async (_, names, module, moduleResolution) => {
  const wrong = `
const client = new sdk.TradePayClient({ ...options, baseUrl: '' })
const number: number = client.createOrder({ orderNo: 'A', title: 'T', amount })
client.refund({ tradeNo: 'T', refundNo: 'R', amount: 36 })
client.downloadStatement({ date: '2026-03-01' })
`
  const files = names.map((name) => join(folder, name))
  for (const file of files) await writeFile(file, `${beginnings.esm}${program}${wrong}`)
  const compiled = ts.createProgram(files, {
    module,
    moduleResolution,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  })
  const types = compiled.getSourceFiles().filter(({ fileName }) => fileName.includes('@tradepay/merchant-sdk/index.d.'))
  // Each kind of module has the types of its own kind, and they are whole.
  expect(types.map(({ fileName }) => extname(fileName)).sort()).toEqual(names.length === 2 ? ['.cts', '.ts'] : ['.ts'])
  for (const file of types) expect(compiled.getSemanticDiagnostics(file).map(messageOf)).toEqual([])
  for (const file of files) {
    const problems = compiled.getSemanticDiagnostics(compiled.getSourceFile(file)).map(messageOf)
    expect(problems).toEqual([
      expect.stringContaining("'Promise<CreatedOrder>' is not assignable to type 'number'"),
      expect.stringContaining("'number' is not assignable to type 'Money'"),
      expect.stringContaining("'downloadStatement' does not exist on type 'TradePayClient'"),
    ])
  }
})

const messageOf = ({ messageText }: ts.Diagnostic): string => ts.flattenDiagnosticMessageText(messageText, '\n')
