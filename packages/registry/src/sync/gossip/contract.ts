import type { ComponentLogger, PeerId, PeerStore, PrivateKey } from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Clock, NodeTrust } from '@waystone/interface'

/** What is to become of a message: handed on, dropped, or dropped with a mark against who sent it. */
export type GossipVerdict = 'accept' | 'ignore' | 'reject'

export interface GossipHandler {
  onMessage(from: PeerId, data: Uint8Array): Promise<GossipVerdict>
  /** Messages from here reach this peer from now on. */
  onJoined(peer: PeerId): void
}

export interface RegistryGossipInit {
  /** The network whose registries talk. */
  network: string
  trust: Pick<NodeTrust, 'explain' | 'onChange'>
  clock?: Clock | undefined
}

export interface RegistryGossipComponents {
  privateKey: PrivateKey
  peerId: PeerId
  peerStore: PeerStore
  registrar: Registrar
  connectionManager: ConnectionManager
  logger: ComponentLogger
}

/** GossipSub with one topic, for peers with the function `registry-sync` alone. */
export interface RegistryGossip {
  /** Tells everybody; without anybody, or before it is loaded, nobody is told. At most 64 KiB. */
  publish(data: Uint8Array): void
  /** One at a time: the last that was given, until the returned function is called. */
  handle(handler: GossipHandler): () => void
  /** Opens again what broke. */
  mend(): void
}
