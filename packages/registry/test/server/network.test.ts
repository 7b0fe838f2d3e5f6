import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { networkOf } from '../../src/server/network.ts'

const RELAY = '12D3KooWGFC3rdjDkCS3tHaZStCbECZ82wJymF6G8TENB7WGcxkW'

describe('the network of a peer', () => {
  it.each([
    ['/ip4/192.0.2.77/tcp/1', '192.0.2.0/24'],
    ['/ip6/2001:DB8:1:2::3/udp/1/quic-v1', '2001:db8:1::/48'],
    ['/ip6/2001:0db8::1/tcp/1', '2001:db8:0::/48'],
    ['/ip6/::ffff:192.0.2.77/tcp/1', '192.0.2.0/24'],
    ['/ip4/127.0.0.1/tcp/1', undefined],
    ['/ip6/::1/tcp/1', undefined],
    ['/ip6/::ffff:127.0.0.1/tcp/1', undefined],
    ['/dns4/relay.example/tcp/1', undefined],
    [`/ip4/192.0.2.77/tcp/1/p2p/${RELAY}/p2p-circuit`, `relay ${RELAY}`]
  ])('at %s is %s', (address, network) => {
    expect(networkOf(multiaddr(address))).toBe(network)
  })
})
