import { isPeerId } from '@libp2p/interface'
import { bestConnection, byPreference, connectToPeer, createDeadline, lookUpAddresses, parsePeer } from '@waystone/kit'
import { RPC_PROTOCOL, rpcServiceProtocol } from '@waystone/wire'
import { CallStream } from './call-stream.ts'
import { CONNECT_MS, MAX_STREAMS_PER_CONNECTION, OPEN_STREAM_MS } from './constants.ts'
import { NoServingPeerError } from './errors.ts'
import { StreamPool } from './stream-pool.ts'
import type { AbortOptions, Connection } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { NamedPeer } from '@waystone/kit'
import type { RpcComponents, RpcTarget } from './contract.ts'

export interface OpenStream {
  connection: Connection
  stream: CallStream
}

/** Finds the peer that is to be called and a stream to it. */
export class CallerStreams {
  readonly pool: StreamPool
  readonly #components: RpcComponents
  readonly #clock: Clock

  constructor(components: RpcComponents, clock: Clock) {
    this.#components = components
    this.#clock = clock
    this.pool = new StreamPool(clock)
  }

  /** @throws NoServingPeerError, PeerNameInvalidError, or what libp2p throws when a peer cannot be dialled */
  async open(target: RpcTarget, service: string, { signal }: AbortOptions): Promise<OpenStream> {
    const connection = target === 'any' ? await this.#serving(service) : await this.#connect(named(target), signal)
    const idle = this.pool.take(connection)
    return { connection, stream: idle ?? (await this.#newStream(connection, signal)) }
  }

  async #connect({ peer, addresses }: NamedPeer, signal: AbortSignal | undefined): Promise<Connection> {
    const { connectionManager, events, peerRouting } = this.#components
    const open = bestConnection(connectionManager.getConnections(peer).filter(isOpen))
    if (open !== undefined) return open
    using deadline = createDeadline({ ms: CONNECT_MS, what: 'connecting', signal, clock: this.#clock })
    return await connectToPeer(connectionManager, peer, {
      addresses,
      events,
      signal: deadline.signal,
      lookUp: options => lookUpAddresses(peerRouting, peer, { ...options, clock: this.#clock })
    })
  }

  /** A direct connection before a relayed one, of each kind the newest. */
  async #serving(service: string): Promise<Connection> {
    const open = this.#components.connectionManager.getConnections().filter(isOpen)
    // one after another: most often the first one serves it, and a seed has a thousand
    for (const connection of open.toSorted(byPreference)) {
      if (await this.#serves(connection, service)) return connection
    }
    throw new NoServingPeerError(`no connected peer serves ${service}`, {
      hint: 'connect to one that does, or name it'
    })
  }

  async #serves({ remotePeer }: Connection, service: string): Promise<boolean> {
    const known = await this.#components.peerStore.get(remotePeer).catch(() => undefined)
    return known?.protocols.includes(rpcServiceProtocol(service)) === true
  }

  async #newStream(connection: Connection, signal: AbortSignal | undefined): Promise<CallStream> {
    using deadline = createDeadline({ ms: OPEN_STREAM_MS, what: 'opening a stream', signal, clock: this.#clock })
    const stream = await connection.newStream(RPC_PROTOCOL, {
      runOnLimitedConnection: true,
      maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
      signal: deadline.signal
    })
    return new CallStream(stream)
  }
}

/** @throws PeerNameInvalidError */
function named(target: Exclude<RpcTarget, 'any'>): NamedPeer {
  if (isPeerId(target)) return { peer: target, addresses: [] }
  const addresses = Array.isArray(target) ? target : [target]
  const { peer } = parsePeer(String(addresses[0] ?? ''))
  return { peer, addresses }
}

function isOpen({ status }: Connection): boolean {
  return status === 'open'
}
