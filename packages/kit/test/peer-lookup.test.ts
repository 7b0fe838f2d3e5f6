import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { lookUpAddresses } from '../src/index.ts'
import type { PeerId, RoutingOptions } from '@libp2p/interface'

const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
const relay = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

it('asks the network and not the memory, and names the peer in each address', async () => {
  const asked: RoutingOptions[] = []
  const texts = [
    '/ip4/192.0.2.1/tcp/1',
    `/ip4/192.0.2.1/tcp/1/p2p/${peer.toString()}`,
    `/ip4/192.0.2.2/tcp/2/p2p/${relay.toString()}/p2p-circuit`
  ]
  const findPeer = async (id: PeerId, options: RoutingOptions = {}) => {
    asked.push(options)
    return { id, multiaddrs: texts.map(text => multiaddr(text)) }
  }
  const found = await lookUpAddresses({ findPeer }, peer)
  expect(found.map(String)).toEqual([texts[1], texts[1], `${texts[2]}/p2p/${peer.toString()}`])
  expect(asked).toEqual([{ useCache: false }])
})

it('has none for a peer that the network does not know', async () => {
  const findPeer = async () => await Promise.reject(new Error('not found'))
  expect(await lookUpAddresses({ findPeer }, peer)).toEqual([])
})

it('ends with the signal', async () => {
  const controller = new AbortController()
  const findPeer = async () => {
    controller.abort(new Error('enough'))
    return await Promise.reject(new Error('not found'))
  }
  await expect(lookUpAddresses({ findPeer }, peer, { signal: controller.signal })).rejects.toThrow('enough')
})
