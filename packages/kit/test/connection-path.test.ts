import { describe, expect, it } from 'vitest'
import { pathOf } from '../src/connection-path.ts'
import type { RoutedConnection } from '../src/connection-path.ts'

const PEER = '12D3KooWJRSrypvnpHgc6ZAgyCni4KcSmbV7uGRaMw5LgMKT18fq'
const RELAY = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'

function connection(address: string, overrides: Partial<RoutedConnection> = {}): RoutedConnection {
  return { direct: !address.includes('p2p-circuit'), direction: 'outbound', remoteAddr: address, ...overrides }
}

describe('pathOf', () => {
  it.each([
    ['/ip4/127.0.0.1/tcp/4001', 'tcp'],
    ['/ip4/127.0.0.1/tcp/4002/ws', 'ws'],
    ['/ip4/127.0.0.1/tcp/443/tls/ws', 'wss'],
    ['/ip6/::1/udp/4001/quic-v1', 'quic'],
    ['/ip4/127.0.0.1/udp/4003/webrtc-direct', 'webrtc-direct'],
    ['/memory/a', 'memory']
  ])('names the transport of %s', (address, transport) => {
    expect(pathOf(connection(`${address}/p2p/${PEER}`))).toMatchObject({ path: 'direct', transport })
  })

  it('names the transport of the first hop for a relayed connection', () => {
    const relayed = connection(`/ip4/192.0.2.1/tcp/4001/ws/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`)
    expect(pathOf(relayed)).toEqual({
      path: 'relayed',
      transport: 'ws',
      reason: 'no direct connection has been made yet',
      via: RELAY
    })
  })

  it('counts WebRTC that was signalled over a relay as direct', () => {
    const address = `/ip4/192.0.2.1/tcp/4001/p2p/${RELAY}/p2p-circuit/webrtc/p2p/${PEER}`
    expect(pathOf(connection(address, { direct: true }))).toMatchObject({ path: 'direct', transport: 'webrtc' })
  })

  it('says that the peer has only relayed addresses when that is so', () => {
    const address = `/ip4/192.0.2.1/tcp/4001/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`
    expect(pathOf(connection(address), { announced: [address] }).reason).toBe(
      'the peer announces only relayed addresses'
    )
  })

  it('does not say so when the peer also has a direct one', () => {
    const address = `/ip4/192.0.2.1/tcp/4001/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`
    const announced = [address, `/ip4/198.51.100.2/tcp/4001/p2p/${PEER}`]
    expect(pathOf(connection(address), { announced }).reason).toBe('no direct connection has been made yet')
  })

  it('tells how direct dials failed', () => {
    const relayed = connection(`/ip4/192.0.2.1/tcp/4001/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`)
    const hints = { directDialErrors: ['connection refused', 'timed out'] }
    expect(pathOf(relayed, hints).reason).toBe('direct dial to 2 addresses failed: connection refused')
  })

  it('knows who came', () => {
    const address = `/ip4/192.0.2.1/tcp/4001/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`
    expect(pathOf(connection(address, { direction: 'inbound' })).reason).toBe('the peer came through a relay')
    expect(pathOf(connection('/ip4/127.0.0.1/tcp/1', { direction: 'inbound' })).reason).toBe(
      'the peer dialled this node over tcp'
    )
  })
})
