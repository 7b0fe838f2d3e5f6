import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it, vi } from 'vitest'
import { RegistrarGuard } from '../../src/sync/gossip/registrar-guard.ts'
import { TestTrust } from '../nodes.ts'
import type { Connection, PeerId, Stream, StreamHandler, Topology } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'

const PROTOCOL = '/meshsub/1.2.0'

/** A guard before a registrar that keeps what it is given. */
class Case {
  readonly trust = new TestTrust()
  readonly topologies: Topology[] = []
  readonly handlers: StreamHandler[] = []
  readonly unregister = vi.fn<(id: string) => void>()
  connections: Connection[] = []
  readonly onConnect = vi.fn<NonNullable<Topology['onConnect']>>()
  readonly onDisconnect = vi.fn<NonNullable<Topology['onDisconnect']>>()
  readonly guard: RegistrarGuard

  constructor() {
    const registrar = {
      register: async (_protocol: string, topology: Topology) => `id ${this.topologies.push(topology)}`,
      unregister: this.unregister,
      handle: async (_protocol: string, handler: StreamHandler) => void this.handlers.push(handler),
      getProtocols: () => [PROTOCOL]
    } as unknown as Registrar
    const connectionManager = { getConnections: () => this.connections }
    this.guard = new RegistrarGuard({ registrar, connectionManager, trust: this.trust })
  }

  /** As GossipSub does: one topology for each version of the protocol. */
  async register(): Promise<string[]> {
    const { registrar } = this.guard
    const topology = { onConnect: this.onConnect, onDisconnect: this.onDisconnect }
    return [await registrar.register(PROTOCOL, topology), await registrar.register('/meshsub/1.1.0', topology)]
  }

  async connect(): Promise<PeerId> {
    const remotePeer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    this.connections = [{ remotePeer, status: 'open' } as Connection]
    return remotePeer
  }

  comes(peer: PeerId): void {
    const [connection] = this.connections
    if (connection !== undefined) void this.topologies[0]?.onConnect?.(peer, connection)
  }
}

describe('what GossipSub learns of peers', () => {
  it('is who has the function, and nobody else', async () => {
    const test = new Case()
    await test.register()
    const stranger = await test.connect()
    test.trust.deny(stranger, 'registry-sync')
    test.comes(stranger)
    void test.topologies[0]?.onDisconnect?.(stranger)
    expect(test.onConnect).not.toHaveBeenCalled()
    expect(test.onDisconnect).not.toHaveBeenCalled()
    const friend = await test.connect()
    test.comes(friend)
    void test.topologies[0]?.onDisconnect?.(friend)
    expect(test.onConnect).toHaveBeenCalledOnce()
    expect(test.onDisconnect).toHaveBeenCalledOnce()
  })

  it('changes with trust, while the peer stays connected', async () => {
    const test = new Case()
    await test.register()
    const peer = await test.connect()
    test.trust.deny(peer, 'registry-sync')
    test.comes(peer)
    test.trust.allow(peer, 'registry-sync')
    test.guard.review()
    expect(test.onConnect).toHaveBeenCalledOnce()
    test.trust.deny(peer, 'registry-sync')
    test.guard.review()
    test.guard.review()
    expect(test.onDisconnect).toHaveBeenCalledOnce()
  })

  it('is nothing of a peer whose connection is closing', async () => {
    const test = new Case()
    await test.register()
    const peer = await test.connect()
    test.trust.deny(peer, 'registry-sync')
    test.comes(peer)
    test.connections = [{ remotePeer: peer, status: 'closing' } as Connection]
    test.trust.allow(peer, 'registry-sync')
    test.guard.review()
    expect(test.onConnect).not.toHaveBeenCalled()
  })

  it('does not hold streams of strangers: they are reset before GossipSub sees them', async () => {
    const test = new Case()
    const handler = vi.fn<StreamHandler>()
    await test.guard.registrar.handle(PROTOCOL, handler)
    const remotePeer = await test.connect()
    const [connection] = test.connections
    const abort = vi.fn<(error: Error) => void>()
    test.trust.deny(remotePeer, 'registry-sync')
    if (connection !== undefined) void test.handlers[0]?.({ abort } as unknown as Stream, connection)
    expect([abort.mock.calls.length, handler.mock.calls.length]).toEqual([1, 0])
    test.trust.allow(remotePeer, 'registry-sync')
    if (connection !== undefined) void test.handlers[0]?.({ abort } as unknown as Stream, connection)
    expect([abort.mock.calls.length, handler.mock.calls.length]).toEqual([1, 1])
  })

  it('ends when it stops, and all else of the registrar is as it was', async () => {
    const test = new Case()
    const ids = await test.register()
    for (const id of ids) test.guard.registrar.unregister(id)
    expect(test.unregister.mock.calls.flat()).toEqual(ids)
    test.comes(await test.connect())
    expect(test.onConnect).not.toHaveBeenCalled()
    expect(test.guard.registrar.getProtocols()).toEqual([PROTOCOL])
  })
})
