/**
 * Fuzzing: so many calls, one after the other, at a real server on a real database, each judged by the description of what it
 * calls; and at the end whether the server still answers and every promise about money still holds.
 */
import { asCurl, Wire, type Received } from './message.ts'
import { subjects, type Subject, type SubjectName } from './subjects.ts'

export interface Options {
  calls: number
  seed: number
  /** Which doors; default those of merchants. */
  doors?: SubjectName
}

export interface Finding {
  doors: SubjectName
  seed: number
  /** Which of the calls, counted from 0. */
  at: number
  complaints: string[]
  /** A command that sends the same bytes. */
  replay: string
}

export interface Report {
  calls: number
  /** Calls that got past the verification of their signature. */
  verified: number
  findings: Finding[]
  /** Rows of `verify`; empty when every promise about money holds. */
  violations: string[]
  /** How often each code was answered. */
  codes: Record<string, number>
}

/** More findings than these are not worth reading. */
const FINDINGS_MAX = 20

/** Makes a world and fuzzes it. @param clusterUrl a superuser's */
export async function fuzz(clusterUrl: string, { calls, seed, doors = 'merchant' }: Options): Promise<Report> {
  const subject = await subjects[doors](clusterUrl, seed)
  const wire = new Wire(subject.port)
  const report: Report = { calls: 0, verified: 0, findings: [], violations: [], codes: {} }
  const found = (at: number, complaints: string[], replay: string): void =>
    void report.findings.push({ doors, seed, at, complaints, replay })
  try {
    for (let at = 0; at < calls && report.findings.length < FINDINGS_MAX; at++) {
      await subject.before(seed, at)
      const call = await subject.callAt(seed, at)
      const received = await wire.send(call, call.isSound)
      const { complaints, code } = await subject.judge(call, received)
      report.calls++
      report.codes[code] = (report.codes[code] ?? 0) + 1
      if (call.isSigned && complaints.length === 0) report.verified++
      if (complaints.length > 0) found(at, complaints, asCurl(call, 'http://127.0.0.1:PORT'))
      learnFrom(received, subject)
      await subject.after(call)
    }
    if (!(await stillAnswers(subject, wire))) found(calls, ['the server answers no more'], '')
    report.violations = await subject.violations()
    return report
  } finally {
    wire.close()
    await subject.close()
  }
}

/** Whatever an answer tells may be asked for later. */
function learnFrom(received: Received, subject: Subject): void {
  if (received === null || received === 'NOTHING') return
  let body: unknown
  try {
    body = JSON.parse(received.body.toString())
  } catch {
    return
  }
  for (const part of partsOf(body, 3)) {
    for (const [name, value] of Object.entries(part)) if (subject.worthKnowing.has(name)) subject.learn(name, value)
  }
}

/** An object and what lies in it, so many levels deep. */
function partsOf(value: unknown, levels: number): object[] {
  if (value === null || typeof value !== 'object') return []
  const inner = levels === 0 ? [] : Object.values(value).flatMap((part) => partsOf(part, levels - 1))
  return [value, ...inner]
}

async function stillAnswers({ admin }: Subject, wire: Wire): Promise<boolean> {
  const headers: [string, string][] = [['Host', '127.0.0.1']]
  const message = { method: 'GET', target: '/docs/superapp.json', headers, body: Buffer.alloc(0) }
  const received = await wire.send(message, true)
  const { rows } = await admin.query<{ one: number }>('select 1 as one')
  return received !== null && received !== 'NOTHING' && received.status === 200 && rows.length === 1
}
