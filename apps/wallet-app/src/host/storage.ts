/**
 * my.setStorage and its family: one record per user and mini program in the IndexedDB of the wallet's origin. The
 * program never touches the database; the host checks the limits before it saves.
 */
import type { Handlers } from '@tradepay/mini-program/host'

const DATABASE = 'tradepay'
const STORE = 'program-storage'

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('The database of this browser failed.'))
  })

let opened: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => {
      const database = request.result
      // Another window with a newer app needs the database free to change it; the next use opens it again.
      database.onversionchange = () => {
        database.close()
        opened = null
      }
      resolve(database)
    }
    request.onerror = () => {
      opened = null
      reject(request.error ?? new Error('The database of this browser failed.'))
    }
  })
  return opened
}

export function storageHandler(userId: string, appId: string): Handlers['storage'] {
  const key = [userId, appId]
  return {
    async load() {
      const database = await open()
      const all: unknown = await done(database.transaction(STORE).objectStore(STORE).get(key))
      return typeof all === 'object' && all !== null ? (all as Record<string, string>) : {}
    },
    async save(all) {
      const database = await open()
      await done(database.transaction(STORE, 'readwrite').objectStore(STORE).put(all, key))
    },
  }
}
