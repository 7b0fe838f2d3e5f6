import { createDeadline } from '@waystone/kit'
import { ATTEMPT_MS, MAX_INBOUND_STREAMS, MAX_STREAMS_PER_CONNECTION } from '../constants.ts'
import { BitswapBusyError, BitswapRefusedError, ContentStoppedError } from '../errors.ts'
import { BULK_DATA_SYNC } from './admission.ts'
import { BITSWAP_PROTOCOL } from '../protocol.ts'
import { InboundMessages } from './inbound-messages.ts'
import { OutboundMessages } from './outbound-messages.ts'
import type { AbortOptions, Connection, Logger, PeerId, Stream, Topology } from '@libp2p/interface'
import type { Clock, EndedWork } from '@waystone/interface'
import type { ContentComponents } from '../contract.ts'
import type { Admission, OutboundParts } from './admission.ts'
import type { BitswapHandler, BitswapLibp2p } from './exchange.ts'

export interface BitswapNetworkInit {
  components: Pick<ContentComponents, 'registrar' | 'connectionManager' | 'events'>
  admission: Admission
  clock: Clock
  log: Logger
  /** Called for a stream that may be read: resolves when bitswap has given its handler. */
  load: () => Promise<unknown>
}

interface OpenStream {
  readonly peer: PeerId
  /** Whether the peer takes something from this node by it that it must not have without the function. */
  readonly takes: () => boolean
}

/**
 * Stands between bitswap and the node: it takes streams before the library is
 * loaded, passes on what the peer may send and get, and ends what is open at a stop.
 */
export class BitswapNetwork {
  readonly #init: BitswapNetworkInit
  readonly #open = new Map<Stream, OpenStream>()
  #inbound = 0
  #running = false
  #handler: BitswapHandler | undefined
  #topologies = new Map<string, Topology>()
  /** Connected peers whose messages were taken: bitswap may keep wants of them. */
  readonly #served = new Map<string, PeerId>()

  constructor(init: BitswapNetworkInit) {
    this.#init = init
  }

  async start(): Promise<void> {
    if (this.#running) return
    this.#running = true
    this.#init.components.events.addEventListener('peer:disconnect', this.#onDisconnect)
    await this.#init.components.registrar.handle(BITSWAP_PROTOCOL, this.#onStream, {
      maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
      maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
      // a trust file is small enough for a relay
      runOnLimitedConnection: true
    })
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    this.#init.components.events.removeEventListener('peer:disconnect', this.#onDisconnect)
    await this.#init.components.registrar.unhandle(BITSWAP_PROTOCOL)
    for (const stream of this.#open.keys()) stream.abort(new ContentStoppedError('the content store stops'))
  }

  /** Ends what peers that lost the function have open here, and forgets what they still want. */
  endDenied(isAllowed: (peer: PeerId, trustFunction: string) => boolean): EndedWork[] {
    const ended = new Map<string, PeerId>()
    for (const [stream, { peer, takes }] of this.#open) {
      if (!takes() || isAllowed(peer, BULK_DATA_SYNC)) continue
      stream.abort(new BitswapRefusedError(`${BULK_DATA_SYNC} was taken away`))
      ended.set(peer.toString(), peer)
    }
    // wants that came before, also on streams that are closed: what is queued for them is not sent
    for (const [id, peer] of this.#served) {
      if (isAllowed(peer, BULK_DATA_SYNC)) continue
      this.#served.delete(id)
      this.#forget(peer)
      ended.set(id, peer)
    }
    return Array.from(ended.values(), peer => ({ peer, trustFunction: BULK_DATA_SYNC }))
  }

  /** The node as bitswap sees it. It never hears of connections, so that it asks only whom a session names, and not everybody. */
  get libp2p(): BitswapLibp2p {
    return {
      handle: async (_protocols, handler) => {
        this.#handler = handler
      },
      unhandle: async () => {
        this.#handler = undefined
      },
      register: async (protocol, topology) => {
        this.#topologies.set(protocol, topology)
        return protocol
      },
      unregister: id => {
        this.#topologies.delete(id)
      },
      getConnections: () => [],
      // openConnection finds the addresses that a provider came without
      isDialable: async () => true,
      dial: async (peer, options) => this.#connect(peer, options ?? {}),
      dialProtocol: async (peer, _protocols, options) => this.#dial(peer, options ?? {})
    }
  }

  async #connect(peer: PeerId, options: AbortOptions): Promise<Connection> {
    if (!this.#running) throw new ContentStoppedError('the content store is not running')
    const relayed = this.#relayed(peer)
    if (relayed !== undefined) return relayed
    using deadline = createDeadline({
      ms: ATTEMPT_MS,
      what: `connecting to ${peer.toString()}`,
      signal: options.signal,
      clock: this.#init.clock
    })
    return await this.#init.components.connectionManager.openConnection(peer, { signal: deadline.signal })
  }

  /**
   * `openConnection` passes over relayed connections with limits and dials. Whoever
   * is behind a NAT cannot be dialled, and waits on that connection for its answer.
   */
  #relayed(peer: PeerId): Connection | undefined {
    const open = this.#init.components.connectionManager.getConnections(peer).filter(one => one.status === 'open')
    return open.every(({ limits }) => limits !== undefined) ? open[0] : undefined
  }

  async #dial(peer: PeerId, options: AbortOptions): Promise<OutboundMessages> {
    const connection = await this.#connect(peer, options)
    const signal = options.signal ?? AbortSignal.timeout(ATTEMPT_MS)
    const stream = await connection.newStream(BITSWAP_PROTOCOL, { signal, runOnLimitedConnection: true })
    const { admission, clock, log } = this.#init
    const filter = (message: Uint8Array): OutboundParts | undefined => admission.outbound(connection, message)
    const messages = new OutboundMessages(stream, { filter, clock, log })
    this.#track(stream, { peer, takes: () => messages.gives })
    return messages
  }

  readonly #onStream = (stream: Stream, connection: Connection): void => {
    const decision = this.#init.admission.decide(connection)
    if (!decision.allow) {
      stream.abort(new BitswapRefusedError(decision.reason))
    } else if (this.#inbound >= MAX_INBOUND_STREAMS) {
      stream.abort(new BitswapBusyError(`more than ${MAX_INBOUND_STREAMS} bitswap streams are open`))
    } else {
      this.#inbound++
      // whom this node asks may go on answering
      const takes = (): boolean => !this.#init.admission.asked.has(connection.remotePeer)
      this.#track(stream, { peer: connection.remotePeer, takes }, () => this.#inbound--)
      void this.#receive(stream, connection)
    }
  }

  async #receive(stream: Stream, connection: Connection): Promise<void> {
    const { admission, clock, log, load } = this.#init
    const filter = (message: Uint8Array): Uint8Array | undefined => {
      const { remotePeer } = connection
      if (admission.mayAsk(connection)) this.#served.set(remotePeer.toString(), remotePeer)
      return admission.inbound(connection, message)
    }
    const messages = new InboundMessages(stream, { filter, clock })
    try {
      await load()
      this.#handler?.(messages, connection)
    } catch (error) {
      log('cannot take a bitswap stream - %e', error)
      stream.abort(new ContentStoppedError('bitswap does not run', { cause: error }))
    }
  }

  #track(stream: Stream, open: OpenStream, ended: () => void = () => {}): void {
    this.#open.set(stream, open)
    const close = (): void => {
      this.#open.delete(stream)
      ended()
    }
    stream.addEventListener('close', close, { once: true })
    if (!this.#running) stream.abort(new ContentStoppedError('the content store stops'))
  }

  // the registrar tells only of peers that had announced the protocol, and wants of the others would stay for ever
  readonly #onDisconnect = ({ detail }: CustomEvent<PeerId>): void => {
    this.#served.delete(detail.toString())
    this.#forget(detail)
  }

  #forget(peer: PeerId): void {
    for (const topology of this.#topologies.values()) void topology.onDisconnect?.(peer)
  }
}
