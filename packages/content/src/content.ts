import { serviceCapabilities } from '@libp2p/interface'
import { endDeniedSymbol } from '@waystone/interface'
import { createDeadline, systemClock, systemRandom } from '@waystone/kit'
import { Admission } from './bitswap/admission.ts'
import { AskedPeers } from './bitswap/asked-peers.ts'
import { BitswapNetwork } from './bitswap/network.ts'
import { Announcer } from './announcer.ts'
import { BlockStore } from './blocks/block-store.ts'
import { checkBlock, checkCid, rawCid } from './cid-rules.ts'
import { DEFAULT_MAX_BYTES, FILE_MS, MAX_FETCHES, MAX_PROVIDERS, MAX_PUT_BYTES } from './constants.ts'
import { BlockHashMismatchError, BlockTooLargeError, ContentStoppedError } from './errors.ts'
import { Fetcher } from './fetcher.ts'
import { linkSignals } from './link-signals.ts'
import { pacedProviders } from './paced-providers.ts'
import { Permits } from './permits.ts'
import type { AbortOptions, PeerId, Provider } from '@libp2p/interface'
import type { Clock, ContentFileOptions, ContentGetOptions, EndedWork } from '@waystone/interface'
import type { CID } from 'multiformats/cid'
import type { Exchange, ServedBlocks } from './bitswap/exchange.ts'
import type { Content, ContentComponents, ContentInit } from './contract.ts'

/** Lifecycle and wiring. */
export class ContentService implements Content {
  readonly [Symbol.toStringTag] = '@waystone/content'
  readonly [serviceCapabilities] = ['@waystone/content']
  readonly #components: ContentComponents
  readonly #clock: Clock
  readonly #asked = new AskedPeers()
  readonly #blocks: BlockStore
  readonly #network: BitswapNetwork
  readonly #announcer: Announcer
  readonly #fetches = new Permits(MAX_FETCHES)
  #exchange: Promise<Exchange> | undefined
  #ending: AbortController | undefined

  constructor(components: ContentComponents, init: ContentInit) {
    const { maxBytes = DEFAULT_MAX_BYTES, clock = systemClock, random = systemRandom, trust } = init
    const log = components.logger.forComponent('waystone:content')
    const admission = new Admission(this.#asked, trust)
    this.#components = components
    this.#clock = clock
    this.#blocks = new BlockStore({ datastore: components.datastore, maxBytes, clock })
    this.#network = new BitswapNetwork({ components, admission, clock, log, load: async () => this.#load() })
    const kept = async (): Promise<CID[]> => this.#blocks.pinned()
    this.#announcer = new Announcer({ routing: components.contentRouting, kept, clock, random, log })
  }

  async start(): Promise<void> {
    if (this.#ending !== undefined) return
    this.#ending = new AbortController()
    await this.#network.start()
  }

  afterStart(): void {
    this.#announcer.start()
  }

  async stop(): Promise<void> {
    this.#ending?.abort(new ContentStoppedError('the content store stops'))
    this.#ending = undefined
    const exchange = this.#exchange
    this.#exchange = undefined
    await this.#announcer.stop()
    // what failed to load has nothing to stop
    await (await exchange?.catch(() => undefined))?.stop()
    await this.#network.stop()
  }

  expects(peer: PeerId): boolean {
    return this.#asked.has(peer)
  }

  [endDeniedSymbol](isAllowed: (peer: PeerId, trustFunction: string) => boolean): EndedWork[] {
    return this.#network.endDenied(isAllowed)
  }

  async put(bytes: Uint8Array, options: AbortOptions = {}): Promise<CID> {
    options.signal?.throwIfAborted()
    if (bytes.byteLength > MAX_PUT_BYTES) {
      throw new BlockTooLargeError(`${bytes.byteLength} bytes are over the limit of ${MAX_PUT_BYTES} for one file`)
    }
    const cid = await rawCid(bytes)
    await this.#blocks.put(cid, bytes, true)
    this.#announcer.add(cid)
    this.#tell(cid)
    return cid
  }

  async putBlock(cid: CID, bytes: Uint8Array, options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    const inline = checkCid(cid)
    if (inline !== undefined) return assertEqual(cid, inline, bytes)
    await checkBlock(cid, bytes)
    await this.#blocks.put(cid, bytes, false)
    this.#tell(cid)
  }

  async getBlock(
    cid: CID,
    options: AbortOptions & Pick<ContentGetOptions, 'from' | 'fromOnly'> = {}
  ): Promise<Uint8Array> {
    return await this.#block(cid, this.#fetcher(options), options)
  }

  async getFile(cid: CID, options: ContentFileOptions): Promise<Uint8Array> {
    const { maxBytes, path, onBlock, signal } = options
    using deadline = createDeadline({ ms: FILE_MS, what: `reading ${cid.toString()}`, signal, clock: this.#clock })
    const fetcher = this.#fetcher(options)
    const load = async (block: CID): Promise<Uint8Array> => {
      const bytes = await this.#block(block, fetcher, { signal: deadline.signal })
      onBlock?.(block, bytes)
      return bytes
    }
    const { FileReader } = await import('./file/read-file.ts')
    return await new FileReader({ load, maxBytes, path }).read(cid)
  }

  async has(cid: CID, options: AbortOptions = {}): Promise<boolean> {
    options.signal?.throwIfAborted()
    return checkCid(cid) !== undefined || (await this.#blocks.has(cid))
  }

  async delete(cid: CID, options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    if (checkCid(cid) !== undefined) return
    this.#announcer.remove(cid)
    await this.#blocks.delete(cid)
    // a router may know nothing of it
    await this.#components.contentRouting.cancelReprovide(cid, options).catch(() => {})
  }

  #fetcher({ from = [], fromOnly, source }: Pick<ContentFileOptions, 'from' | 'fromOnly' | 'source'>): Fetcher {
    const others = from.filter(peer => !peer.equals(this.#components.peerId))
    const whom = { from: others, fromOnly, source }
    return new Fetcher({ load: async () => this.#load(), asked: this.#asked, clock: this.#clock, ...whom })
  }

  async #block(cid: CID, fetcher: Fetcher, options: AbortOptions): Promise<Uint8Array> {
    options.signal?.throwIfAborted()
    const kept = checkCid(cid) ?? (await this.#blocks.get(cid))
    if (kept !== undefined) return kept
    const running = this.#ending?.signal
    if (running === undefined) throw new ContentStoppedError('the content store is not running')
    using link = linkSignals(running, options.signal)
    using _permit = await this.#fetches.take(link.signal)
    const bytes = await fetcher.fetch(cid, { signal: link.signal })
    await this.#keep(cid, bytes)
    return bytes
  }

  // a store that is full of pinned blocks still reads
  async #keep(cid: CID, bytes: Uint8Array): Promise<void> {
    await this.#blocks.put(cid, bytes, false).catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'ContentStoreFullError') throw error
    })
  }

  /** Loads Helia at the first need: nodes that neither ask nor are asked go without. */
  async #load(): Promise<Exchange> {
    if (this.#ending === undefined) throw new ContentStoppedError('the content store is not running')
    this.#exchange ??= this.#startExchange().catch((error: unknown) => {
      this.#exchange = undefined
      throw error
    })
    return this.#exchange
  }

  async #startExchange(): Promise<Exchange> {
    const { Exchange } = await import('./bitswap/exchange.ts')
    return await Exchange.start({
      libp2p: this.#network.libp2p,
      blockstore: this.#served(),
      findProviders: (cid, options) => this.#providers(cid, options),
      logger: this.#components.logger
    })
  }

  #served(): ServedBlocks {
    const blocks = this.#blocks
    return {
      has: async cid => blocks.has(cid),
      get: async function* (cid) {
        const bytes = await blocks.get(cid)
        if (bytes === undefined) throw Object.assign(new Error('the block is gone'), { name: 'NotFoundError' })
        yield bytes
      }
    }
  }

  #providers(cid: CID, options?: AbortOptions): AsyncGenerator<Provider> {
    const { contentRouting, peerId } = this.#components
    const found = contentRouting.findProviders(cid, options)
    return pacedProviders({ found, self: peerId, clock: this.#clock, limit: MAX_PROVIDERS }, options)
  }

  // those who asked for it before; without bitswap nobody has
  #tell(cid: CID): void {
    this.#exchange?.then(async exchange => exchange.announce(cid)).catch(() => {})
  }
}

function assertEqual(cid: CID, inline: Uint8Array, bytes: Uint8Array): void {
  if (Buffer.compare(inline, bytes) === 0) return
  throw new BlockHashMismatchError(`the bytes are not those of ${cid.toString()}`)
}
