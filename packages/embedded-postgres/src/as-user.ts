/**
 * PostgreSQL refuses to run as root. This file decides how its programs run on this machine: as they are; inside a
 * user namespace where root looks like somebody else (works below /root too); or as another user of the machine.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { useYourOwnDatabase } from './binaries.ts'

export interface Owner {
  uid: number
  gid: number
}

/** How to run a program of PostgreSQL. */
export interface RunAs {
  /** The command and arguments that run `program`. */
  command(program: string, args: string[]): [command: string, args: string[]]
  /** The other user that it runs as; null when files belong to whoever runs Node. */
  owner: Owner | null
}

/** Which way to take as root; `any` tries the namespace first. */
export type RootWay = 'any' | 'namespace' | 'other-user'

/**
 * Chooses the way. `dataOwner` is who the data belongs to already, or null for a new cluster: data that was made one
 * way is never opened another way, because the files would belong to the wrong user.
 * @throws Error when the data cannot be opened by this user at all
 */
export function chooseRunAs(dataOwner: Owner | null, way: RootWay): RunAs {
  const uid = process.getuid?.()
  if (uid === undefined) return asIs
  if (dataOwner && dataOwner.uid !== uid) {
    if (uid === 0) return asOwner(dataOwner)
    throw new Error(
      `The database files belong to user ${dataOwner.uid}, but this process runs as user ${uid}. ` +
        `Run it as that user, or choose another data folder.`,
    )
  }
  // initdb also refuses a user without an entry in /etc/passwd, which is common in containers.
  if (uid !== 0 && hasName()) return asIs
  const somebody = ordinaryUser()
  if (way !== 'other-user' && somebody && namespaceWorks(somebody)) return inNamespace(somebody)
  if (uid !== 0) return asIs
  if (dataOwner || way === 'namespace' || !somebody) {
    throw new Error(
      `PostgreSQL does not run as root, and this machine does not let root start it inside a user namespace (unshare --user). ` +
        `Run as an ordinary user, or: ${useYourOwnDatabase}`,
    )
  }
  return asOwner(somebody)
}

const asIs: RunAs = { command: (program, args) => [program, args], owner: null }

function asOwner(owner: Owner): RunAs {
  return { command: (program, args) => [program, args], owner }
}

function inNamespace(user: Owner): RunAs {
  return { command: (program, args) => ['unshare', [...namespaceArgs(user), program, ...args]], owner: null }
}

function namespaceArgs(user: Owner): string[] {
  return ['--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`]
}

function namespaceWorks(user: Owner): boolean {
  return spawnSync('unshare', [...namespaceArgs(user), 'true'], { stdio: 'ignore' }).status === 0
}

function hasName(): boolean {
  try {
    userInfo()
    return true
  } catch {
    return false
  }
}

/** Somebody of this machine who is not root and has a name. */
function ordinaryUser(): Owner | null {
  let text: string
  try {
    text = readFileSync('/etc/passwd', 'utf8')
  } catch {
    return null
  }
  const users = text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name && Number(uid) > 0 ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
  const wanted = ['postgres', 'daemon', 'nobody']
  const found = wanted.map((name) => users.find((user) => user.name === name)).find((user) => user) ?? users[0]
  return found ? { uid: found.uid, gid: found.gid } : null
}
