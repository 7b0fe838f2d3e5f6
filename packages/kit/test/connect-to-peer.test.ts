import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { TypedEventEmitter } from '@libp2p/interface'
import { expect, it } from 'vitest'
import { connectToPeer } from '../src/connect-to-peer.ts'
import type { AbortOptions, Connection, Libp2pEvents, PeerId } from '@libp2p/interface'

const aPeer = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
const nobody = async (): Promise<never> => Promise.reject(new Error('asked nobody'))

function opened(remotePeer: PeerId, over: Partial<Connection> = {}): CustomEvent<Connection> {
  const connection = { remotePeer, direction: 'inbound', status: 'open', ...over } as Connection
  return new CustomEvent('connection:open', { detail: connection })
}

/** Dials for as long as its signal lets it, as libp2p does for a peer that its routers look for. */
function endlessDial() {
  const events = new TypedEventEmitter<Libp2pEvents>()
  const signals: AbortSignal[] = []
  const openConnection = async (_to: unknown, { signal }: AbortOptions = {}): Promise<never> => {
    const { promise, reject } = Promise.withResolvers<never>()
    signals.push(signal!)
    signal!.addEventListener('abort', () => reject(new Error('the dial was aborted')))
    return await promise
  }
  return { events, signals, connections: { getConnections: () => [], openConnection } }
}

it('with nobody to ask where a peer is now, the failure of its known addresses is told at once', async () => {
  const peer = await aPeer()
  const connections = {
    getConnections: () => [],
    openConnection: async () => Promise.reject(new Error('connect ECONNREFUSED'))
  }
  const events = new TypedEventEmitter<Libp2pEvents>()
  const connecting = connectToPeer(connections, peer, { failed: new Set(), events, lookUp: nobody })
  await expect(connecting).rejects.toThrow('connect ECONNREFUSED')
  expect(events.listenerCount('connection:open')).toBe(0)
})

it('a peer that connects by itself while it is dialled is not dialled any longer', async () => {
  const [peer, other] = [await aPeer(), await aPeer()]
  const { events, signals, connections } = endlessDial()
  const connecting = connectToPeer(connections, peer, { events, lookUp: nobody })
  for (const event of [opened(other), opened(peer, { direction: 'outbound' }), opened(peer, { status: 'closed' })])
    events.dispatchEvent(event)
  const event = opened(peer)
  events.dispatchEvent(event)
  expect(await connecting).toBe(event.detail)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  expect(events.listenerCount('connection:open')).toBe(0)
})

it('a dial that is cancelled ends with the reason', async () => {
  const { events, signals, connections } = endlessDial()
  const controller = new AbortController()
  const { signal } = controller
  const connecting = connectToPeer(connections, await aPeer(), { events, signal, lookUp: nobody })
  controller.abort(new Error('nobody waits any more'))
  await expect(connecting).rejects.toThrow('nobody waits any more')
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  expect(events.listenerCount('connection:open')).toBe(0)
})
