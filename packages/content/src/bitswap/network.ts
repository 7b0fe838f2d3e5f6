import { createDeadline } from '@waystone/kit'
import { ATTEMPT_MS, MAX_INBOUND_STREAMS, MAX_STREAMS_PER_CONNECTION } from '../constants.ts'
import { BitswapBusyError, BitswapRefusedError, ContentStoppedError } from '../errors.ts'
import { BITSWAP_PROTOCOL } from '../protocol.ts'
import { InboundMessages } from './inbound-messages.ts'
import { OutboundMessages } from './outbound-messages.ts'
import type { AbortOptions, Connection, Logger, PeerId, Stream, Topology } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { ContentComponents } from '../contract.ts'
import type { Admission } from './admission.ts'
import type { BitswapHandler, BitswapLibp2p } from './exchange.ts'

export interface BitswapNetworkInit {
  components: Pick<ContentComponents, 'registrar' | 'connectionManager' | 'events'>
  admission: Admission
  clock: Clock
  log: Logger
  /** Called for a stream that may be read: resolves when bitswap has given its handler. */
  load: () => Promise<unknown>
}

/**
 * Stands between bitswap and the node: it takes streams before the library is
 * loaded, passes on what the peer may send and get, and ends what is open at a stop.
 */
export class BitswapNetwork {
  readonly #init: BitswapNetworkInit
  readonly #open = new Set<Stream>()
  #inbound = 0
  #running = false
  #handler: BitswapHandler | undefined
  #topologies = new Map<string, Topology>()

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
    for (const stream of this.#open) stream.abort(new ContentStoppedError('the content store stops'))
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
    using deadline = createDeadline({
      ms: ATTEMPT_MS,
      what: `connecting to ${peer.toString()}`,
      signal: options.signal,
      clock: this.#init.clock
    })
    return await this.#init.components.connectionManager.openConnection(peer, { signal: deadline.signal })
  }

  async #dial(peer: PeerId, options: AbortOptions): Promise<OutboundMessages> {
    const connection = await this.#connect(peer, options)
    const signal = options.signal ?? AbortSignal.timeout(ATTEMPT_MS)
    const stream = await connection.newStream(BITSWAP_PROTOCOL, { signal, runOnLimitedConnection: true })
    this.#track(stream)
    const { admission, clock, log } = this.#init
    const filter = (message: Uint8Array): Uint8Array | undefined => admission.outbound(connection, message)
    return new OutboundMessages(stream, { filter, clock, log })
  }

  readonly #onStream = (stream: Stream, connection: Connection): void => {
    const decision = this.#init.admission.decide(connection)
    if (!decision.allow) {
      stream.abort(new BitswapRefusedError(decision.reason))
    } else if (this.#inbound >= MAX_INBOUND_STREAMS) {
      stream.abort(new BitswapBusyError(`more than ${MAX_INBOUND_STREAMS} bitswap streams are open`))
    } else {
      this.#inbound++
      this.#track(stream, () => this.#inbound--)
      void this.#receive(stream, connection)
    }
  }

  async #receive(stream: Stream, connection: Connection): Promise<void> {
    const { admission, clock, log, load } = this.#init
    const filter = (message: Uint8Array): Uint8Array | undefined => admission.inbound(connection, message)
    const messages = new InboundMessages(stream, { filter, clock })
    try {
      await load()
      this.#handler?.(messages, connection)
    } catch (error) {
      log('cannot take a bitswap stream - %e', error)
      stream.abort(new ContentStoppedError('bitswap does not run', { cause: error }))
    }
  }

  #track(stream: Stream, ended: () => void = () => {}): void {
    this.#open.add(stream)
    const close = (): void => {
      this.#open.delete(stream)
      ended()
    }
    stream.addEventListener('close', close, { once: true })
    if (!this.#running) stream.abort(new ContentStoppedError('the content store stops'))
  }

  // the registrar tells only of peers that had announced the protocol, and wants of the others would stay for ever
  readonly #onDisconnect = ({ detail }: CustomEvent<PeerId>): void => {
    for (const topology of this.#topologies.values()) void topology.onDisconnect?.(detail)
  }
}
