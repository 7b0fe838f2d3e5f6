import { expect, it } from 'vitest'
import { browserWay, tlsTarget } from '../src/browser/addresses.ts'
import { tcpTargets } from '../src/checks/dial-target.ts'

const peer = '/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

it.each([
  ['/ip4/192.0.2.1/tcp/4001', undefined],
  ['/ip4/192.0.2.1/udp/4001/quic-v1', undefined],
  ['/ip4/192.0.2.1/tcp/4002/ws', 'ws'],
  ['/dns4/example.org/tcp/443/wss', 'wss'],
  ['/dns4/example.org/tcp/443/tls/ws', 'wss'],
  ['/ip4/192.0.2.1/tcp/443/tls/sni/192-0-2-1.k51qzi.libp2p.direct/ws', 'wss'],
  ['/ip4/192.0.2.1/udp/4003/webrtc-direct', undefined],
  ['/ip4/192.0.2.1/udp/4003/webrtc-direct/certhash/uEiAFoS1Z', 'webrtc-direct'],
  [`/ip4/192.0.2.1/tcp/4002/ws${peer}/p2p-circuit`, undefined],
  [`/ip4/192.0.2.1/tcp/4002/ws${peer}/p2p-circuit/webrtc`, 'webrtc']
])('%s is dialled by browsers as %s', (address, way) => {
  expect(browserWay(address)).toBe(way)
})

it.each([
  ['/dns4/example.org/tcp/443/tls/ws', { host: 'example.org', port: 443, name: 'example.org' }],
  ['/ip4/192.0.2.1/tcp/443/tls/sni/x.libp2p.direct/ws', { host: '192.0.2.1', port: 443, name: 'x.libp2p.direct' }],
  ['/ip6/2001:db8::1/tcp/443/tls/ws', { host: '2001:db8::1', port: 443, name: '2001:db8::1' }],
  ['/memory/1', undefined]
])('the handshake for %s goes to %o', (address, target) => {
  expect(tlsTarget(address)).toEqual(target)
})

it('dials each host once, and names over both versions of IP', () => {
  const addresses = [
    `/ip4/192.0.2.1/tcp/4001${peer}`,
    `/ip4/192.0.2.1/tcp/4001/ws${peer}`,
    `/ip4/192.0.2.1/udp/4001/quic-v1${peer}`,
    `/ip6zone/eth0/ip6/fe80::1/tcp/4001${peer}`,
    `/dns/example.org/tcp/4001${peer}`,
    `/dnsaddr/example.org${peer}`
  ]
  expect(tcpTargets(addresses)).toEqual([
    { host: '192.0.2.1', port: 4_001, version: 4 },
    { host: 'fe80::1', port: 4_001, version: 6 },
    { host: 'example.org', port: 4_001, version: 4 },
    { host: 'example.org', port: 4_001, version: 6 }
  ])
})
