import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { groupPeerAddresses } from '../src/peer-addresses.ts'

const A = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const B = '12D3KooWHHzSeKaY8xuZVzkLbKFfvNgPPeKhFBGrMbNzbm5akpqu'

describe('peer addresses', () => {
  it('with one peer id are one peer, in order and without repeats', () => {
    const given = [
      `/ip4/192.0.2.1/tcp/1/p2p/${A}`,
      multiaddr(`/dns4/seed.example/tcp/2/p2p/${B}`),
      `/ip6/2001:db8::1/tcp/1/p2p/${A}`,
      `/ip4/192.0.2.1/tcp/1/p2p/${A}`
    ]
    const groups = groupPeerAddresses(given, 'seed')
    expect(groups.map(({ peerId, addresses }) => [peerId.toString(), addresses.map(String)])).toEqual([
      [A, [`/ip4/192.0.2.1/tcp/1/p2p/${A}`, `/ip6/2001:db8::1/tcp/1/p2p/${A}`]],
      [B, [`/dns4/seed.example/tcp/2/p2p/${B}`]]
    ])
  })

  it.each([
    ['is no multiaddr', 'relay.example:4001'],
    ['is empty', ''],
    ['has no peer id', '/ip4/192.0.2.1/tcp/1'],
    ['has a broken peer id', '/ip4/192.0.2.1/tcp/1/p2p/12D3KooWbroken'],
    ['goes on after the peer id', `/ip4/192.0.2.1/tcp/1/p2p/${A}/p2p-circuit`],
    ['leads through a relay', `/ip4/192.0.2.1/tcp/1/p2p/${A}/p2p-circuit/p2p/${B}`],
    ['has no network address', `/p2p/${A}`]
  ])('are refused when one %s, by the name of what they are', (_what, address) => {
    expect(() => groupPeerAddresses([address], 'relay')).toThrow(
      expect.objectContaining({
        name: 'InvalidPeerAddressError',
        message: expect.stringContaining(`relay address ${JSON.stringify(address)}`),
        hint: expect.stringContaining('/p2p/')
      })
    )
  })
})
