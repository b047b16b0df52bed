/**
 * Processes of the bench's own: the parent asks one thing at a time and is answered; a process may tell it things meanwhile. It ends
 * when the parent is gone. They are bundled, as a server is that people use, and without what reads TypeScript.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { builtProgram } from '../apps/tradepay/bin/built-program.js'

export interface OwnProcess<Work, Done> {
  /** @throws Error when the process ends before it has answered */
  ask(work: Work): Promise<Done>
  close(): Promise<void>
}

type Message<Done, Told> = { done: Done } | { told: Told }

/** @param hear is called with what the process tells while it works */
export async function startProcess<Work extends object, Done, Told = never>(
  file: string,
  args: string[],
  hear: (told: Told) => void = () => undefined,
): Promise<OwnProcess<Work, Done>> {
  const child = fork(fileURLToPath(await builtProgram(file)), args, { execArgv: [] })
  const exited = once(child, 'exit')
  const ended = exited.then(([code]) => Promise.reject(new Error(`${file} ended with ${String(code)}.`)))
  ended.catch(() => undefined)
  let answered: (done: Done) => void = () => undefined
  child.on('message', (message: Message<Done, Told>) => {
    if ('told' in message) hear(message.told)
    else answered(message.done)
  })
  const answer = (): Promise<Done> => Promise.race([new Promise<Done>((resolve) => (answered = resolve)), ended])
  await answer()
  return {
    ask(work) {
      child.send(work)
      return answer()
    },
    async close() {
      child.disconnect()
      await exited
    },
  }
}

/** The other side: does what it is asked, and tidies up when the parent is gone. */
export function serveParent<Work, Done>(work: (asked: Work) => Promise<Done>, close: () => Promise<unknown>): void {
  const answer = (done: Done | null): unknown => process.send!({ done } satisfies Message<Done | null, never>)
  process.on('message', (asked: Work) => void work(asked).then(answer))
  process.on('disconnect', () => void close().then(() => process.exit()))
  answer(null)
}

/** Tells the parent something while it waits for its answer. */
export const tellParent = <Told>(told: Told): void => void process.send!({ told } satisfies Message<never, Told>)

/** Milliseconds that every process on this machine agrees upon. */
export const commonTime = (): number => performance.timeOrigin + performance.now()
