import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { ManualClock } from '../src/testing/index.ts'
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
  expect(asked).toMatchObject([{ useCache: false }])
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

const neverAnswers = async () => new Promise<never>(() => {})

it('has none when the routers do not answer in time, and leaves no timer behind', async () => {
  const clock = new ManualClock()
  const signals: Array<AbortSignal | undefined> = []
  const findPeer = async (_: PeerId, options: RoutingOptions = {}) => {
    signals.push(options.signal)
    return await neverAnswers()
  }
  const looking = lookUpAddresses({ findPeer }, peer, { clock })
  await clock.advance(10_000)
  expect(await looking).toEqual([])
  expect(signals.map(signal => signal?.aborted)).toEqual([true])
  expect(clock.pending).toBe(0)
})

it('ends with the signal although the routers do not', async () => {
  const clock = new ManualClock()
  const controller = new AbortController()
  const looking = lookUpAddresses({ findPeer: neverAnswers }, peer, { clock, signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(looking).rejects.toThrow('enough')
  expect(clock.pending).toBe(0)
})
