/**
 * The socket of a connection to PostgreSQL: what is written in one turn of the event loop goes out together. The statements of a batch
 * are written one by one, and each on its way by itself would wake the database, and cost a call of the system, once more. Over TLS
 * they go out as the driver writes them.
 */
import { Socket } from 'node:net'

/** Makes one, not connected yet. */
export function createTurnSocket(): Socket {
  const socket = new Socket()
  // To connect takes back whatever stands in the place of `write`.
  socket.once('connect', () => gatherWrites(socket))
  return socket
}

function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  let gathering = false
  socket.write = (...args: unknown[]): boolean => {
    if (!gathering) {
      gathering = true
      socket.cork()
      process.nextTick(() => {
        gathering = false
        socket.uncork()
      })
    }
    return write(...args)
  }
}
