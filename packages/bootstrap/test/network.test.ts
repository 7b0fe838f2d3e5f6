import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { Diversity } from '../src/diversity.ts'
import { networkOf } from '../src/network.ts'
import type { Network } from '../src/network.ts'

const at = (text: string): Network | undefined => networkOf(multiaddr(text))
const sameWide = (one: string, other: string): boolean => at(one)?.wide === at(other)?.wide
const sameNarrow = (one: string, other: string): boolean => at(one)?.narrow === at(other)?.narrow

it('knows the /24 and /16 of IPv4', () => {
  expect(sameNarrow('/ip4/8.8.8.8/tcp/1', '/ip4/8.8.8.9/udp/2/quic-v1')).toBe(true)
  expect(sameNarrow('/ip4/8.8.8.8/tcp/1', '/ip4/8.8.9.8/tcp/1')).toBe(false)
  expect(sameWide('/ip4/8.8.8.8/tcp/1', '/ip4/8.8.9.8/tcp/1')).toBe(true)
  expect(sameWide('/ip4/8.8.8.8/tcp/1', '/ip4/8.9.8.8/tcp/1')).toBe(false)
})

it('knows the /48 and /32 of IPv6', () => {
  expect(sameNarrow('/ip6/2a00:1450:4001::1/tcp/1', '/ip6/2a00:1450:4001:ffff::2/tcp/1')).toBe(true)
  expect(sameNarrow('/ip6/2a00:1450:4001::1/tcp/1', '/ip6/2a00:1450:4002::1/tcp/1')).toBe(false)
  expect(sameWide('/ip6/2a00:1450:4001::1/tcp/1', '/ip6/2a00:1450:ffff::1/tcp/1')).toBe(true)
  expect(sameWide('/ip6/2a00:1450:4001::1/tcp/1', '/ip6/2a00:1451:4001::1/tcp/1')).toBe(false)
})

it.each([
  ['mapped', '/ip6/::ffff:8.8.8.8/tcp/1'],
  ['NAT64', '/ip6/64:ff9b::8.8.8.8/tcp/1'],
  ['6to4', '/ip6/2002:808:808::1/tcp/1']
])('sees IPv4 in the clothes of IPv6: %s', (_, text) => {
  expect(sameNarrow(text, '/ip4/8.8.8.1/tcp/1')).toBe(true)
})

it.each([
  '/dns4/example.com/tcp/1',
  '/memory/x',
  '/ip4/8.8.8.8/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp/p2p-circuit'
])('has no network for %s', text => expect(at(text)).toBeUndefined())

it('looks through the zone of a link-local address, and tells local peers apart by port', () => {
  expect(at('/ip6zone/eth0/ip6/fe80::1/tcp/7')).toMatchObject({ isPrivate: true, place: expect.stringMatching(/:7$/) })
  expect(at('/ip4/127.0.0.1/tcp/1')?.place).not.toBe(at('/ip4/127.0.0.1/tcp/2')?.place)
})

const networksOf = (...texts: string[]): Network[] => texts.flatMap(text => at(text) ?? [])

it('holds caps in every network of a peer, and counts none in vain', () => {
  const diversity = new Diversity({ narrow: 1, wide: 2, exemptPrivate: false })
  expect(diversity.take(networksOf('/ip4/8.8.1.1/tcp/1', '/ip6/2a00:1450:1::1/tcp/1'))).toBe(true)
  expect(diversity.take(networksOf('/ip4/8.8.2.1/tcp/1', '/ip6/2a00:1450:1::2/tcp/1'))).toBe(false)
  expect(diversity.take(networksOf('/ip4/8.8.2.1/tcp/1'))).toBe(true)
  expect(diversity.take(networksOf('/ip4/8.8.3.1/tcp/1'))).toBe(false)
})

it('exempts local networks only where they are shared', () => {
  const local = networksOf('/ip4/127.0.0.1/tcp/1')
  const [strict, shared] = [false, true].map(exemptPrivate => new Diversity({ narrow: 1, wide: 1, exemptPrivate }))
  expect([strict?.take(local), strict?.take(local)]).toEqual([true, false])
  expect([shared?.take(local), shared?.take(local)]).toEqual([true, true])
})
