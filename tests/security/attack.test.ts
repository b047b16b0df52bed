/**
 * A small run of what `npm run attack` does at length: mutated and replayed calls of every family, in process, over HTTP, and
 * over a restart. None is taken for what its client has signed, and none has a second effect.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { changes } from './changes.ts'
import { families } from './messages.ts'
import { Originals, tryMutations } from './mutate.ts'
import { overHttp } from './over-http.ts'
import { capture, tryReplays } from './replay.ts'
import { Wallet } from './wallet.ts'

let wallet: Wallet
beforeAll(async () => {
  wallet = await Wallet.open(inject('postgresUrl'))
})
afterAll(() => wallet?.close())

describe('of mutated requests', () => {
  test('none is taken, of any family, by any change', async () => {
    const report = await tryMutations(await Originals.make(1), { count: 6_000, seed: 1 })
    expect(report.accepted).toEqual([])
    expect(report.tried).toBe(6_000)
    // Each kind was tried, so that none is tried in name only.
    for (const family of families) expect(report.byFamily[family], family).toBeGreaterThan(500)
    for (const change of Object.keys(changes)) expect(report.byChange[change], change).toBeGreaterThan(20)
  })

  test('a door that forgets to verify would be noticed', async () => {
    const blind = { superapp: async () => true, alipay: async () => false, 'alipay-v3': async () => false }
    const report = await tryMutations(await Originals.make(2), { count: 100, seed: 2, verifiers: blind })
    expect(report.accepted).toHaveLength(report.byFamily.superapp)
    expect(report.accepted.length).toBeGreaterThan(0)
  })

  test('none is answered as verified by a real server, and none leaves anything behind', async () => {
    const originals = await Originals.make(3, wallet.signers)
    await wallet.settle()
    const before = await wallet.state()
    const report = await tryMutations(originals, { count: 300, seed: 3, verifiers: overHttp(wallet) })
    expect(report.accepted).toEqual([])
    expect(await wallet.state()).toEqual(before)
  })
})

test('of replayed requests none has a second effect, and all are refused after their window', async () => {
  const captured = await capture(wallet)
  const report = await tryReplays(wallet, captured, { count: 600, seed: 4 })
  expect(report.broken).toEqual([])
  expect(report.replayed).toBe(600)
  expect(report.refused).toBeGreaterThan(300)
})
