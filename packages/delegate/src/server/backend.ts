import { createDeadline } from '@waystone/kit'
import { inlineBytes } from '../blocks/codecs.ts'
import { BLOCK_MS, LOOKUP_MS, MAX_BLOCK_BYTES } from '../constants.ts'
import { DelegateUnableError, FetchTooLargeError } from '../errors.ts'
import type { AbortOptions, PeerId, PeerInfo } from '@libp2p/interface'
import type { Clock, ContentStore, HeldIpnsRecord, IpnsRecords, PutRecordOptions } from '@waystone/interface'
import type { CID } from 'multiformats/cid'
import type { DelegateComponents } from '../contract.ts'

/** The node's own ways to find things, each with a deadline. */
export class Backend {
  readonly #components: DelegateComponents
  readonly #clock: Clock

  constructor(components: DelegateComponents, clock: Clock) {
    this.#components = components
    this.#clock = clock
  }

  async resolve(name: string, { signal }: AbortOptions): Promise<HeldIpnsRecord> {
    const records = this.#records()
    using deadline = createDeadline({ ms: LOOKUP_MS, what: 'finding the record', signal, clock: this.#clock })
    return await records.resolve(name, { signal: deadline.signal })
  }

  async put(name: string, record: Uint8Array, { signal, by }: PutRecordOptions): Promise<void> {
    const records = this.#records()
    using deadline = createDeadline({ ms: LOOKUP_MS, what: 'storing the record', signal, clock: this.#clock })
    await records.put(name, record, { signal: deadline.signal, by })
  }

  async findPeer(peer: PeerId, { signal }: AbortOptions): Promise<PeerInfo> {
    using deadline = createDeadline({ ms: LOOKUP_MS, what: 'finding the peer', signal, clock: this.#clock })
    return await this.#components.peerRouting.findPeer(peer, { signal: deadline.signal })
  }

  /** Ends when time is up: what was found until then is an answer. */
  async *findProviders(cid: CID, { signal }: AbortOptions): AsyncGenerator<PeerInfo> {
    using deadline = createDeadline({ ms: LOOKUP_MS, what: 'finding providers', signal, clock: this.#clock })
    try {
      yield* this.#components.contentRouting.findProviders(cid, { signal: deadline.signal })
    } catch (error) {
      if (!deadline.signal.aborted || signal?.aborted === true) throw error
    }
  }

  /** Lets the DHT's record of this node run out. */
  async cancelProvide(cid: CID, { signal }: AbortOptions): Promise<void> {
    using deadline = createDeadline({ ms: LOOKUP_MS, what: 'ending an announcement', signal, clock: this.#clock })
    await this.#components.contentRouting.cancelReprovide(cid, { signal: deadline.signal })
  }

  async provide(cid: CID, { signal }: AbortOptions): Promise<void> {
    using deadline = createDeadline({ ms: LOOKUP_MS, what: 'announcing', signal, clock: this.#clock })
    await this.#components.contentRouting.provide(cid, { signal: deadline.signal })
  }

  /** @param from - the only peer that is asked */
  async getBlock(cid: CID, { signal, from }: AbortOptions & { from?: PeerId }): Promise<Uint8Array> {
    const inline = inlineBytes(cid)
    if (inline !== undefined) return inline
    const content = this.#content()
    using deadline = createDeadline({ ms: BLOCK_MS, what: `fetching ${cid.toString()}`, signal, clock: this.#clock })
    const asked = from === undefined ? {} : { from: [from], fromOnly: true }
    const bytes = await content.getBlock(cid, { signal: deadline.signal, ...asked })
    if (bytes.length <= MAX_BLOCK_BYTES) return bytes
    throw new FetchTooLargeError(`the block ${cid.toString()} is longer than 2 MiB`)
  }

  /** Whether the block is kept here, so that giving it out costs nothing. */
  async has(cid: CID, options: AbortOptions): Promise<boolean> {
    return inlineBytes(cid) !== undefined || (await this.#content().has(cid, options))
  }

  #content(): ContentStore {
    return given(() => this.#components.content, 'content is switched off')
  }

  #records(): IpnsRecords {
    return given(() => this.#components.trustAcl, 'nothing here resolves IPNS names')
  }
}

/** libp2p throws for a part that is absent, even where it is only looked for. */
function given<T>(read: () => T | undefined, otherwise: string): T {
  let part: T | undefined
  try {
    part = read()
  } catch {
    part = undefined
  }
  if (part !== undefined) return part
  throw new DelegateUnableError(`this delegate cannot do that: ${otherwise}`, { hint: 'use another delegate' })
}
