import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import { OTHER, PEER, viewOf } from './view.ts'
import type { TestEntry } from './view.ts'

const HASH = 'uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g'
const OTHER_HASH = 'uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ'
const RELAYED = `/ip4/192.0.2.9/tcp/1/p2p/${OTHER}/p2p-circuit`
const STRICT = { label: 'file', level: 'trusted', strict: true } as const

function connects(entries: readonly TestEntry[], direction: 'inbound' | 'outbound', address: string): boolean {
  return decide(viewOf(entries), { peer: PEER, address: multiaddr(address), direction }, 'connect', 0).allow
}

test.each([
  ['/ip4/192.0.2.7/tcp/4001', true],
  [`/ip4/192.0.2.7/tcp/4001/p2p/${PEER}`, true],
  ['/ip4/192.0.2.7/tcp/4002', false],
  ['/ip4/192.0.2.8/tcp/4001', false],
  ['/ip4/192.0.2.7/tcp/4001/ws', false],
  [`/ip4/192.0.2.7/tcp/4001/p2p/${OTHER}/p2p-circuit`, false],
  ['/dns4/A.example.org./tcp/443/wss', true],
  ['/dns6/a.example.org/tcp/443/tls/ws', true],
  ['/dns4/b.example.org/tcp/443/tls/ws', false],
  ['/ip6/::ffff:192.0.2.7/tcp/4001', true],
  ['/ip6/::ffff:192.0.2.8/tcp/4001', false],
  ['/ip6/2001:db8:0:0::1/udp/4001/quic-v1', true],
  ['/ip6/2001:db8::1/udp/4001', false],
  ['/ip6/2001:db8::1/udp/4001/quic-v1/webtransport', false],
  [`/ip4/192.0.2.7/udp/9/webrtc-direct/certhash/${HASH}/p2p/${PEER}`, true],
  [`/ip4/192.0.2.7/udp/10/webrtc-direct/certhash/${HASH}`, true],
  [`/ip4/192.0.2.7/udp/10/webrtc-direct/certhash/${OTHER_HASH}`, false],
  ['/ip4/192.0.2.7/udp/10/webrtc-direct', false],
  [`/ip4/192.0.2.9/tcp/1/p2p/${OTHER}/p2p-circuit/p2p/${PEER}`, true],
  [`/ip4/192.0.2.9/tcp/1/p2p/${OTHER}/p2p-circuit/webrtc/p2p/${PEER}`, false],
  [`/p2p/${OTHER}/p2p-circuit/p2p/${PEER}`, false]
])('a strict node is dialled at its remotes alone: %s %s', (address, allow) => {
  const remotes = [
    '/ip4/192.0.2.7/tcp/4001',
    '/dns4/a.example.org/tcp/443/tls/ws',
    '/ip6/2001:db8::1/udp/4001/quic-v1',
    '/ip4/192.0.2.7/udp/9/webrtc-direct',
    `/ip4/192.0.2.7/udp/10/webrtc-direct/certhash/${HASH}`,
    `/ip4/192.0.2.9/tcp/1/p2p/${OTHER}/p2p-circuit`
  ]
  expect(connects([{ ...STRICT, remotes }], 'outbound', address)).toBe(allow)
})

test.each([
  [['/ip4/192.0.2.7/tcp/4001'], '/ip4/192.0.2.7/tcp/50123', true],
  [['/ip4/192.0.2.7/tcp/4001'], '/ip4/192.0.2.8/tcp/4001', false],
  [['/ip4/192.0.2.7/tcp/4001'], '/ip6/::ffff:192.0.2.7/tcp/50123', true],
  [['/ip6/2001:db8::1/tcp/4001'], '/ip6/2001:db8:0::1/tcp/9', true],
  [['/ip4/192.0.2.7/tcp/4001'], `/ip4/192.0.2.7/tcp/1/p2p/${OTHER}/p2p-circuit`, false],
  [['/dns4/a.example.org/tcp/1'], '/ip4/192.0.2.8/tcp/4001', true],
  [['/dns4/a.example.org/tcp/1'], `/ip4/192.0.2.7/tcp/1/p2p/${OTHER}/p2p-circuit`, false],
  [[`/ip4/192.0.2.7/tcp/1/p2p/${OTHER}/p2p-circuit`], `/ip4/192.0.2.7/tcp/1/p2p/${OTHER}/p2p-circuit`, true],
  [['/dnsaddr/a.example.org'], '/ip4/192.0.2.8/tcp/4001', true],
  [['/ip4/192.0.2.7/udp/4001/quic-v1'], '/ip4/192.0.2.7/udp/60001/quic-v1', true],
  [['/ip4/192.0.2.7/tcp/1', RELAYED], '/ip4/192.0.2.8/tcp/4001', false],
  [['/ip4/192.0.2.7/tcp/1', RELAYED], '/ip4/192.0.2.7/tcp/4001', true],
  [[RELAYED], '/ip4/192.0.2.8/tcp/4001', true],
  [['/ip4/192.0.2.7/tcp/1'], `/webrtc/p2p/${PEER}`, false]
])('a strict node comes from the IPs of its remotes: %j %s %s', (remotes, address, allow) => {
  expect(connects([{ ...STRICT, remotes }], 'inbound', address)).toBe(allow)
})

test('without a direction either will do', () => {
  const view = viewOf([{ ...STRICT, remotes: ['/ip4/192.0.2.7/tcp/4001'] }])
  const at = (address: string) => decide(view, { peer: PEER, address: multiaddr(address) }, 'connect', 0)
  expect(at('/ip4/192.0.2.7/tcp/50123').allow).toBe(true)
  expect(at('/ip4/192.0.2.8/tcp/4001')).toEqual({
    allow: false,
    reason: 'connect is denied: "file" names other addresses (strict)'
  })
})

test('strict needs an address, an entry that lasts, and a node that asks for it', () => {
  const elsewhere = '/ip4/198.51.100.1/tcp/1'
  const remotes = ['/ip4/192.0.2.7/tcp/4001']
  expect(connects([{ ...STRICT }], 'outbound', elsewhere)).toBe(true)
  expect(connects([{ ...STRICT, remotes, endsAt: 0 }], 'outbound', elsewhere)).toBe(true)
  expect(connects([{ ...STRICT, remotes, strict: false }], 'outbound', elsewhere)).toBe(true)
  expect(decide(viewOf([{ ...STRICT, remotes }]), { peer: PEER }, 'connect', 0).allow).toBe(true)
})

test('an address that any live entry lists will do: no file shuts out what another one names', () => {
  const one: TestEntry = { ...STRICT, label: 'one', remotes: ['/ip4/192.0.2.7/tcp/1'] }
  const two: TestEntry = { label: 'two', level: 'peer', remotes: ['/ip4/192.0.2.8/tcp/1'] }
  expect(connects([one, two], 'outbound', '/ip4/192.0.2.8/tcp/1')).toBe(true)
  expect(connects([one, { ...two, endsAt: 0 }], 'outbound', '/ip4/192.0.2.8/tcp/1')).toBe(false)
})
