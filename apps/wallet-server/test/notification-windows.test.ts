/** How much is sent at once: a receiver's answers open and close its window, and nobody takes the places of all. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createWindows,
  SENDING_MAX,
  SENDING_PER_CLIENT_MAX,
  WINDOW_MAX,
  WINDOW_START,
  type Due,
  type Windows,
} from '../src/notification/windows.ts'

let count = 0
const due = (about: Partial<Due> = {}): Due => ({
  subjectId: `subject-${++count}`,
  sequence: 2,
  bucket: 1,
  url: 'https://shop.example/n',
  clientId: 'shop',
  ...about,
})
const many = (length: number, about: (n: number) => Partial<Due> = () => ({})): Due[] =>
  Array.from({ length }, (_, n) => due(about(n)))

/** Chooses and starts. */
function start(windows: Windows, waiting: Due[], limit = SENDING_MAX): Due[] {
  const chosen = windows.choose(waiting, limit)
  for (const one of chosen) windows.started(one)
  return chosen
}
/** How many more could be sent to a receiver. */
const room = (windows: Windows, url = 'https://shop.example/n'): number =>
  windows.choose(
    many(WINDOW_MAX + 1, (n) => ({ url, clientId: `any-${n}` })),
    SENDING_MAX,
  ).length

function answered(windows: Windows, acknowledged: boolean | null, times = 1): void {
  for (let n = 0; n < times; n++) {
    const one = due()
    windows.started(one)
    windows.ended(one, acknowledged)
  }
}

test('a receiver that nobody has heard of is sent 4 at once', () => {
  expect([WINDOW_START, room(createWindows())]).toEqual([4, 4])
})

test('each acknowledgement opens its window by one, up to 128', () => {
  const windows = createWindows()
  answered(windows, true)
  expect(room(windows)).toBe(5)
  answered(windows, true, 10)
  expect(room(windows)).toBe(15)
  answered(windows, true, 200)
  expect([WINDOW_MAX, room(windows)]).toEqual([128, 128])
})

test('one attempt that is not acknowledged closes it to 1, from where it opens again', () => {
  const windows = createWindows()
  answered(windows, true, 20)
  answered(windows, false)
  expect(room(windows)).toBe(1)
  answered(windows, false, 5)
  expect(room(windows)).toBe(1)
  answered(windows, true, 2)
  expect(room(windows)).toBe(3)
})

test('what was given up without being sent says nothing about the receiver', () => {
  const windows = createWindows()
  answered(windows, true, 3)
  answered(windows, null, 3)
  expect(room(windows)).toBe(7)
  answered(windows, false)
  answered(windows, null)
  expect(room(windows)).toBe(1)
})

test('what is under way counts; the end of it makes room', () => {
  const windows = createWindows()
  const [first] = start(windows, many(10))
  expect(room(windows)).toBe(0)
  windows.ended(first!, true)
  expect(room(windows)).toBe(2)
})

test('a window that closed while many are under way lets nothing through until all but none have ended', () => {
  const windows = createWindows()
  const under = start(windows, many(10))
  windows.ended(under[0]!, false)
  expect(room(windows)).toBe(0)
  windows.ended(under[1]!, null)
  windows.ended(under[2]!, null)
  expect(room(windows)).toBe(0)
  windows.ended(under[3]!, null)
  expect(room(windows)).toBe(1)
})

test('one receiver’s failures do not close another’s window', () => {
  const windows = createWindows()
  answered(windows, false)
  expect(room(windows, 'https://shop.example/other')).toBe(WINDOW_START)
})

test('a client gets no more than 128 places by naming many addresses', () => {
  const windows = createWindows()
  const chosen = start(
    windows,
    many(200, (n) => ({ url: `https://shop.example/${n}` })),
  )
  expect([SENDING_PER_CLIENT_MAX, chosen.length]).toEqual([128, 128])
  expect(windows.choose([due({ url: 'https://shop.example/one-more' })], 1)).toEqual([])
})

test('clients that never answer leave places for whoever comes next', () => {
  const windows = createWindows()
  for (let silent = 0; silent < 6; silent++) {
    start(
      windows,
      many(200, (n) => ({ clientId: `silent-${silent}`, url: `https://silent-${silent}.example/${n}` })),
    )
  }
  expect(windows.free()).toBeGreaterThan(0)
  expect(windows.choose([due()], SENDING_MAX)).toHaveLength(1)
})

test('in all no more than 512 are under way, and no more are chosen than asked for', () => {
  const windows = createWindows()
  const waiting = many(1_000, (n) => ({ clientId: `client-${n}`, url: `https://${n}.example/` }))
  expect(start(windows, waiting, 3)).toEqual(waiting.slice(0, 3))
  expect(start(windows, waiting.slice(3)).length).toBe(SENDING_MAX - 3)
  expect([SENDING_MAX, windows.free()]).toEqual([512, 0])
  expect(windows.choose(waiting, 10)).toEqual([])
})

test('what a long queue in front cannot take goes to those behind it', () => {
  const behind = due({ url: 'https://other.example/n', clientId: 'other' })
  const chosen = createWindows().choose([...many(1_000), behind], SENDING_MAX)
  expect(chosen).toHaveLength(WINDOW_START + 1)
  expect(chosen.at(-1)).toBe(behind)
})

test('of one order one is chosen, the older first where both go to one address', () => {
  const [older, newer] = [due({ subjectId: 's', sequence: 2 }), due({ subjectId: 's', sequence: 3 })]
  expect(createWindows().choose([newer, older], 10)).toEqual([older])
  expect(createWindows().choose([older, newer, older], 10)).toEqual([older])
})

test('an order’s newer notification does not wait for a receiver that is down, when it goes to another', () => {
  const windows = createWindows()
  start(windows, many(WINDOW_START))
  const older = due({ subjectId: 's', sequence: 2 })
  const newer = due({ subjectId: 's', sequence: 3, url: 'https://refunds.example/n' })
  expect(windows.choose([older, newer], 10)).toEqual([newer])
  expect(createWindows().choose([older, newer], 10)).toEqual([older])
})

test('a receiver of long ago is forgotten, one that something is being sent to is not', () => {
  const windows = createWindows()
  answered(windows, false)
  const under = due({ url: 'https://slow.example/' })
  windows.started(under)
  for (let n = 0; n < 2_000; n++) {
    const one = due({ url: `https://${n}.example/` })
    windows.started(one)
    windows.ended(one, false)
  }
  expect(room(windows)).toBe(WINDOW_START)
  expect(room(windows, 'https://1999.example/')).toBe(1)
  expect(room(windows, 'https://slow.example/')).toBe(WINDOW_START - 1)
})

test('whatever happens, no bound is passed, and when all is over everything is free', () => {
  const step = fc.record({
    url: fc.integer({ min: 0, max: 5 }),
    client: fc.integer({ min: 0, max: 3 }),
    waiting: fc.integer({ min: 0, max: 80 }),
    ends: fc.array(fc.constantFrom(true, true, false, null), { maxLength: 40 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const windows = createWindows()
      const under: Due[] = []
      const countOf = (key: 'url' | 'clientId', value: string): number =>
        under.filter((one) => one[key] === value).length
      for (const { url, client, waiting, ends } of steps) {
        const to = { url: `https://${url}.example/`, clientId: `client-${client}` }
        const before = countOf('url', to.url)
        const chosen = start(
          windows,
          many(waiting, () => to),
        )
        under.push(...chosen)
        expect(before + chosen.length).toBeLessThanOrEqual(Math.max(before, WINDOW_MAX))
        expect(countOf('clientId', to.clientId)).toBeLessThanOrEqual(SENDING_PER_CLIENT_MAX)
        expect(windows.free()).toBe(SENDING_MAX - under.length)
        for (const acknowledged of ends) {
          const one = under.shift()
          if (one) windows.ended(one, acknowledged)
        }
      }
      for (const one of under) windows.ended(one, null)
      expect(windows.free()).toBe(SENDING_MAX)
    }),
  )
})
