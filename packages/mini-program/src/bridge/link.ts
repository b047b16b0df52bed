/**
 * One end of a MessageChannel with typed messages. It takes its functions from the port once, so that a program that
 * later replaces a prototype's methods does not change what the runtime itself does.
 */
export interface Link<In, Out> {
  send(message: Out, transfer?: Transferable[]): void
  /** Starts delivery; messages that came before wait. A second call replaces the handler. */
  listen(handler: (message: In, ports: readonly MessagePort[]) => void): void
  close(): void
}

/** The link over a port. The messages of the other party are believed to have type `In` only where it is one of ours. */
export function linkOf<In, Out>(port: MessagePort): Link<In, Out> {
  const post = port.postMessage.bind(port)
  const shut = port.close.bind(port)
  return {
    send: (message, transfer = []) => post(message, transfer),
    listen(handler) {
      port.onmessage = (event: MessageEvent<In>) => handler(event.data, event.ports)
    },
    close() {
      port.onmessage = null
      shut()
    },
  }
}
