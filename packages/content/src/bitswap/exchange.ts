import { withBitswap } from '@helia/bitswap'
import { UnsupportedCidError } from '../errors.ts'
import {
  MAX_MESSAGE_BYTES,
  MAX_SENDS,
  MAX_SESSION_PEERS,
  MAX_STREAMS_PER_CONNECTION,
  MAX_WANTS,
  MESSAGE_MS,
  RESEND_MS
} from '../constants.ts'
import type { AbortOptions, ComponentLogger, Connection, ContentRouting, PeerId, Topology } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { InboundMessages } from './inbound-messages.ts'
import type { OutboundMessages } from './outbound-messages.ts'

/** What `@helia/bitswap` uses of a libp2p node, and what it is given by one. */
export interface BitswapLibp2p {
  handle(protocols: string[], handler: BitswapHandler): Promise<void>
  unhandle(protocols: string[]): Promise<void>
  register(protocol: string, topology: Topology): Promise<string>
  unregister(id: string): void
  getConnections(): Connection[]
  isDialable(addresses: unknown): Promise<boolean>
  dial(peer: PeerId, options?: AbortOptions): Promise<Connection>
  dialProtocol(peer: PeerId, protocol: string, options?: AbortOptions): Promise<OutboundMessages>
}

/** Takes a stream that a peer opened. */
export type BitswapHandler = (messages: InboundMessages, connection: Connection) => void

/** What bitswap serves from. */
export interface ServedBlocks {
  has(cid: CID): Promise<boolean>
  get(cid: CID): AsyncGenerator<Uint8Array>
}

export interface ExchangeParts {
  libp2p: BitswapLibp2p
  blockstore: ServedBlocks
  findProviders: ContentRouting['findProviders']
  logger: ComponentLogger
}

/** Blocks that belong together are asked of the same peers. */
export interface BlockSession {
  retrieve(cid: CID, options: RetrieveOptions): Promise<Uint8Array>
}

/** The library hands them on to the routing as they are. */
interface RetrieveOptions extends AbortOptions {
  /** Only those whom the session began with. */
  fromOnly?: boolean
}

interface Broker {
  start(): Promise<void>
  stop(): Promise<void>
  announce(cid: CID): Promise<void>
  createSession(options: object): BlockSession
}

/**
 * `maxWantListSize` is what version 4.0.19 reads, `maxWantlistSize` what it
 * documents: with the second alone there would be its default.
 */
const OPTIONS = {
  maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
  maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
  maxIncomingMessageSize: MAX_MESSAGE_BYTES,
  maxOutgoingMessageSize: MAX_MESSAGE_BYTES / 2 + 64 * 1024,
  messageReceiveTimeout: MESSAGE_MS,
  messageSendTimeout: MESSAGE_MS,
  messageSendConcurrency: MAX_SENDS,
  doNotResendBlockWindow: RESEND_MS,
  maxWantlistSize: MAX_WANTS,
  maxWantListSize: MAX_WANTS,
  runOnLimitedConnections: true
}

/**
 * Helia's bitswap without the rest of Helia: this is all that `withBitswap`
 * uses of its host, and the whole of it takes four times as long to load.
 */
export class Exchange {
  readonly #broker: Broker

  private constructor(broker: Broker) {
    this.#broker = broker
  }

  static async start(parts: ExchangeParts): Promise<Exchange> {
    const brokers: Broker[] = []
    const mixins: { start(host: object): Promise<void> }[] = []
    const host = {
      status: 'starting',
      logger: parts.logger,
      libp2p: parts.libp2p,
      blockstore: parts.blockstore,
      routing: { findProviders: providersOf(parts.findProviders) },
      getHasher: refuseHash,
      hasBlockBroker: () => false,
      addBlockBroker: (broker: Broker) => brokers.push(broker),
      addMixin: (mixin: { start(host: object): Promise<void> }) => mixins.push(mixin)
    }
    withBitswap(host, OPTIONS)
    for (const mixin of mixins) await mixin.start(host)
    const [broker] = brokers
    if (broker === undefined) throw new TypeError('withBitswap gave no block broker')
    return new Exchange(broker)
  }

  /** @param from - asked first, before those whom the routing finds */
  session(from: readonly PeerId[]): BlockSession {
    const providers = from.slice(0, MAX_SESSION_PEERS).map(peer => peer.toCID())
    return this.#broker.createSession({
      providers: providers.toReversed(),
      minProviders: 1,
      maxProviders: MAX_SESSION_PEERS
    })
  }

  /** Sends a block that is here now to those who asked for it before. */
  async announce(cid: CID): Promise<void> {
    await this.#broker.announce(cid)
  }

  async stop(): Promise<void> {
    await this.#broker.stop()
  }
}

/** The library knows sha2-256 by itself; with identity, a block could be given for any wanted hash. */
function refuseHash(code: number): never {
  throw new UnsupportedCidError(`a block has the hash 0x${code.toString(16)}`)
}

function providersOf(
  find: ContentRouting['findProviders']
): (cid: CID, options?: RetrieveOptions) => AsyncIterable<object> {
  return async function* (cid, options) {
    if (options?.fromOnly === true) return
    for await (const { id, multiaddrs } of find(cid, options)) {
      yield { id: id.toCID(), multiaddrs, router: 'libp2p', fallback: false }
    }
  }
}
