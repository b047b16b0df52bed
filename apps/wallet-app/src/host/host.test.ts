/** The wallet's side of the mini program host: dialogues that are always answered, failures in the right numbers. */
import { ApiFailure } from '@tradepay/mini-program/host'
import { describe, expect, it } from 'vitest'
import type { RelayRequest } from '@tradepay/contract'
import { ServerError } from '../server-api/server-error.ts'
import { authCodeHandler } from './auth-code.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { requestHandler } from './request.ts'
import { createShell } from './shell.ts'

const manual = () => {
  const waiting: (() => void)[] = []
  return { waiting, after: (_ms: number, action: () => void) => (waiting.push(action), () => undefined) }
}

describe('the shell', () => {
  it('answers a dialogue with what the user chose', async () => {
    const { shell, view } = createShell(manual().after)
    const asked = shell.confirm({
      title: 'Empty the bag?',
      content: '',
      confirmButtonText: 'Yes',
      cancelButtonText: 'No',
    })
    const { dialogue } = view.get()
    if (dialogue?.kind !== 'confirm') throw new Error('No question is shown.')
    dialogue.close(true)
    expect(await asked).toBe(true)
    expect(view.get().dialogue).toBeNull()
  })

  it('answers everybody when the program ends: nobody waits for ever', async () => {
    const { shell, end, view } = createShell(manual().after)
    const asked = shell.confirm({ title: '', content: 'Sure?', confirmButtonText: 'Yes', cancelButtonText: 'No' })
    const toast = shell.toast({ content: 'Saved', type: 'success', durationMs: 2_000 })
    end()
    expect(await asked).toBe(false)
    await toast
    expect(view.get()).toMatchObject({ dialogue: null, toast: null, loading: null })
  })

  it('ends a toast with its time, by hand, or by the next one', async () => {
    const { after, waiting } = manual()
    const { shell, view } = createShell(after)
    const first = shell.toast({ content: 'One', type: 'none', durationMs: 1_000 })
    const second = shell.toast({ content: 'Two', type: 'none', durationMs: 1_000 })
    await first
    expect(view.get().toast?.content).toBe('Two')
    waiting[1]!()
    await second
    expect(view.get().toast).toBeNull()
    const third = shell.toast({ content: 'Three', type: 'none', durationMs: 1_000 })
    shell.hideToast()
    await third
  })
})

const asked = { page: 'pages/menu', url: 'https://shop.example/api', method: 'post', headers: {}, timeoutMs: 30_000 }

describe('my.request', () => {
  it('carries bytes both ways, whole', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256)
    let sent: RelayRequest | undefined
    const request = requestHandler('2021', {
      relay: async (relayed) => {
        sent = relayed
        return { status: 201, headers: { a: 'b' }, bodyBase64: relayed.bodyBase64 ?? '' }
      },
    })
    const answer = await request({ ...asked, body: bytes })
    expect(sent).toMatchObject({ appId: '2021', method: 'POST', page: 'pages/menu' })
    expect(answer.status).toBe(201)
    expect(Buffer.from(answer.body).equals(bytes)).toBe(true)
  })

  it('names the program itself: the request of a program cannot speak for another', async () => {
    let appId = ''
    const request = requestHandler('2021', {
      relay: async (relayed) => ((appId = relayed.appId), { status: 200, headers: {}, bodyBase64: '' }),
    })
    await request({ ...asked, body: null, ...{ appId: '2099' } })
    expect(appId).toBe('2021')
  })

  it.each([
    ['HOST_NOT_ALLOWED', 11],
    ['HOST_TIMED_OUT', 13],
    ['HOST_UNREACHABLE', 19],
    ['INVALID_PARAMETER', 2],
    ['RATE_LIMITED', 20],
    ['SESSION_REQUIRED', 4],
    ['PROGRAM_NOT_FOUND', 3],
  ] as const)('fails with its number when the relay refuses with %s', async (code, number) => {
    const request = requestHandler('2021', {
      relay: () => Promise.reject(new ServerError(code, 'REFUSED', 'no', 'act')),
    })
    await expect(request({ ...asked, body: null })).rejects.toMatchObject({ name: 'ApiFailure', error: number })
  })

  it('fails with 12 when the wallet is offline', async () => {
    const request = requestHandler('2021', { relay: () => Promise.reject(ServerError.lost('OFFLINE')) })
    await expect(request({ ...asked, body: null })).rejects.toMatchObject({ error: 12 })
  })

  it('refuses a method that is none, before anything is sent', async () => {
    const request = requestHandler('2021', { relay: () => Promise.reject(new Error('sent')) })
    await expect(request({ ...asked, method: 'CONNECT', body: null })).rejects.toBeInstanceOf(ApiFailure)
  })
})

describe('my.getAuthCode', () => {
  const granted = { authCode: 'c', authSuccessScopes: ['auth_base'], authErrorScopes: {} }

  it('is silent for the user number', async () => {
    const handler = authCodeHandler('2021', { authCode: async () => granted }, () => Promise.reject(new Error('asked')))
    expect(await handler({ scopes: ['auth_base'] })).toEqual(granted)
  })

  it('asks the user for anything more, and fails with 11 when they refuse', async () => {
    const handler = authCodeHandler('2021', { authCode: () => Promise.reject(new Error('sent')) }, async () => false)
    await expect(handler({ scopes: ['auth_base', 'auth_user'] })).rejects.toMatchObject({ error: 11 })
  })

  it('fails with 3 for a scope that is none', async () => {
    const refuse = () => Promise.reject(new ServerError('SCOPE_UNKNOWN', 'REFUSED', 'no', 'act'))
    await expect(
      authCodeHandler('2021', { authCode: refuse }, async () => true)({ scopes: ['x'] }),
    ).rejects.toMatchObject({ error: 3 })
  })
})

describe('base64', () => {
  it('gives back every byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect(new Uint8Array(fromBase64(toBase64(bytes)))).toEqual(bytes)
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
  })
})
