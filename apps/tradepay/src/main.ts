/**
 * The command `tradepay`: start (the sandbox), serve (production), verify, statement, notifications, replay, owners, endpoints,
 * pack, keys. Each is a function in a file of its own; this file reads the options and prints.
 */
import { Command } from 'commander'
import { CommandError } from './command-error.ts'
import type { DoctorOptions } from './keys-doctor.ts'
import type { EndpointsOptions, NotificationsOptions } from './notifications.ts'
import { readPort } from './ports.ts'
import type { OwnersOptions } from './owners.ts'
import { stopOnSignal } from './run.ts'
import type { ReplayOptions } from './replay.ts'
import type { StatementOptions } from './statement.ts'

const env = process.env
const dataOption = ['--data <folder>', 'where everything is kept', env['TRADEPAY_DATA_DIR'] ?? '.tradepay'] as const

const program = new Command('tradepay').description('The open wallet for mini program payments')

program
  .command('start')
  .description('start the sandbox: a wallet, its database, and a coffee shop to try it with')
  .option(
    '--port <port>',
    'port of the wallet; the coffee shop and the test bank take the next ones',
    env['TRADEPAY_PORT'] ?? '4100',
  )
  .option('--shop-port <port>', 'port of the coffee shop', env['TRADEPAY_SHOP_PORT'])
  .option('--bank-port <port>', 'port of the test bank; 0 takes any free one', env['TRADEPAY_BANK_PORT'])
  .option(...dataOption)
  .action(async (options: { port: string; shopPort?: string; bankPort?: string; data: string }) => {
    const began = performance.now()
    const port = readPort(options.port, '--port')
    const shopPort = options.shopPort === undefined ? port + 1 : readPort(options.shopPort, '--shop-port')
    const bankPort = options.bankPort === undefined ? shopPort + 1 : readPort(options.bankPort, '--bank-port', 0)
    const [{ start }, { announcement }] = await Promise.all([import('./start.ts'), import('./announce.ts')])
    const starting = start({
      port,
      shopPort,
      bankPort,
      dataFolder: options.data,
      databaseUrl: env['TRADEPAY_DATABASE_URL'],
      say: (line) => console.log(line),
    })
    // A signal during the start lets it come up and then stops it, so that nothing is left behind.
    stopOnSignal(async () => (await starting).stop())
    console.log(announcement(await starting, (performance.now() - began) / 1000))
  })

program
  .command('serve')
  .description('run the wallet server in production; settings come from the environment (TRADEPAY_…)')
  .action(async () => {
    const { readServeSettings } = await import('./serve-settings.ts')
    const settings = readServeSettings(env)
    const { serve } = await import('./serve.ts')
    const { url, stop } = await serve(settings, (line) => console.log(line))
    stopOnSignal(stop)
    console.log(`The wallet server listens on ${url} for ${settings.publicUrl}.`)
  })

program
  .command('verify')
  .description('check every promise about money against the database; exit code 1 when one is broken')
  .option(...dataOption)
  .action(async (options: { data: string }) => {
    const { isClean, verifyReport, verifyWallet } = await import('./verify.ts')
    const verified = await verifyWallet(options.data, env['TRADEPAY_DATABASE_URL'])
    console.log(verifyReport(verified))
    process.exitCode = isClean(verified) ? 0 : 1
  })

program
  .command('statement')
  .description("a merchant's day: payments, fees, refunds, pay-outs; exit code 1 when a list to compare differs")
  .requiredOption('--merchant <id>', 'whose statement')
  .requiredOption('--day <yyyy-MM-dd>', "a day of the wallet's time zone (TRADEPAY_TIME_ZONE)")
  .requiredOption('--currency <code>', 'which account, such as CNY')
  .option('--format <format>', 'csv or json', 'csv')
  // An option that is missing or unknown is told apart from a difference that was found.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .option('--compare <file>', 'list the differences from this list (CSV or JSON) instead')
  .option(...dataOption)
  .action(async (options: StatementOptions) => {
    const { statement } = await import('./statement.ts')
    const { output, summary, differences } = await statement(options, env)
    process.stdout.write(output)
    console.error(summary)
    process.exitCode = differences.length === 0 ? 0 : 1
  })

program
  .command('notifications')
  .description('what merchants were told, of the newest orders first; with --id every attempt of one')
  .option('--state <state>', 'DUE, DELIVERED or GIVEN_UP')
  .option('--trade-no <number>', 'of one order')
  .option('--url <address>', 'to one address, exactly as it stands in the order')
  .option('--id <number>', 'one notification, with its attempts')
  .option('--days <count>', 'orders of so many days', '7')
  .option('--limit <count>', 'most lines', '50')
  .option(...dataOption)
  .action(async (options: NotificationsOptions) => {
    const { notifications } = await import('./notifications.ts')
    console.log(await notifications(options, env))
  })

program
  .command('replay <notification>')
  .description('send one notification of a wallet in production once more; takes the settings of serve (TRADEPAY_…)')
  .option('--even-if-older', 'also when the address has acknowledged something newer of the order')
  .action(async (notificationId: string, options: ReplayOptions) => {
    const [{ readServeSettings }, { replay }] = await Promise.all([
      import('./serve-settings.ts'),
      import('./replay.ts'),
    ])
    console.log(await replay(notificationId, options, readServeSettings(env)))
  })

program
  .command('owners <merchant>')
  .description('which users speak for a merchant of a wallet in production; takes the settings of serve (TRADEPAY_…)')
  .option('--add <login>', 'one more')
  .option('--remove <login>', 'one less')
  .action(async (merchantId: string, options: OwnersOptions) => {
    const [{ readServeSettings }, { owners }] = await Promise.all([
      import('./serve-settings.ts'),
      import('./owners.ts'),
    ])
    console.log(await owners(merchantId, options, readServeSettings(env)))
  })

program
  .command('endpoints')
  .description("how merchants' addresses have answered, the most troubled first")
  .option('--hours <count>', 'so far back', '24')
  .option('--limit <count>', 'most lines', '50')
  .option(...dataOption)
  .action(async (options: EndpointsOptions) => {
    const { endpoints } = await import('./notifications.ts')
    console.log(await endpoints(options, env))
  })

program
  .command('pack <folder>')
  .description('pack a mini program into one file')
  .option('--out <file>', 'where to write it; default: <name of the folder>.packed.json here')
  .action(async (folder: string, options: { out?: string }) => {
    const { packFolder } = await import('./pack.ts')
    console.log(await packFolder(folder, options.out))
  })

const keys = program.command('keys').description("the wallet's own keys, and a doctor for anybody's")

keys
  .command('create <folder>')
  .description('make the next version of the key pair that signs answers and notifications')
  .action(async (folder: string) => {
    const { createKeys } = await import('./keys.ts')
    console.log(await createKeys(folder))
  })

keys
  .command('doctor <files...>')
  .description('say what a key is and what is wrong with it; exit code 1 when anything is')
  .option('--convert <file>', 'write the private key to a new file that only you may read')
  .option('--form <form>', 'of the converted key: PKCS8 or PKCS1', 'PKCS8')
  .action(async (files: string[], options: DoctorOptions) => {
    const { keysDoctor } = await import('./keys-doctor.ts')
    const { output, healthy } = await keysDoctor(files, options)
    console.log(output)
    process.exitCode = healthy ? 0 : 1
  })

program.parseAsync().catch((error: unknown) => {
  const known = error instanceof CommandError
  console.error(known ? error.message : error instanceof Error ? (error.stack ?? error.message) : error)
  process.exitCode = 2
})
