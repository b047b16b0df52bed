/**
 * Which addresses strangers may make the wallet connect to: public unicast ones, and nothing else. The judgement is made
 * on the address that is really connected to, after names have been resolved, so no spelling of a host and no answer of
 * a name server gets around it.
 *
 * Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, 8190); IPv6 by what is allowed, because only
 * 2000::/3 is handed out as global unicast (RFC 4291 §2.4). Ports: WHATWG Fetch, "port blocking".
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

const refusedV4: readonly [string, number, string][] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared by carriers (CGNAT)'],
  ['127.0.0.0', 8, 'loopback'],
  ['168.63.129.16', 32, 'platform service of a cloud'],
  ['169.254.0.0', 16, 'link-local, and cloud metadata'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'protocol assignments'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, '6to4 relays'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarks'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved, and broadcast'],
]

/** Inside of 2000::/3, what is not an ordinary host, or hides an IPv4 address. */
const refusedV6: readonly [string, number, string][] = [
  ['2001::', 23, 'protocol assignments, and Teredo'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4'],
  ['2620:4f:8000::', 48, 'AS112'],
  ['3fff::', 20, 'documentation'],
]

const refused = new BlockList()
for (const [network, prefix] of refusedV4) refused.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of refusedV6) refused.addSubnet(network, prefix, 'ipv6')

const globalUnicastV6 = new BlockList()
globalUnicastV6.addSubnet('2000::', 3, 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/**
 * True when a connection to the address is let through.
 * @param address an IPv4 or IPv6 address as text; anything else is refused
 * @param allowLoopback also lets 127.0.0.0/8 and ::1 through: the sandbox, where merchant and wallet share a machine
 */
export function isAddressAllowed(address: string, allowLoopback: boolean): boolean {
  if (isIPv4(address)) {
    return (allowLoopback && loopback.check(address, 'ipv4')) || !refused.check(address, 'ipv4')
  }
  // A scope (`fe80::1%eth0`) names a network card of this machine: never a stranger's address.
  if (!isIPv6(address) || address.includes('%')) return false
  // An IPv4 address in IPv6 clothes is judged by neither list: it is outside of 2000::/3.
  if (isMappedV4(address)) return false
  if (allowLoopback && loopback.check(address, 'ipv6')) return true
  return globalUnicastV6.check(address, 'ipv6') && !refused.check(address, 'ipv6')
}

/** `::ffff:127.0.0.1` and its other spellings. The URL parser writes the short form, resolvers write the dotted one. */
function isMappedV4(address: string): boolean {
  return new URL(`http://[${address}]`).hostname.startsWith('[::ffff:')
}

/** Where servers of other protocols listen (mail, shells, name servers, X11, chat), which a request must not be made to speak to. */
const refusedPorts = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
])

/** True when a stranger's port may be called; an empty one is that of the protocol. */
export const isPortAllowed = (port: string): boolean => port === '' || !refusedPorts.has(Number(port))
