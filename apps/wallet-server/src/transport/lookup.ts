/**
 * Finds the address of a name at the moment of connecting, and judges it: what is answered here is what the socket connects
 * to, so a name server that changes its mind between two questions gains nothing.
 */
import dns from 'node:dns'
import type { LookupFunction } from 'node:net'
import { TransportError } from '../ports.ts'
import { isAddressAllowed } from './guard.ts'

/** Answers every address of a name. */
export type Resolve = (hostname: string) => Promise<dns.LookupAddress[]>

/** The operating system's resolver. */
export const resolveBySystem: Resolve = (hostname) => dns.promises.lookup(hostname, { all: true })

export const addressRefused = (host: string): TransportError =>
  new TransportError('ADDRESS_REFUSED', `The wallet does not connect to ${host}: it is not a public address.`)

/** What a socket calls for a name. One refused address among several is enough: which one it would take is not ours to guess. */
export function guardedLookup(resolve: Resolve, allowLoopback: boolean): LookupFunction {
  return (hostname, options, callback) => {
    const fail = (error: TransportError): void => callback(error, '')
    const answer = (addresses: dns.LookupAddress[]): void => {
      if (addresses.some(({ address }) => !isAddressAllowed(address, allowLoopback)))
        return fail(addressRefused(hostname))
      const asked = options.family === 4 || options.family === 6 ? options.family : null
      const usable = asked === null ? addresses : addresses.filter(({ family }) => family === asked)
      const first = usable[0]
      if (!first) fail(new TransportError('UNREACHABLE', `The name ${hostname} has no address.`))
      else if (options.all) callback(null, usable)
      else callback(null, first.address, first.family)
    }
    resolve(hostname).then(answer, () =>
      fail(new TransportError('UNREACHABLE', `The name ${hostname} could not be resolved.`)),
    )
  }
}
