/**
 * Whom strangers may make the wallet connect to: over two hundred ways to name an address inside of our own networks, each
 * refused before a byte is sent, and the neighbours of each network let through.
 */
import { describe, expect, test } from 'vitest'
import type { OutgoingRequest } from '../src/ports.ts'
import { createTransport, isAddressAllowed } from '../src/transport/index.ts'

const request = (url: string): OutgoingRequest => ({
  url,
  method: 'GET',
  headers: {},
  body: null,
  timeoutMs: 5_000,
  maxAnswerBytes: 1_000,
})

/** Hosts as they stand in an address. */
const hosts: [name: string, host: string][] = [
  ['loopback', '127.0.0.1'],
  ['loopback, its second address', '127.0.0.2'],
  ['loopback, its first address', '127.0.0.0'],
  ['loopback, its last address', '127.255.255.255'],
  ['loopback in two parts', '127.1'],
  ['loopback in three parts', '127.0.1'],
  ['loopback in three parts, the last of 16 bits', '127.0.65535'],
  ['loopback as one decimal number', '2130706433'],
  ['loopback as one decimal number with zeros before it', '00017700000001'],
  ['loopback as one hexadecimal number', '0x7f000001'],
  ['loopback as one hexadecimal number in capitals', '0X7F000001'],
  ['loopback as one octal number', '017700000001'],
  ['loopback with a hexadecimal part', '0x7f.0.0.1'],
  ['loopback with an octal part', '0177.0.0.1'],
  ['loopback with an octal part that begins with many zeros', '0000000177.0.0.1'],
  ['loopback in mixed bases', '0x7f.0.0.01'],
  ['loopback in two parts of mixed bases', '0x7f.1'],
  ['loopback with an empty hexadecimal part', '0x7f.0x.0x.1'],
  ['loopback with a dot behind it', '127.0.0.1.'],
  ['loopback as a number with a dot behind it', '2130706433.'],
  ['loopback in digits in circles', '①②⑦.⓪.⓪.①'],
  ['loopback in wide digits', '１２７.０.０.１'],
  ['loopback in mathematical digits', '𝟏𝟐𝟕.𝟎.𝟎.𝟏'],
  ['loopback with ideographic full stops', '127。0。0。1'],
  ['loopback with halfwidth full stops', '127｡0｡0｡1'],
  ['loopback with wide full stops', '127．0．0．1'],
  ['loopback, escaped', '%31%32%37.0.0.1'],
  ['loopback, its dots escaped', '127%2E0%2E0%2E1'],
  ['loopback with a soft hyphen', '127.0.0.­1'],
  ['loopback with a space of no width', '127.0.0.​1'],
  ['loopback with a tab that is dropped', '127.0\t.0.1'],
  ['loopback by a backslash', '127.0.0.1\\@1.1.1.1'],
  ['this network', '0.0.0.0'],
  ['this network as a number', '0'],
  ['this network as a hexadecimal number', '0x0'],
  ['this network, another address', '0.1.2.3'],
  ['this network, its last address', '0.255.255.255'],
  ['private 10/8, its first address', '10.0.0.0'],
  ['private 10/8', '10.0.0.1'],
  ['private 10/8, its last address', '10.255.255.255'],
  ['private 10/8 in two parts', '10.1'],
  ['private 10/8 as a decimal number', '167772161'],
  ['private 10/8 as a hexadecimal number', '0xa000001'],
  ['private 10/8 as an octal number', '01200000001'],
  ['private 10/8 with an octal part', '012.0.0.1'],
  ['private 172.16/12, its first address', '172.16.0.0'],
  ['private 172.16/12', '172.20.10.2'],
  ['private 172.16/12, its last address', '172.31.255.255'],
  ['private 172.16/12 as a hexadecimal number', '0xac100001'],
  ['private 172.16/12 as a decimal number', '2886729729'],
  ['private 172.16/12 with a hexadecimal part', '0xac.16.0.1'],
  ['the bridge of containers', '172.17.0.1'],
  ['private 192.168/16, its first address', '192.168.0.0'],
  ['private 192.168/16', '192.168.0.1'],
  ['private 192.168/16, its last address', '192.168.255.255'],
  ['private 192.168/16 in three parts', '192.168.257'],
  ['private 192.168/16 with octal parts', '0300.0250.0.1'],
  ['private 192.168/16 as a decimal number', '3232235521'],
  ['private 192.168/16 as a hexadecimal number', '0xc0a80001'],
  ['carrier-grade NAT, its first address', '100.64.0.0'],
  ['carrier-grade NAT', '100.100.0.1'],
  ['carrier-grade NAT, its last address', '100.127.255.255'],
  ['carrier-grade NAT as a number', '1681915905'],
  ['link-local, its first address', '169.254.0.0'],
  ['link-local', '169.254.1.1'],
  ['link-local, its last address', '169.254.255.255'],
  ['metadata of most clouds', '169.254.169.254'],
  ['metadata as a decimal number', '2852039166'],
  ['metadata as a hexadecimal number', '0xa9fea9fe'],
  ['metadata as an octal number', '025177524776'],
  ['metadata with hexadecimal parts', '0xa9.0xfe.0xa9.0xfe'],
  ['metadata with octal parts', '0251.0376.0251.0376'],
  ['metadata in three parts', '169.254.43518'],
  ['metadata in two parts', '169.16689662'],
  ['metadata with a dot behind it', '169.254.169.254.'],
  ['metadata in digits in circles', '①⑥⑨.②⑤④.①⑥⑨.②⑤④'],
  ['metadata of containers', '169.254.170.2'],
  ['metadata of pods', '169.254.170.23'],
  ['time service of a cloud', '169.254.169.123'],
  ['metadata of a cloud in carrier space', '100.100.100.200'],
  ['metadata of a cloud in carrier space as a number', '1684301000'],
  ['metadata of a cloud among the protocol assignments', '192.0.0.192'],
  ['platform service of a cloud', '168.63.129.16'],
  ['platform service of a cloud as a number', '2822734096'],
  ['protocol assignments, the first address', '192.0.0.0'],
  ['protocol assignments, the dummy address', '192.0.0.8'],
  ['protocol assignments, NAT64 discovery', '192.0.0.170'],
  ['protocol assignments, the last address', '192.0.0.255'],
  ['documentation, first network', '192.0.2.1'],
  ['documentation, first network, its last address', '192.0.2.255'],
  ['documentation, second network', '198.51.100.7'],
  ['documentation, third network', '203.0.113.9'],
  ['documentation as a number', '3405803785'],
  ['benchmarks, the first address', '198.18.0.0'],
  ['benchmarks', '198.18.0.1'],
  ['benchmarks, the last address', '198.19.255.255'],
  ['relays of 6to4', '192.88.99.1'],
  ['multicast, the first address', '224.0.0.0'],
  ['multicast', '224.0.0.1'],
  ['multicast of services', '239.255.255.250'],
  ['multicast as a number', '3758096385'],
  ['reserved, the first address', '240.0.0.0'],
  ['reserved', '250.1.2.3'],
  ['reserved, the last address', '255.255.255.254'],
  ['broadcast', '255.255.255.255'],
  ['broadcast as a decimal number', '4294967295'],
  ['broadcast as a hexadecimal number', '0xffffffff'],
  ['broadcast as an octal number', '037777777777'],
  ['IPv6 loopback', '[::1]'],
  ['IPv6 loopback in full', '[0:0:0:0:0:0:0:1]'],
  ['IPv6 loopback with all zeros', '[0000:0000:0000:0000:0000:0000:0000:0001]'],
  ['IPv6 loopback with a dotted end', '[::0.0.0.1]'],
  ['IPv6 unspecified', '[::]'],
  ['IPv6 unspecified in full', '[0:0:0:0:0:0:0:0]'],
  ['mapped loopback, dotted', '[::ffff:127.0.0.1]'],
  ['mapped loopback, in hexadecimal', '[::ffff:7f00:1]'],
  ['mapped loopback in capitals', '[::FFFF:7F00:1]'],
  ['mapped loopback in full', '[0:0:0:0:0:ffff:7f00:1]'],
  ['mapped private', '[::ffff:10.0.0.1]'],
  ['mapped private, in hexadecimal', '[::ffff:a00:1]'],
  ['mapped private 192.168/16', '[::ffff:192.168.0.1]'],
  ['mapped metadata', '[::ffff:169.254.169.254]'],
  ['mapped metadata, in hexadecimal', '[::ffff:a9fe:a9fe]'],
  ['mapped this network', '[::ffff:0.0.0.0]'],
  ['mapped public, which no honest name needs', '[::ffff:8.8.8.8]'],
  ['compatible loopback', '[::127.0.0.1]'],
  ['compatible loopback, in hexadecimal', '[::7f00:1]'],
  ['compatible private', '[::10.0.0.1]'],
  ['compatible metadata', '[::a9fe:a9fe]'],
  ['compatible public', '[::8.8.8.8]'],
  ['translated loopback', '[::ffff:0:127.0.0.1]'],
  ['translated metadata', '[::ffff:0:a9fe:a9fe]'],
  ['NAT64 of loopback', '[64:ff9b::7f00:1]'],
  ['NAT64 of loopback, dotted', '[64:ff9b::127.0.0.1]'],
  ['NAT64 of metadata', '[64:ff9b::a9fe:a9fe]'],
  ['NAT64 of private', '[64:ff9b::10.0.0.1]'],
  ['NAT64 of a public address', '[64:ff9b::8.8.8.8]'],
  ['local NAT64', '[64:ff9b:1::1]'],
  ['local NAT64 of metadata', '[64:ff9b:1::a9fe:a9fe]'],
  ['local NAT64, its last address', '[64:ff9b:1:ffff:ffff:ffff:ffff:ffff]'],
  ['6to4 of loopback', '[2002:7f00:1::]'],
  ['6to4 of private', '[2002:a00:1::1]'],
  ['6to4 of private 192.168/16', '[2002:c0a8:1::1]'],
  ['6to4 of metadata', '[2002:a9fe:a9fe::]'],
  ['6to4 of a public address', '[2002:808:808::1]'],
  ['6to4, its last address', '[2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff]'],
  ['Teredo', '[2001::1]'],
  ['Teredo of a server on loopback', '[2001:0:7f00:1::]'],
  ['Teredo of a client on metadata', '[2001:0:4136:e378:8000:63bf:5601:5601]'],
  ['protocol assignments of IPv6', '[2001:1::1]'],
  ['benchmarks of IPv6', '[2001:2::1]'],
  ['ORCHID', '[2001:10::1]'],
  ['ORCHID, version 2', '[2001:20::1]'],
  ['protocol assignments of IPv6, the last address', '[2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff]'],
  ['documentation of IPv6', '[2001:db8::1]'],
  ['documentation of IPv6, its last address', '[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]'],
  ['documentation of IPv6, the larger network', '[3fff::1]'],
  ['documentation of IPv6, the larger network, its last address', '[3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff]'],
  ['AS112', '[2620:4f:8000::1]'],
  ['discard', '[100::1]'],
  ['dummy prefix', '[100:0:0:1::1]'],
  ['segment routing', '[5f00::1]'],
  ['below global unicast', '[1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]'],
  ['above global unicast', '[4000::1]'],
  ['unassigned', '[e000::1]'],
  ['unique local, its first address', '[fc00::]'],
  ['unique local', '[fd12:3456:789a::1]'],
  ['unique local, its last address', '[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]'],
  ['metadata of a cloud by IPv6', '[fd00:ec2::254]'],
  ['metadata of another cloud by IPv6', '[fd20:ce::254]'],
  ['name server of a cloud by IPv6', '[fd00:ec2::253]'],
  ['link-local by IPv6', '[fe80::1]'],
  ['link-local by IPv6, its last address', '[febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff]'],
  ['link-local metadata by IPv6', '[fe80::a9fe:a9fe]'],
  ['site-local', '[fec0::1]'],
  ['multicast of the link', '[ff02::1]'],
  ['multicast of the node', '[ff01::1]'],
  ['multicast of the world', '[ff0e::1]'],
  ['the last address of all', '[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]'],
]

/** Hosts that the operating system resolves to this machine. */
const localNames: [name: string, host: string][] = [
  ['localhost', 'localhost'],
  ['localhost in capitals', 'LOCALHOST'],
  ['localhost in wide letters', 'ｌｏｃａｌｈｏｓｔ'],
  ['localhost with a letter in a circle', 'ⓛocalhost'],
]

/** What the answer of a name server may be; each is the answer for `innocent.example`. */
const answers: [name: string, addresses: string[]][] = [
  ['loopback', ['127.0.0.1']],
  ['another loopback', ['127.8.8.8']],
  ['loopback by IPv6', ['::1']],
  ['this network', ['0.0.0.0']],
  ['unspecified', ['::']],
  ['private 10/8', ['10.1.2.3']],
  ['private 172.16/12', ['172.31.0.1']],
  ['private 192.168/16', ['192.168.1.1']],
  ['carrier-grade NAT', ['100.64.1.1']],
  ['metadata', ['169.254.169.254']],
  ['metadata by IPv6', ['fd00:ec2::254']],
  ['metadata of a cloud in carrier space', ['100.100.100.200']],
  ['unique local', ['fd00::1']],
  ['link-local by IPv6', ['fe80::1']],
  ['link-local with a zone', ['fe80::1%eth0']],
  ['loopback with a zone', ['::1%lo']],
  ['a public address with a zone', ['2606:4700:4700::1111%eth0']],
  ['mapped loopback', ['::ffff:127.0.0.1']],
  ['mapped loopback in hexadecimal', ['::ffff:7f00:1']],
  ['mapped public', ['::ffff:1.1.1.1']],
  ['compatible loopback', ['::127.0.0.1']],
  ['NAT64 of metadata', ['64:ff9b::a9fe:a9fe']],
  ['6to4 of private', ['2002:a00:1::1']],
  ['Teredo', ['2001:0:7f00:1::1']],
  ['documentation', ['203.0.113.1']],
  ['benchmarks', ['198.18.0.1']],
  ['multicast', ['224.0.0.1']],
  ['broadcast', ['255.255.255.255']],
  ['a public address, then loopback', ['1.1.1.1', '127.0.0.1']],
  ['loopback, then a public address', ['127.0.0.1', '1.1.1.1']],
  ['a private address between public ones', ['1.1.1.1', '10.0.0.1', '8.8.8.8']],
  ['a public address, then loopback of the other family', ['1.1.1.1', '::1']],
  ['a public address of the other family, then metadata', ['2606:4700::1', '169.254.169.254']],
  ['many public addresses and one of ours', [...Array.from({ length: 30 }, (_, n) => `8.8.8.${n}`), '192.168.0.1']],
  ['a number instead of an address', ['2130706433']],
  ['a short form instead of an address', ['127.1']],
  ['an octal form instead of an address', ['0177.0.0.1']],
  ['a name instead of an address', ['localhost']],
  ['nothing in the place of an address', ['']],
  ['an address in brackets', ['[::1]']],
  ['an address with a port', ['127.0.0.1:80']],
]

/** What stands where an address to call is expected. */
const urls: [name: string, url: string][] = [
  ['nothing', ''],
  ['a word', 'nonsense'],
  ['no protocol', '//1.1.1.1/'],
  ['a path', '/notify'],
  ['no host', 'http://'],
  ['no host but a port', 'http://:80/'],
  ['no host but a query', 'https://?x'],
  ['ftp', 'ftp://1.1.1.1/'],
  ['a file', 'file:///etc/passwd'],
  ['a file of a host', 'file://1.1.1.1/etc/passwd'],
  ['gopher', 'gopher://1.1.1.1/_x'],
  ['a WebSocket', 'ws://1.1.1.1/'],
  ['a secure WebSocket', 'wss://1.1.1.1/'],
  ['data', 'data:text/plain,x'],
  ['script', 'javascript:1'],
  ['a socket file', 'unix:/run/docker.sock'],
  ['a protocol around another', 'view-source:http://1.1.1.1/'],
  ['a dictionary server', 'dict://1.1.1.1:11211/stat'],
  ['a directory', 'ldap://1.1.1.1/'],
  ['a user name', 'http://user@1.1.1.1/'],
  ['a user name and a secret', 'http://user:secret@1.1.1.1/'],
  ['a secret alone', 'http://:secret@1.1.1.1/'],
  ['a host in the place of the user name', 'http://1.1.1.1@127.0.0.1/'],
  ['a host in the place of the user name, escaped', 'http://1.1.1.1%2F@127.0.0.1/'],
  ['a host and port in the place of user name and secret', 'http://1.1.1.1:80@127.0.0.1:80/'],
  ['a port that is too large', 'http://1.1.1.1:65536/'],
  ['a port that is negative', 'http://1.1.1.1:-1/'],
  ['a port that is no number', 'http://1.1.1.1:http/'],
  ['five parts', 'http://1.2.3.4.5/'],
  ['a part that is too large', 'http://1.2.3.256/'],
  ['a part that is too large for octal', 'http://08.1.1.1/'],
  ['a number that is too large', 'http://4294967296/'],
  ['an address that is not closed', 'http://[::1'],
  ['an address with a zone', 'http://[fe80::1%25eth0]/'],
  ['an address with a zone, not escaped', 'http://[fe80::1%eth0]/'],
  ['loopback with a zone', 'http://[::1%25lo]/'],
  ['a public address with a zone', 'http://[2606:4700:4700::1111%251]/'],
  ['an address of the future', 'http://[v1.fe80::a+en1]/'],
  ['IPv4 in brackets', 'http://[127.0.0.1]/'],
  ['two abbreviations', 'http://[::1::]/'],
  ['nine groups', 'http://[1:2:3:4:5:6:7:8:9]/'],
  ['a space in the host', 'http://1.1.1.1 .example/'],
  ['a null in the host', 'http://127.0.0.1%00.example/'],
  ['a fullwidth slash in the host', 'http://1.1.1.1／.example/'],
  ['a label that is no IDN', 'http://xn--a/'],
  ['port 0', 'http://1.1.1.1:0/'],
  ['mail', 'http://1.1.1.1:25/'],
  ['mail, submitted', 'http://1.1.1.1:587/'],
  ['a shell', 'http://1.1.1.1:22/'],
  ['telnet', 'http://1.1.1.1:23/'],
  ['a name server', 'http://1.1.1.1:53/'],
  ['remote procedures', 'http://1.1.1.1:111/'],
  ['files of a network', 'http://1.1.1.1:2049/'],
  ['a display', 'http://1.1.1.1:6000/'],
  ['a chat', 'http://1.1.1.1:6667/'],
  ['a telephone', 'https://1.1.1.1:5061/'],
  ['mail of a name', 'https://mail.example:465/'],
]

describe('the guard', () => {
  const nobody = createTransport({ allowLoopback: false, resolve: () => Promise.reject(new Error('not asked')) })
  const system = createTransport({ allowLoopback: false })
  const refused = { name: 'TransportError', reason: 'ADDRESS_REFUSED' }

  test.each(hosts)('refuses %s: http://%s/', async (_, host) => {
    await expect(nobody.send(request(`http://${host}/`))).rejects.toMatchObject(refused)
  })

  test.each(localNames)('refuses the name %s', async (_, host) => {
    await expect(system.send(request(`http://${host}/`))).rejects.toMatchObject(refused)
  })

  test.each(answers)('refuses a name whose address is %s', async (_, addresses) => {
    let asked = 0
    const transport = createTransport({
      allowLoopback: false,
      async resolve() {
        asked++
        return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      },
    })
    for (const url of ['https://innocent.example/', 'http://innocent.example./']) {
      await expect(transport.send(request(url))).rejects.toMatchObject({ reason: 'ADDRESS_REFUSED' })
    }
    expect(asked).toBe(2)
  })

  test.each(urls)('refuses as an address to call: %s (%s)', async (_, url) => {
    const error: unknown = await nobody.send(request(url)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'TransportError', reason: 'ADDRESS_REFUSED' })
    expect(String(error)).not.toContain('secret')
  })

  test('is tried by more than two hundred cases, each of its own', () => {
    const cases = [
      ...[...hosts, ...localNames].map(([, host]) => host),
      ...answers.map(([name]) => name),
      ...urls.map(([, url]) => url),
    ]
    expect(new Set(cases).size).toBe(cases.length)
    expect(cases.length).toBeGreaterThan(250)
    const names = [hosts, answers, urls].flatMap((rows, table) => rows.map(([name]) => `${table} ${name}`))
    expect(new Set(names).size).toBe(names.length)
  })

  test.each([
    ['below private 10/8', '9.255.255.255'],
    ['above private 10/8', '11.0.0.0'],
    ['below carrier-grade NAT', '100.63.255.255'],
    ['above carrier-grade NAT', '100.128.0.0'],
    ['below loopback', '126.255.255.255'],
    ['above loopback', '128.0.0.1'],
    ['beside a platform service', '168.63.129.17'],
    ['below link-local', '169.253.255.255'],
    ['above link-local', '169.255.0.0'],
    ['below private 172.16/12', '172.15.255.255'],
    ['above private 172.16/12', '172.32.0.0'],
    ['between protocol assignments and documentation', '192.0.1.1'],
    ['below private 192.168/16', '192.167.255.255'],
    ['above private 192.168/16', '192.169.0.0'],
    ['below benchmarks', '198.17.255.255'],
    ['above benchmarks', '198.20.0.0'],
    ['below multicast', '223.255.255.255'],
    ['a name server', '1.1.1.1'],
    ['IPv6 of a host', '2606:4700:4700::1111'],
    ['IPv6 above the protocol assignments', '2001:200::1'],
    ['IPv6 beside documentation', '2001:db9::1'],
    ['IPv6 above 6to4', '2003::1'],
    ['IPv6 below the larger documentation', '3ffe::1'],
  ])('lets through what is %s (%s)', (_, address) => {
    expect(isAddressAllowed(address, false)).toBe(true)
  })

  test.each(['', 'localhost', '1.2.3', '1.2.3.4.5', '127.1', '::1%lo', 'fe80::1%eth0', '2606:4700::1%eth0', '[::1]'])(
    'refuses what is not an address: “%s”',
    (address) => {
      expect([isAddressAllowed(address, false), isAddressAllowed(address, true)]).toEqual([false, false])
    },
  )
})

describe('where the composition lets loopback through', () => {
  const local = createTransport({ allowLoopback: true, resolve: () => Promise.reject(new Error('not asked')) })
  const isLoopback = (name: string): boolean => /(?<!mapped |compatible |translated |of |on )loopback/.test(name)

  test.each(['127.0.0.1', '127.8.8.8', '::1'])('it is (%s)', (address) => {
    expect([isAddressAllowed(address, false), isAddressAllowed(address, true)]).toEqual([false, true])
  })

  test.each(hosts.filter(([name]) => !isLoopback(name)))('still nothing else is: %s (%s)', async (_, host) => {
    await expect(local.send(request(`http://${host}/`))).rejects.toMatchObject({ reason: 'ADDRESS_REFUSED' })
  })
})

describe('a name server that answers otherwise the second time', () => {
  /** Answers these one after another, the last for ever. */
  function changing(...addresses: string[]) {
    const asked: string[] = []
    const transport = createTransport({
      allowLoopback: false,
      async resolve(hostname) {
        asked.push(hostname)
        return [{ address: addresses[asked.length - 1] ?? addresses.at(-1)!, family: 4 }]
      },
    })
    return { transport, asked }
  }

  test('is asked once for a connection: what was judged is what is connected to', async () => {
    const { transport, asked } = changing('127.0.0.1', '1.1.1.1')
    await expect(transport.send(request('http://rebinding.example/'))).rejects.toMatchObject({
      reason: 'ADDRESS_REFUSED',
    })
    expect(asked).toEqual(['rebinding.example'])
  })

  test('is judged anew for the next connection', async () => {
    const { transport, asked } = changing('10.0.0.1', '169.254.169.254', '127.0.0.1')
    for (let n = 0; n < 3; n++) {
      await expect(transport.send({ ...request('http://rebinding.example/'), mayRepeat: true })).rejects.toMatchObject({
        reason: 'ADDRESS_REFUSED',
      })
    }
    expect(asked).toHaveLength(3)
  })

  test('is asked for the name in ASCII, however it was written', async () => {
    const { transport, asked } = changing('10.0.0.1')
    for (const host of ['bücher.example', 'BÜCHER.example', 'xn--bcher-kva.example', 'ｂücher。example']) {
      await expect(transport.send(request(`http://${host}/`))).rejects.toMatchObject({ reason: 'ADDRESS_REFUSED' })
    }
    expect(new Set(asked)).toEqual(new Set(['xn--bcher-kva.example']))
  })
})

test('a name that has no address is unreachable', async () => {
  const nobody = createTransport({ allowLoopback: false, resolve: () => Promise.reject(new Error('ENOTFOUND')) })
  await expect(nobody.send(request('http://nobody.example/'))).rejects.toMatchObject({ reason: 'UNREACHABLE' })
  const empty = createTransport({ allowLoopback: false, resolve: async () => [] })
  await expect(empty.send(request('http://nobody.example/'))).rejects.toMatchObject({ reason: 'UNREACHABLE' })
})
