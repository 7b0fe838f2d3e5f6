import { nameOf } from '@waystone/kit/error-fields'
import { DepthFirst } from '../blocks/depth-first.ts'
import { DEFAULT_PROVIDERS, MAX_FETCH_BYTES, MAX_PROVIDERS } from '../constants.ts'
import { FetchTooLargeError } from '../errors.ts'
import { nameToBytes, verifyRecord } from '../ipns-name.ts'
import type { AbortOptions, PeerId, PeerInfo } from '@libp2p/interface'
import type { HeldIpnsRecord } from '@waystone/interface'
import type { CID } from 'multiformats/cid'
import type { FetchedBlock, FetchOptions } from '../contract.ts'
import type { DelegateMetrics } from '../metrics.ts'
import type { Backend } from './backend.ts'
import type { Copies } from './copies.ts'
import type { ProvidedList } from './provided.ts'
import type { QuotaBook, QuotaHolder } from './quotas.ts'

export interface DeskInit {
  backend: Backend
  quotas: QuotaBook
  provided: ProvidedList
  copies: Copies
  metrics: DelegateMetrics
  /** Ends what goes on after its call, when the service stops. */
  ending: () => AbortSignal
}

/** Who asks, and until when. */
export interface DeskCall extends AbortOptions {
  holder: QuotaHolder
  /** The caller, if it is a peer. */
  by?: PeerId | undefined
}

/** What a delegate does for its callers, whichever way they come; they have been let in already. */
export class Desk {
  readonly #init: DeskInit

  constructor(init: DeskInit) {
    this.#init = init
  }

  async resolve(name: string, call: DeskCall): Promise<HeldIpnsRecord> {
    this.begin('resolve', call)
    return await this.#init.backend.resolve(name, call)
  }

  /** @throws IpnsInvalidError - before anybody else sees the record */
  async put(name: string, record: Uint8Array, call: DeskCall): Promise<void> {
    this.begin('put', call)
    await verifyRecord(nameToBytes(name), record)
    await this.#init.backend.put(name, record, call)
  }

  async findPeer(peer: PeerId, call: DeskCall): Promise<PeerInfo> {
    this.begin('find-peer', call)
    return await this.#init.backend.findPeer(peer, call)
  }

  async *findProviders(cid: CID, limit: number, call: DeskCall): AsyncGenerator<PeerInfo> {
    this.begin('find-providers', call)
    let left = Math.min(limit === 0 ? DEFAULT_PROVIDERS : limit, MAX_PROVIDERS)
    for await (const provider of this.#knownAndFound(cid, call)) {
      yield provider
      if (--left === 0) return
    }
  }

  /** Thin clients come first: with the addresses that they gave, which this node itself never uses. */
  async *#knownAndFound(cid: CID, call: DeskCall): AsyncGenerator<PeerInfo> {
    const known = this.#init.provided.providers(cid)
    yield* known
    const had = new Set(known.map(({ id }) => id.toString()))
    for await (const found of this.#init.backend.findProviders(cid, call))
      if (!had.has(found.id.toString())) yield found
  }

  async *fetch(cid: CID, options: FetchOptions, call: DeskCall): AsyncGenerator<FetchedBlock> {
    this.begin('fetch', call)
    yield* this.blocks(cid, options, call)
  }

  /** Of one call that has begun: its bytes are counted. */
  async *blocks(cid: CID, options: FetchOptions, call: DeskCall): AsyncGenerator<FetchedBlock> {
    for await (const block of this.#walk(cid, options, call)) {
      this.#init.metrics.bytes(block.bytes.length)
      yield block
    }
  }

  /** For HEAD: whether the block is here or can be had, without giving it out. */
  async size(cid: CID, call: DeskCall): Promise<number> {
    this.begin('fetch', call)
    const bytes = await this.#init.backend.getBlock(cid, call)
    this.#init.quotas.takeBytes(call.holder, bytes.length)
    return bytes.length
  }

  /**
   * Names the caller to those who ask here and, if the content is small, copies
   * it: others cannot be told in the DHT, which takes an announcement only from
   * the provider itself. Nobody waits for the DHT.
   *
   * @returns whether there is a copy now
   */
  async provide(cid: CID, provider: PeerInfo, call: DeskCall): Promise<boolean> {
    this.begin('provide', call)
    this.#init.provided.add(cid, provider)
    const copied = await this.#copy(cid, provider.id, call)
    if (copied) void this.#announce(cid)
    return copied
  }

  /** Only over the connection that the caller made: nobody is looked for or dialled on its word. */
  async #copy(root: CID, from: PeerId, call: DeskCall): Promise<boolean> {
    using room = this.#init.copies.reserve(call.holder.level)
    try {
      let copied = 0
      const options = { maxBytes: room.bytes, from }
      for await (const { bytes } of this.#walk(root, options, call)) copied += bytes.length
      this.#init.copies.add(root, call.holder.level, copied)
      return true
    } catch (error) {
      call.signal?.throwIfAborted()
      if (nameOf(error) === 'QuotaExceededError') throw error
      return false
    }
  }

  async #announce(cid: CID): Promise<void> {
    const { backend, metrics, ending } = this.#init
    await backend.provide(cid, { signal: ending() }).catch((error: unknown) => metrics.refused(nameOf(error)))
  }

  async *#walk(
    root: CID,
    { maxBytes = MAX_FETCH_BYTES, oneBlock = false, from }: FetchOptions & { from?: PeerId },
    { holder, signal }: DeskCall
  ): AsyncGenerator<FetchedBlock> {
    const { backend, quotas } = this.#init
    const walk = new DepthFirst(root)
    let left = Math.min(maxBytes, MAX_FETCH_BYTES)
    for (let cid = walk.next(); cid !== undefined; cid = walk.next()) {
      const bytes = await backend.getBlock(cid, { ...(signal && { signal }), ...(from && { from }) })
      left -= bytes.length
      if (left < 0) throw tooLarge(Math.min(maxBytes, MAX_FETCH_BYTES))
      quotas.takeBytes(holder, bytes.length)
      yield { cid, bytes }
      if (oneBlock) return
      walk.follow(bytes)
    }
  }

  /** Counts one call. @throws QuotaExceededError */
  begin(method: string, { holder }: DeskCall): void {
    this.#init.quotas.takeCall(holder)
    this.#init.metrics.served(method)
  }
}

function tooLarge(limit: number): FetchTooLargeError {
  return new FetchTooLargeError(`it has more than ${limit} bytes`, { hint: 'ask for more bytes, or for single blocks' })
}
