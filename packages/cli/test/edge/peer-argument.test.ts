import { describe, expect, it } from 'vitest'
import { readPeer } from '../../src/edge/peer-argument.ts'

const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const RELAY = '12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'

describe('a peer on the command line', () => {
  it.each([
    [PEER, []],
    [`/ip4/192.0.2.7/tcp/4001/p2p/${PEER}`, [`/ip4/192.0.2.7/tcp/4001/p2p/${PEER}`]],
    [
      `/ip4/192.0.2.7/tcp/1/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`,
      [`/ip4/192.0.2.7/tcp/1/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`]
    ]
  ])('may be %s', (text, addresses) => {
    const named = readPeer(text)
    expect(named.peer.toString()).toBe(PEER)
    expect(named.addresses.map(String)).toEqual(addresses)
  })

  it.each([
    '',
    'bob',
    '/',
    '/ip4/192.0.2.7/tcp/4001',
    '/ip4/192.0.2.7/tcp/x',
    `/ip4/192.0.2.7/tcp/1/p2p/${RELAY}/p2p-circuit`,
    '/ip4/192.0.2.7/tcp/1/p2p/nobody'
  ])('may not be %j', text => {
    expect(() => readPeer(text)).toThrow(expect.objectContaining({ name: 'PeerArgumentError', exitCode: 2 }))
  })
})
