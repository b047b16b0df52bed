import { chown, cp, lstat, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findNative } from '../src/binaries.ts'
import { startPostgres } from '../src/index.ts'
import { putLocksBack, removeLocks } from '../src/left-over.ts'
import { pageMemoryMb } from '../src/postmaster.ts'
import { postmasterPid, query, startInChild, throwawayFolder } from './support.ts'

const isRoot = process.getuid?.() === 0

describe('start', () => {
  it('a first start creates a durable cluster, a later start finds the data again', async () => {
    const folder = await throwawayFolder()
    const first = await startPostgres({ folder })
    expect(first.adopted).toBe(false)
    await query(first.url, 'create table kept as select 42 as answer')
    const [settings] = await query(
      first.url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync,
        current_setting('timezone') as zone, current_setting('max_connections') as connections,
        current_setting('server_encoding') as encoding,
        (select setting::bigint * 8 / 1024 from pg_settings where name = 'shared_buffers')::integer as pages_mb`,
    )
    expect(settings).toMatchObject({ fsync: 'on', sync: 'on', zone: 'UTC', connections: '100', encoding: 'UTF8' })
    expect(settings!['pages_mb']).toBeGreaterThanOrEqual(128)
    await first.stop()

    const second = await startPostgres({ folder })
    expect(second.adopted).toBe(false)
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
    await second.stop()
    await second.stop()
  })

  it.each([
    [256, 128],
    [2_000, 500],
    [64_000, 1024],
  ])('on a machine of %d MB it may keep pages in %d MB', (machineMb, pagesMb) => {
    expect(pageMemoryMb(machineMb * 2 ** 20)).toBe(pagesMb)
  })

  it('two first starts at once get one and the same server', async () => {
    const folder = await throwawayFolder()
    const [one, other] = await Promise.all([startPostgres({ folder }), startInChild(folder)])
    expect(other.url).toBe(one.url)
    expect([one.adopted, other.adopted].sort()).toEqual([false, true])
    await other.kill()
    await one.stop()
  })

  it('the creation that was killed half-way leaves nothing that the next start trips over', async () => {
    const folder = await throwawayFolder()
    await mkdir(join(folder, 'cluster.new-999999999-abcd', 'data'), { recursive: true })
    const running = await startPostgres({ folder })
    await running.stop()
    expect((await readdir(folder)).filter((name) => name.startsWith('cluster.new'))).toEqual([])
  })

  it('a folder whose path is too long for a socket works all the same', async () => {
    const folder = join(await throwawayFolder(), 'a-rather-long-name-of-a-folder-'.repeat(5))
    const running = await startPostgres({ folder })
    expect(await query(running.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await running.stop()
    await rm(decodeURIComponent(new URL(running.url).searchParams.get('host') ?? ''), { recursive: true })
  })
})

describe('kills', () => {
  it('after kill -9 of the process that started it, the next start adopts the live server', async () => {
    const folder = await throwawayFolder()
    const child = await startInChild(folder)
    const pid = await postmasterPid(folder)
    await child.kill()
    const next = await startPostgres({ folder })
    expect(next.adopted).toBe(true)
    expect(await postmasterPid(folder)).toBe(pid)
    await next.stop()
    await expect(postmasterPid(folder), 'a clean stop ends an adopted server too').rejects.toThrow('ENOENT')
  })

  it('after kill -9 of the server too, the next start recovers every commit', async () => {
    const folder = await throwawayFolder()
    const child = await startInChild(folder)
    await query(child.url, 'create table kept as select 7 as answer')
    const pid = await postmasterPid(folder)
    await child.kill()
    process.kill(pid, 'SIGKILL')
    const next = await startPostgres({ folder })
    expect(next.adopted).toBe(false)
    expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 7 }])
    await next.stop()
  })

  it('a server that dies while it is used is started again', async () => {
    const folder = await throwawayFolder()
    const running = await startPostgres({ folder })
    process.kill(await postmasterPid(folder), 'SIGKILL')
    await expect
      .poll(async () => await query(running.url, 'select 1 as one').catch(() => null), { timeout: 20_000 })
      .toEqual([{ one: 1 }])
    await running.stop()
  })

  it('a server whose end nobody has asked about is started again, though the system still knows its number', async () => {
    const folder = await throwawayFolder()
    const child = await startInChild(folder)
    const pid = await postmasterPid(folder)
    const running = await startPostgres({ folder })
    expect(running.adopted).toBe(true)
    // A parent that stands still asks nobody.
    child.process.kill('SIGSTOP')
    process.kill(pid, 'SIGKILL')
    await expect
      .poll(async () => await query(running.url, 'select 1 as one').catch(() => null), { timeout: 8_000 })
      .toEqual([{ one: 1 }])
    expect(await readFile(`/proc/${pid}/stat`, 'utf8')).toContain('(postgres) Z')
    await running.stop()
  })

  it('a server that does not come up is tried again until it does', async () => {
    const folder = await throwawayFolder()
    const running = await startPostgres({ folder })
    const settings = join(folder, 'cluster', 'data', 'postgresql.conf')
    await rename(settings, `${settings}.away`)
    process.kill(await postmasterPid(folder), 'SIGKILL')
    // More refusals than fit into the ten seconds in which one start is given up: each waits a fifth of a second.
    const refusals = async (): Promise<number> =>
      (await readFile(join(folder, 'postgres.log'), 'utf8')).split('could not access the server configuration file')
        .length - 1
    await expect.poll(refusals, { timeout: 55_000 }).toBeGreaterThan(50)
    await rename(`${settings}.away`, settings)
    await expect
      .poll(async () => await query(running.url, 'select 1 as one').catch(() => null), { timeout: 20_000 })
      .toEqual([{ one: 1 }])
    await running.stop()
  })

  it('a number in postmaster.pid that now belongs to another program does not block the start', async () => {
    const folder = await throwawayFolder()
    const first = await startPostgres({ folder })
    const file = join(folder, 'cluster', 'data', 'postmaster.pid')
    const lines = (await readFile(file, 'utf8')).split('\n')
    await first.stop()
    await writeFile(file, [process.pid, ...lines.slice(1)].join('\n'))
    const next = await startPostgres({ folder })
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await next.stop()
  })

  it('the locks of a live server that a killed start had set aside are put back, and it is adopted', async () => {
    const folder = await throwawayFolder()
    const child = await startInChild(folder)
    const pid = await postmasterPid(folder)
    await child.kill()
    const locks = [join(folder, 'cluster', 'data', 'postmaster.pid'), join(folder, 'socket', '.s.PGSQL.5432.lock')]
    for (const lock of locks) await rename(lock, `${lock}.0a1b2c3d`)
    const next = await startPostgres({ folder })
    expect([next.adopted, await postmasterPid(folder)]).toEqual([true, pid])
    for (const lock of locks) {
      expect(Number((await readFile(lock, 'utf8')).split('\n')[0])).toBe(pid)
      await expect(stat(`${lock}.0a1b2c3d`)).rejects.toThrow('ENOENT')
    }
    await next.stop()
  })

  it.each([
    ['nobody', 999_999_999],
    ['another program', process.pid],
  ])('a lock of %s that a killed start had set aside is cleared away', async (_whose, pid) => {
    const folder = await throwawayFolder()
    await writeFile(join(folder, 'postmaster.pid.0a1b2c3d'), `${pid}\n`)
    await putLocksBack({ data: folder, socketFolder: folder })
    expect(await readdir(folder)).toEqual([])
  })

  it('a lock that another start has written meanwhile is not taken away', async () => {
    const folder = await throwawayFolder()
    const file = join(folder, 'postmaster.pid')
    await writeFile(file, '4242\nits own')
    const dead = { pid: 999_999_999, sharedMemory: null, socket: null, tcp: null }
    await removeLocks(folder, dead)
    expect([await readdir(folder), await readFile(file, 'utf8')]).toEqual([['postmaster.pid'], '4242\nits own'])
    await removeLocks(folder, { ...dead, pid: 4242 })
    expect(await readdir(folder)).toEqual([])
  })

  it('a process that stops leaves the server to those who still use it', async () => {
    const folder = await throwawayFolder()
    const running = await startPostgres({ folder })
    const child = await startInChild(folder, { then: 'stop' })
    expect(child.adopted).toBe(true)
    await new Promise((done) => child.process.once('exit', done))
    expect(await query(running.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await running.stop()
  })
})

describe('secrets', () => {
  it('the password opens the door, nothing else does, and it is only in its own file', async () => {
    const folder = await throwawayFolder()
    const running = await startPostgres({ folder, port: 0 === process.pid % 2 ? 45_017 : 45_018 })
    const password = decodeURIComponent(new URL(running.url).password)
    expect(password.length).toBeGreaterThanOrEqual(32)
    expect(new URL(running.url).hostname).toBe('127.0.0.1')

    const wrong = new URL(running.url)
    wrong.password = 'wrong'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
    const open = await query(running.url, "select 1 from pg_hba_file_rules where auth_method <> 'scram-sha-256'")
    expect(open).toEqual([])
    const [listening] = await query(running.url, "select current_setting('listen_addresses') as addresses")
    expect(listening).toEqual({ addresses: '127.0.0.1' })

    expect((await stat(join(folder, 'cluster', 'password'))).mode & 0o777).toBe(0o600)
    expect(await readFile(join(folder, 'postgres.log'), 'utf8')).not.toContain(password)
    await running.stop()
  })

  it('without a wish for a port nothing listens on the network', async () => {
    const folder = await throwawayFolder()
    const running = await startPostgres({ folder })
    const [listening] = await query(running.url, "select current_setting('listen_addresses') as addresses")
    expect(listening).toEqual({ addresses: '' })
    await running.stop()
  })
})

describe('programs', () => {
  it('missing links of the package are made at start', async () => {
    const folder = await throwawayFolder()
    const native = join(folder, 'package', 'native')
    await cp(findNative(), native, { recursive: true, verbatimSymlinks: true })
    const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[]
    for (const { target } of links) await rm(join(dirname(native), target))
    const running = await startPostgres({ folder: join(folder, 'db'), native })
    expect(await query(running.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await running.stop()
    for (const { target } of links) expect((await lstat(join(dirname(native), target))).isSymbolicLink()).toBe(true)
  })

  it('a platform without programs is told to bring a database', () => {
    expect(() => findNative('sunos', 'x64')).toThrow(/sunos-x64.*TRADEPAY_DATABASE_URL/)
  })
})

describe.runIf(isRoot)('users', () => {
  const nobody = { uid: 65534, gid: 65534 }

  it('root may start it as another user, and starts it so ever after', async () => {
    const folder = await throwawayFolder()
    const first = await startPostgres({ folder, rootWay: 'other-user' })
    await query(first.url, 'create table kept as select 1 as one')
    await first.stop()
    expect((await stat(join(folder, 'cluster', 'data'))).uid).not.toBe(0)
    const second = await startPostgres({ folder })
    expect(await query(second.url, 'select one from kept')).toEqual([{ one: 1 }])
    await second.stop()
  })

  it('an ordinary user starts it in a folder of their own', async () => {
    const folder = await throwawayFolder()
    await chown(folder, nobody.uid, nobody.gid)
    const child = await startInChild(folder, { ...nobody, then: 'stop' })
    expect(child.adopted).toBe(false)
    await new Promise((done) => child.process.once('exit', done))
    expect((await stat(join(folder, 'cluster', 'data'))).uid).toBe(nobody.uid)
  })

  it("an ordinary user cannot open root's database, and is told why", async () => {
    const folder = await throwawayFolder()
    const running = await startPostgres({ folder })
    await running.stop()
    await expect(startInChild(folder, nobody)).rejects.toThrow(/EACCES|belong/)
  })
})
