/**
 * Settings of `tradepay serve` that say which calls of a merchant's client are taken: how many, and how old. Each is optional; one
 * that is there and wrong keeps the server from starting.
 */

/** Absent takes the server's default. */
export interface CallSettings {
  /** 0 is no limit. */
  callsPerSecond: number | undefined
  callsBurst: number | undefined
  /** How far the time of a signed call may be from now, both ways, where its family has such a window. Seconds. */
  replayWindowSeconds: number | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

const numbers: Record<keyof CallSettings, { name: string; least: number; most: number; about: string }> = {
  callsPerSecond: {
    name: 'TRADEPAY_CALLS_PER_SECOND',
    least: 0,
    most: 1_000_000,
    about: 'calls that a client may make in a second at one server, 1 to 1000000; 0 is no limit',
  },
  callsBurst: {
    name: 'TRADEPAY_CALLS_BURST',
    least: 1,
    most: 1_000_000,
    about: 'calls that a client may make at once, 1 to 1000000',
  },
  replayWindowSeconds: {
    name: 'TRADEPAY_REPLAY_WINDOW_SECONDS',
    least: 10,
    most: 3600,
    about: 'how far the time of a signed call may be from now, 10 to 3600 seconds',
  },
}

/** What is wrong with them, a line each; never repeats a value. */
export function callProblems(environment: Environment): string[] {
  return (Object.keys(numbers) as (keyof CallSettings)[]).flatMap((setting) => {
    const { name, about } = numbers[setting]
    return environment[name] && read(environment, setting) === undefined
      ? [`  ${name} is no such number: ${about}`]
      : []
  })
}

/** Reads them. The caller has made sure that `callProblems` is empty. */
export function readCallSettings(environment: Environment): CallSettings {
  return {
    callsPerSecond: read(environment, 'callsPerSecond'),
    callsBurst: read(environment, 'callsBurst'),
    replayWindowSeconds: read(environment, 'replayWindowSeconds'),
  }
}

function read(environment: Environment, setting: keyof CallSettings): number | undefined {
  const { name, least, most } = numbers[setting]
  const text = environment[name] ?? ''
  const number = /^[0-9]{1,7}$/.test(text) ? Number(text) : NaN
  return number >= least && number <= most ? number : undefined
}
