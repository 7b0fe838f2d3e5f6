import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { likelyAddresses, onlyLikely } from '../../src/libp2p/mdns-addresses.ts'
import type { PeerDiscovery, PeerInfo } from '@libp2p/interface'

const LAN = '/ip4/192.168.7.2/tcp/4001'
const PEER = peerIdFromString('12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp')

function likely(answer: string[], own: string[] = []): string[] {
  return likelyAddresses(
    answer.map(text => multiaddr(text)),
    own
  ).map(String)
}

test('loopback of another machine leads to this one, and is left out', () => {
  expect(likely(['/ip4/127.0.0.1/tcp/4001', '/ip4/127.1.2.3/tcp/1', '/ip6/::1/tcp/4001', LAN])).toEqual([LAN])
})

test('who has nothing but loopback is on this machine', () => {
  const here = ['/ip4/127.0.0.1/tcp/4002', '/ip6/::1/tcp/4002']
  expect(likely(here)).toEqual(here)
})

test('a link-local address counts only with a zone', () => {
  const zoned = '/ip6zone/eth0/ip6/fe80::1/tcp/4001'
  expect(likely(['/ip6/fe80::1/tcp/4001', '/ip6/febf::1/tcp/1', zoned, LAN])).toEqual([zoned, LAN])
  expect(likely(['/ip6/fe80::1/tcp/4001', '/ip6/::1/tcp/4001'])).toEqual([])
})

test('own addresses are left out, another port of them not', () => {
  expect(likely(['/ip4/192.168.7.2/tcp/4002', LAN], [LAN])).toEqual(['/ip4/192.168.7.2/tcp/4002'])
})

test('a source tells of nobody who has no likely address', () => {
  const source = onlyLikely(new EventTarget() as PeerDiscovery, () => [LAN])
  const told: string[][] = []
  source.addEventListener('peer', ({ detail }) => told.push(detail.multiaddrs.map(String)))
  const tell = (...addresses: string[]): void => {
    const detail: PeerInfo = { id: PEER, multiaddrs: addresses.map(text => multiaddr(text)) }
    source.dispatchEvent(new CustomEvent('peer', { detail }))
  }
  tell(LAN)
  tell(LAN, '/ip4/127.0.0.1/tcp/4001', '/ip4/192.168.7.3/tcp/4001')
  expect(told).toEqual([['/ip4/192.168.7.3/tcp/4001']])
})
