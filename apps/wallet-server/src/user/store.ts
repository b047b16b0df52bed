/**
 * The SQL of users and their logins. A user's row lies in the bucket that the user id carries.
 */
import type { Queryable } from '../db/transaction.ts'
import { PIN_LOCK_SECONDS, PIN_TRIES, type User } from './types.ts'

interface UserRow {
  user_id: string
  bucket: number
  name: string
  state: 'ACTIVE' | 'FROZEN'
  login_id: string
}

interface PinRow {
  pin_tries: number
  pin_locked_until: Date | null
}

const userColumns = 'u.user_id, u.bucket, u.name, u.state, l.login_id'

function toUser(row: UserRow): User {
  return {
    userId: row.user_id,
    bucket: row.bucket,
    name: row.name,
    loginId: row.login_id,
    frozen: row.state === 'FROZEN',
  }
}

/** Adds the user and the login in one statement: both or neither. */
export async function insertUser(
  db: Queryable,
  user: { userId: string; bucket: number; name: string; loginId: string; pinHash: string; now: Date },
): Promise<void> {
  await db.query({
    name: 'user-insert',
    text: `with login as (insert into logins (login_id, user_id) values ($4, $1))
      insert into users (user_id, bucket, name, state, pin_hash, created_at) values ($1, $2, $3, 'ACTIVE', $5, $6)`,
    values: [user.userId, user.bucket, user.name, user.loginId, user.pinHash, user.now],
  })
}

export async function findUser(db: Queryable, userId: string, bucket: number): Promise<User | null> {
  const { rows } = await db.query<UserRow>({
    name: 'user-find',
    text: `select ${userColumns} from users u join logins l on l.user_id = u.user_id
      where u.user_id = $1 and u.bucket = $2`,
    values: [userId, bucket],
  })
  return rows[0] ? toUser(rows[0]) : null
}

export async function findUserByLogin(db: Queryable, loginId: string): Promise<User | null> {
  const { rows } = await db.query<UserRow>({
    name: 'user-find-by-login',
    text: `select ${userColumns} from logins l join users u on u.user_id = l.user_id where l.login_id = $1`,
    values: [loginId],
  })
  return rows[0] ? toUser(rows[0]) : null
}

export async function listUsers(db: Queryable): Promise<User[]> {
  const { rows } = await db.query<UserRow>({
    name: 'user-list',
    text: `select ${userColumns} from users u join logins l on l.user_id = u.user_id order by u.created_at, u.user_id`,
  })
  return rows.map(toUser)
}

export async function updateUserState(
  db: Queryable,
  userId: string,
  bucket: number,
  state: 'ACTIVE' | 'FROZEN',
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'user-update-state',
    text: 'update users set state = $3 where user_id = $1 and bucket = $2',
    values: [userId, bucket, state],
  })
  return rowCount === 1
}

/**
 * Reserves one try, if there is one left: a single conditional update, so that guesses made at the same moment queue up
 * on the row and never share a try. The last try sets the lock with it, so that a server that dies before the check is
 * done leaves the PIN locked and not open for ever. After a lock has ended, tries start at 1 again.
 * @returns null when the PIN is locked or the user does not exist
 */
export async function reservePinTry(
  db: Queryable,
  userId: string,
  bucket: number,
  now: Date,
): Promise<{ pinHash: string; tries: number; lockedUntil: Date | null } | null> {
  const lockedUntil = new Date(now.getTime() + PIN_LOCK_SECONDS * 1000)
  const { rows } = await db.query<PinRow & { pin_hash: string }>({
    name: 'user-reserve-pin-try',
    text: `update users
      set pin_tries = case when pin_locked_until is null then pin_tries + 1 else 1 end,
        pin_locked_until = case when pin_locked_until is null and pin_tries + 1 >= $4 then $5::timestamptz end
      where user_id = $1 and bucket = $2
        and ((pin_locked_until is null and pin_tries < $4) or pin_locked_until <= $3)
      returning pin_hash, pin_tries, pin_locked_until`,
    values: [userId, bucket, now, PIN_TRIES, lockedUntil],
  })
  const row = rows[0]
  return row ? { pinHash: row.pin_hash, tries: row.pin_tries, lockedUntil: row.pin_locked_until } : null
}

/** A right PIN gives all tries back. */
export async function resetPinTries(db: Queryable, userId: string, bucket: number): Promise<void> {
  await db.query({
    name: 'user-reset-pin-tries',
    text: 'update users set pin_tries = 0, pin_locked_until = null where user_id = $1 and bucket = $2',
    values: [userId, bucket],
  })
}

export async function readPinTries(
  db: Queryable,
  userId: string,
  bucket: number,
): Promise<{ tries: number; lockedUntil: Date | null } | null> {
  const { rows } = await db.query<PinRow>({
    name: 'user-read-pin-tries',
    text: 'select pin_tries, pin_locked_until from users where user_id = $1 and bucket = $2',
    values: [userId, bucket],
  })
  return rows[0] ? { tries: rows[0].pin_tries, lockedUntil: rows[0].pin_locked_until } : null
}
