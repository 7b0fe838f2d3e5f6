import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { Observer } from '../../src/ratings/observer.ts'
import type { PeerId } from '@libp2p/interface'
import type { ObserverInit } from '../../src/ratings/observer.ts'

const newPeer = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

function setUp({ isRelay = true, hasCircuits = true } = {}) {
  const [events, reservationStore] = [new EventTarget(), new EventTarget()]
  const seen: string[] = []
  const observe = (
    peer: PeerId,
    { measure, worked, address = '' }: Parameters<ObserverInit['ratings']['observe']>[1]
  ) => void seen.push(`${peer.toString()} ${measure} ${worked} ${address}`.trim())
  const circuits = { [Symbol.toStringTag]: '@libp2p/circuit-relay-v2-transport', reservationStore }
  const transportManager = { getTransports: () => (hasCircuits ? [{}, circuits] : [{}]) }
  // the parts of libp2p that are used
  const init = { ratings: { observe }, events, transportManager, isRelay: () => isRelay } as unknown as ObserverInit
  const observer = new Observer(init)
  observer.start()
  const open = (remotePeer: PeerId, address: string, direction = 'outbound'): void => {
    const detail = { remotePeer, remoteAddr: multiaddr(address), direction }
    events.dispatchEvent(new CustomEvent('connection:open', { detail }))
  }
  const tell = (type: string, relay: PeerId): boolean =>
    reservationStore.dispatchEvent(new CustomEvent(type, { detail: { relay } }))
  return { observer, seen, open, tell }
}

it('counts connections that we open as reachability, with the address, and not those that come in', async () => {
  const [peer, { seen, open }] = [await newPeer(), setUp()]
  open(peer, `/ip4/192.0.2.1/tcp/4001/p2p/${peer.toString()}`)
  open(peer, '/ip4/192.0.2.1/tcp/50000', 'inbound')
  expect(seen).toEqual([`${peer.toString()} reachability true /ip4/192.0.2.1/tcp/4001`])
})

it('counts circuits, both ways, for the relay that carries them and not for their ends', async () => {
  const [peer, relay, { seen, open }] = [await newPeer(), await newPeer(), setUp()]
  const path = `/ip4/192.0.2.1/tcp/4001/p2p/${relay.toString()}/p2p-circuit/p2p/${peer.toString()}`
  open(peer, path)
  open(peer, path, 'inbound')
  expect(seen).toEqual(Array.from({ length: 2 }, () => `${relay.toString()} relayQuality true`))
})

it('remembers no address that is too long to be told', async () => {
  const [peer, { seen, open }] = [await newPeer(), setUp()]
  open(peer, `/dns4/${'a'.repeat(60)}.${'b.'.repeat(110)}example.org/tcp/4001`)
  expect(seen).toEqual([`${peer.toString()} reachability true`])
})

it('counts reservations that are made and lost', async () => {
  const [relay, { seen, tell }] = [await newPeer(), setUp()]
  tell('relay:created-reservation', relay)
  tell('relay:removed', relay)
  expect(seen).toEqual([`${relay.toString()} relayQuality true`, `${relay.toString()} relayQuality false`])
})

it('does not blame a relay for a reservation that we gave up', async () => {
  const [relay, { seen, tell }] = [await newPeer(), setUp({ isRelay: false })]
  tell('relay:removed', relay)
  expect(seen).toEqual([])
})

it('hears nothing when it has stopped, and does without circuits', async () => {
  const [peer, { observer, seen, open, tell }] = [await newPeer(), setUp()]
  observer.stop()
  open(peer, '/ip4/192.0.2.1/tcp/4001')
  tell('relay:created-reservation', peer)
  expect(seen).toEqual([])
  const without = setUp({ hasCircuits: false })
  without.open(peer, '/ip4/192.0.2.1/tcp/4001')
  without.observer.stop()
  expect(without.seen).toHaveLength(1)
})
