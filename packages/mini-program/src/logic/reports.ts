/**
 * Errors and console lines of the program on their way to the host, which shows them to the developer. Nothing that the
 * program throws is swallowed, and nothing that it throws stops the runtime.
 */
import type { LogicToHost } from '../bridge/messages.ts'
import { toPlain } from '../bridge/plain.ts'

type Level = 'log' | 'info' | 'warn' | 'error'
export type Console = Record<Level | 'debug', (...args: unknown[]) => void>

export interface Reports {
  /** Something thrown by the program: told to the host and to whoever listens (App.onError). */
  error(error: unknown, where: string): void
  /** The program cannot run. */
  fatal(error: unknown, where: string): void
  /** A word to the developer from the runtime itself. */
  warn(text: string): void
  onError(listener: (message: string, stack: string) => void): void
  /** The `console` of the program: forwards each line, and writes it where `native` writes. */
  console: Console
}

/** Longest line, in characters: a console is for reading. */
const LINE_MAX = 4_000

export function createReports(send: (message: LogicToHost) => void, native: Console): Reports {
  let listener: (message: string, stack: string) => void = () => undefined

  function report(error: unknown, where: string, fatal: boolean): { message: string; stack: string } {
    const told = describe(error, where)
    native.error(told.stack || told.message)
    send({ kind: 'error', ...told, fatal })
    return told
  }
  const line =
    (level: Level, write: (...args: unknown[]) => void) =>
    (...args: unknown[]): void => {
      write(...args)
      send({ kind: 'console', level, text: args.map(show).join(' ').slice(0, LINE_MAX) })
    }
  const own: Console = {
    log: line('log', native.log),
    debug: line('log', native.debug),
    info: line('info', native.info),
    warn: line('warn', native.warn),
    error: line('error', native.error),
  }
  return {
    error(error, where) {
      const told = report(error, where, false)
      try {
        listener(told.message, told.stack)
      } catch (second) {
        report(second, 'App.onError', false)
      }
    },
    fatal(error, where) {
      report(error, where, true)
    },
    warn: (text) => own.warn(`[mini program] ${text}`),
    onError(next) {
      listener = next
    },
    console: own,
  }
}

function describe(error: unknown, where: string): { message: string; stack: string } {
  const isError = error instanceof Error
  const message = isError ? `${error.name}: ${error.message}` : show(error)
  return {
    message: `${where}: ${message}`.slice(0, LINE_MAX),
    stack: isError && typeof error.stack === 'string' ? error.stack.slice(0, LINE_MAX) : '',
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.stack ?? `${value.name}: ${value.message}`
  if (typeof value === 'function') return `[function ${value.name}]`
  try {
    return JSON.stringify(toPlain(value)) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
