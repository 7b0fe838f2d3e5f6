import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { linesOf } from './rejection.ts'
import { writeFiles } from './scratch-folder.ts'

const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const NAME = 'k51qzi5uqu5di3f1nh9ghouv3e5dfupe3wbgb8gy679ko7ttpovbtr2bwjz8rt'
const NAME_PEER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const IP = '/ip4/127.0.0.1'

describe('an impossible combination', () => {
  test.each<[string, Record<string, string>, string]>([
    [
      'TCP listen, TCP off',
      { 'addresses.listen': `${IP}/tcp/1`, 'transports.tcp': 'false' },
      'needs transports.tcp, which is off'
    ],
    [
      'ws listen, ws off',
      { 'addresses.listen': `${IP}/tcp/1/ws`, 'transports.ws': 'false' },
      'needs transports.ws, which is off'
    ],
    [
      'QUIC listen, QUIC off',
      { 'addresses.listen': `${IP}/udp/1/quic-v1`, 'transports.quic': 'false' },
      'needs transports.quic'
    ],
    [
      'WebRTC-direct listen, off',
      { 'addresses.listen': `${IP}/udp/1/webrtc-direct`, 'transports.webrtcDirect': 'false' },
      'needs transports.webrtcDirect'
    ],
    ['WebRTC listen, off', { 'addresses.listen': '/webrtc', 'transports.webrtc': 'false' }, 'needs transports.webrtc'],
    ['memory listen, off', { 'addresses.listen': '/memory/a' }, 'needs transports.memory, which is off'],
    ['listen where nobody can', { 'addresses.listen': `${IP}/udp/1` }, `no transport listens on ${IP}/udp/1`],
    ['listen on a name', { 'addresses.listen': '/dns4/example.org/tcp/1' }, 'no transport listens on'],
    ['the same address twice', { 'addresses.listen': `${IP}/tcp/0,${IP}/tcp/0` }, 'is listed twice'],
    [
      'the same port for TCP and ws',
      { 'addresses.listen': `${IP}/tcp/1,${IP}/tcp/1/ws` },
      `needs the same port as ${IP}/tcp/1`
    ],
    [
      'a port that every interface has',
      { 'addresses.listen': `/ip4/0.0.0.0/tcp/1,${IP}/tcp/1` },
      'needs the same port as'
    ],
    [
      'QUIC and WebRTC on one port',
      { 'addresses.listen': `${IP}/udp/1/quic-v1,${IP}/udp/1/webrtc-direct` },
      'same port'
    ],
    ['wss without certificate', { 'addresses.listen': `${IP}/tcp/1/tls/ws` }, 'needs tls.certFile and tls.keyFile'],
    ['wss by its old name', { 'addresses.listen': `${IP}/tcp/1/wss` }, 'needs tls.certFile and tls.keyFile'],
    ['certificate without key', { 'tls.certFile': 'a' }, 'needs tls.keyFile too'],
    ['key without certificate', { 'tls.keyFile': 'a' }, 'needs tls.certFile too'],
    [
      'the admin port as listen port',
      { 'addresses.listen': '/ip4/0.0.0.0/tcp/7', 'admin.port': '7' },
      'admin.port = 7: is also'
    ],
    [
      'the admin port on IPv6',
      { 'addresses.listen': '/ip6/::/tcp/7', 'admin.port': '7', 'admin.host': 'localhost' },
      'is also the port of /ip6/::/tcp/7'
    ],
    ['announce of no IP', { 'addresses.announce': '/ip4/0.0.0.0/tcp/4001' }, 'nobody can dial an unspecified IP'],
    ['announce of port 0', { 'addresses.announce': '/dns4/example.org/tcp/0' }, 'nobody can dial port 0'],
    ['WebRTC without circuit', { 'transports.circuit': 'false' }, 'transports.webrtc = true: needs transports.circuit'],
    [
      'relays without circuit',
      { relays: `${IP}/tcp/1/p2p/${PEER}`, 'transports.circuit': 'false', 'transports.webrtc': 'false' },
      'needs transports.circuit to hold a reservation'
    ],
    ['DHT server without address', { 'dht.mode': 'server' }, 'a server needs an address'],
    ['relay without address', { role: 'relay', 'dht.mode': 'off' }, 'a relay needs an address'],
    [
      'more reservations than connections',
      { role: 'relay', 'relayService.enabled': 'true', 'addresses.listen': `${IP}/tcp/1`, 'connections.max': '5' },
      'relayService.maxReservations = 128: cannot be more than connections.max (5)'
    ],
    [
      'a relaying edge',
      { 'relayService.enabled': 'true', 'addresses.listen': `${IP}/tcp/1` },
      'an edge relays for nobody'
    ],
    [
      'a delegate of a delegate',
      {
        'delegate.serve': 'true',
        'delegate.use': `${IP}/tcp/1/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN`
      },
      'who is a delegate asks none'
    ],
    ['the admin API for other hosts without TLS', { 'admin.host': '0.0.0.0' }, 'needs admin.tls.certFile and'],
    ['half a certificate of the admin API', { 'admin.tls.certFile': 'a' }, 'needs admin.tls.keyFile too'],
    ['a key of the admin API alone', { 'admin.tls.keyFile': 'a' }, 'needs admin.tls.certFile too'],
    ['an admin socket beside a port', { 'admin.socket': 's', 'admin.port': '1' }, 'no effect beside admin.socket'],
    ['an admin socket beside a host', { 'admin.socket': 's', 'admin.host': '::1' }, 'no effect beside admin.socket'],
    [
      'two entries of one label',
      {
        'trust.entries': `[{label: a, pubkey: ${PEER}, trustlevel: peer}, {label: a, pubkey: ${NAME}, trustlevel: peer}]`
      },
      "trust.entries.1.label = 'a': is also that of trust.entries.0"
    ],
    [
      'two entries of one key, written differently',
      {
        'trust.entries': `[{label: a, pubkey: ${NAME}, kind: peer, trustlevel: peer}, {label: b, pubkey: ${NAME_PEER}, trustlevel: peer}]`
      },
      'trust.entries.1.pubkey'
    ],
    [
      'an entry of no key',
      { 'trust.entries': '[{label: a, pubkey: somebody, trustlevel: peer}]' },
      'is neither an IPNS name nor a peer id'
    ],
    ['a level that is none', { 'trust.entries': `[{label: a, pubkey: ${PEER}, trustlevel: root}]` }, 'trustlevel'],
    [
      'an address of somebody else',
      { 'trust.entries': `[{label: a, pubkey: ${PEER}, trustlevel: peer, addresses: [${IP}/tcp/1/p2p/${NAME_PEER}]}]` },
      'leads to another peer'
    ],
    [
      'a trust file without its record',
      { 'trust.entries': `[{label: a, pubkey: ${NAME}, trustlevel: peer, file: a.json}]` },
      'needs a record too'
    ],
    ['strangers as operators', { 'trust.matrix': '{admin: none}' }, 'trust.matrix.admin = '],
    ['everybody as operator', { 'trust.grants': '{admin: anyone}' }, 'trust.grants.admin = '],
    [
      'two tunnels of one name',
      { 'tunnels.expose': '[{name: a, target: "b:1"}, {name: a, target: "b:2"}]' },
      "--set tunnels.expose.1.name = 'a': is also that of tunnels.expose.0"
    ],
    [
      'two tunnels whose name looks like a port',
      { 'tunnels.expose': '[{name: "0", target: "b:1"}, {name: "0", target: "b:2"}]' },
      'is also that of tunnels.expose.0'
    ],
    [
      'two tunnels on one port',
      { 'tunnels.forward': `[{local: "80", peer: ${PEER}, name: a}, {local: "80", peer: ${PEER}, name: b}]` },
      'is also that of tunnels.forward.0'
    ],
    ['a plugin twice', { plugins: '[{package: a}, {package: b}, {package: a}]' }, 'plugins.2.package'],
    ['an encrypter twice', { encrypters: 'tls,tls' }, 'names an encrypter twice']
  ])('refuses to start: %s', async (_what, flags, line) => {
    const lines = await linesOf({ flags })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(line)
  })

  test('inside a list is named at its own place', async () => {
    const cwd = await writeFiles({ 'my.yaml': 'plugins:\n  - package: a\n  - package: a\n' })
    expect(await linesOf({ file: 'my.yaml', cwd })).toEqual([
      "my.yaml:3:5 plugins.1.package = 'a': is also that of plugins.0"
    ])
  })

  test('is named at the place of the value', async () => {
    const cwd = await writeFiles({ 'my.yaml': 'extends: edge\ntransports:\n  quic: false\n' })
    expect(await linesOf({ file: 'my.yaml', cwd })).toEqual([
      "edge.yaml:11:7 addresses.listen.2 = '/ip4/0.0.0.0/udp/0/quic-v1': needs transports.quic, which is off",
      "edge.yaml:12:7 addresses.listen.3 = '/ip6/::/udp/0/quic-v1': needs transports.quic, which is off"
    ])
  })
})

describe('a possible combination', () => {
  test.each<[string, Record<string, string>]>([
    ['the same port on IPv4 and IPv6', { 'addresses.listen': '/ip4/0.0.0.0/tcp/1,/ip6/::/tcp/1' }],
    ['the same port on TCP and UDP', { 'addresses.listen': `${IP}/tcp/1,${IP}/udp/1/quic-v1` }],
    ['free ports', { 'addresses.listen': `${IP}/tcp/0,${IP}/tcp/0/ws`, 'admin.port': '0' }],
    ['wss with certificate', { 'addresses.listen': `${IP}/tcp/1/tls/ws`, 'tls.certFile': 'a', 'tls.keyFile': 'b' }],
    ['memory', { 'addresses.listen': '/memory/a', 'transports.memory': 'true' }],
    ['only relays', { relays: `${IP}/tcp/1/p2p/${PEER}`, 'addresses.listen': '/webrtc,/p2p-circuit' }],
    [
      'the admin API for other hosts with TLS',
      { 'admin.host': '::', 'admin.tls.certFile': 'a', 'admin.tls.keyFile': 'b' }
    ],
    ['an admin socket beside the port of a preset', { 'admin.socket': 's' }],
    [
      'an admin socket whose preset has the port of a listener',
      { 'admin.socket': 's', 'addresses.listen': `${IP}/tcp/9091` }
    ],
    [
      'two tunnels on free ports',
      { 'tunnels.forward': `[{local: "0", peer: ${PEER}, name: a}, {local: "0", peer: ${PEER}, name: b}]` }
    ],
    ['a zone', { 'addresses.listen': '/ip6zone/eth0/ip6/fe80::1/tcp/1' }]
  ])('is taken: %s', async (_what, flags) => {
    const preset = 'admin.socket' in flags ? 'relay' : undefined
    await expect(loadConfig({ preset, flags })).resolves.toBeDefined()
  })
})
