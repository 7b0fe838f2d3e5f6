import { abortable, createDeadline } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { assertSupported } from '../blocks/codecs.ts'
import { ANSWER_MS, MAX_ADDRESSES, MAX_PROVIDERS } from '../constants.ts'
import { DelegateLiedError, IpnsOlderError } from '../errors.ts'
import { nameToBytes, verifyRecord } from '../ipns-name.ts'
import { readPeerInfo } from '../peer-addresses.ts'
import { readDag } from './read-dag.ts'
import { SequenceMemory } from './sequence-memory.ts'
import type { AbortOptions, PeerId, PeerInfo } from '@libp2p/interface'
import type { Clock, HeldIpnsRecord } from '@waystone/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { CID } from 'multiformats/cid'
import type { FetchedBlock, FetchOptions } from '../contract.ts'
import type { DelegatePool } from './pool.ts'

export interface ThinClientInit {
  pool: DelegatePool
  clock: Clock
  /** Where this node is reached. */
  ownAddresses: () => Multiaddr[]
}

/** What delegates do for this node, verified. */
export class ThinClient {
  readonly #init: ThinClientInit
  readonly #sequences = new SequenceMemory()

  constructor(init: ThinClientInit) {
    this.#init = init
  }

  async *fetch(root: CID, options: FetchOptions = {}): AsyncGenerator<FetchedBlock> {
    assertSupported(root)
    const { pool, clock } = this.#init
    const had = new Set<string>()
    // the next delegate begins anew: what came before is not given out twice
    for await (const block of pool.stream(client => readDag({ client, root, options, clock }), options)) {
      const key = block.cid.toString()
      if (had.has(key)) continue
      had.add(key)
      yield block
    }
  }

  async resolve(name: string, options: AbortOptions = {}): Promise<HeldIpnsRecord> {
    return await this.resolveBytes(nameToBytes(name), options)
  }

  /** @param name - the multihash of the key */
  async resolveBytes(name: Uint8Array, options: AbortOptions = {}): Promise<HeldIpnsRecord> {
    return await this.#init.pool.first(async client => {
      const { record } = await this.#inTime(signal => client.resolveIpns({ name }, { signal }), options)
      const held = await verifyRecord(name, record).catch((cause: unknown) => Promise.reject(untrue(cause)))
      if (this.#sequences.advance(name, held.sequence)) return held
      throw new IpnsOlderError('the delegate knows only an older record than this node has seen')
    }, options)
  }

  async putIpns(name: Uint8Array, record: Uint8Array, options: AbortOptions = {}): Promise<void> {
    const { sequence } = await verifyRecord(name, record)
    await this.#init.pool.first(
      async client => await this.#inTime(signal => client.putIpns({ name, record }, { signal }), options),
      options
    )
    this.#sequences.advance(name, sequence)
  }

  async provide(cid: CID, options: AbortOptions = {}): Promise<void> {
    const addresses = this.#init.ownAddresses().slice(0, MAX_ADDRESSES).map(String)
    await this.#init.pool.first(
      async client => await this.#inTime(signal => client.provide({ cid: cid.bytes, addresses }, { signal }), options),
      options
    )
  }

  async findPeer(peer: PeerId, options: AbortOptions = {}): Promise<PeerInfo> {
    const request = { peer: peer.toMultihash().bytes }
    return await this.#init.pool.first(async client => {
      const { peer: found } = await this.#inTime(signal => client.findPeer(request, { signal }), options)
      const info = found === undefined ? undefined : readOrLie(found)
      if (info?.id.equals(peer) === true) return info
      throw lied('peer')
    }, options)
  }

  async *findProviders(cid: CID, options: AbortOptions = {}): AsyncGenerator<PeerInfo> {
    const had = new Set<string>()
    for await (const info of this.#init.pool.stream(client => this.#providersFrom(client, cid, options), options)) {
      if (had.has(info.id.toString())) continue
      had.add(info.id.toString())
      yield info
    }
  }

  async *#providersFrom(
    client: Parameters<Parameters<DelegatePool['first']>[0]>[0],
    cid: CID,
    { signal }: AbortOptions
  ): AsyncGenerator<PeerInfo> {
    const call = new AbortController()
    // for all of them together: a trickle is no answer
    using deadline = createDeadline({ ms: ANSWER_MS, what: 'the answer', signal, clock: this.#init.clock })
    const request = { cid: cid.bytes, limit: MAX_PROVIDERS }
    const answer = client.findProviders(request, { signal: call.signal })[Symbol.asyncIterator]()
    try {
      for (let count = 0; count < MAX_PROVIDERS; count++) {
        const { done, value } = await abortable(answer.next(), deadline.signal)
        if (done === true) return
        if (value.provider !== undefined) yield readOrLie(value.provider)
      }
    } finally {
      call.abort()
    }
  }

  async #inTime<T>(ask: (signal: AbortSignal) => Promise<T>, { signal }: AbortOptions): Promise<T> {
    const { clock } = this.#init
    using deadline = createDeadline({ ms: ANSWER_MS, what: 'the answer of the delegate', signal, clock })
    return await abortable(ask(deadline.signal), deadline.signal)
  }
}

function readOrLie(sent: Parameters<typeof readPeerInfo>[0]): PeerInfo {
  try {
    return readPeerInfo(sent)
  } catch (cause) {
    throw lied('peer', cause)
  }
}

// it may have ended on the way
function untrue(cause: unknown): unknown {
  return nameOf(cause) === 'IpnsExpiredError' ? cause : lied('record', cause)
}

function lied(what: string, cause?: unknown): DelegateLiedError {
  return new DelegateLiedError(`the delegate sent a wrong ${what}`, { hint: 'it is left alone for ten minutes', cause })
}
