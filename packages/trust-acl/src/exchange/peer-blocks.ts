import { MAX_PARALLEL_FILES } from '../ipns/constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { ExchangePeers } from '../ipns/parts.ts'
import type { RpcWay } from './rpc-way.ts'

/** The blocks of one file from connected peers; whoever gave one is asked first for the next. */
export class PeerBlocks {
  readonly #rpc: Pick<RpcWay, 'block'>
  readonly #peers: Promise<PeerId[]>
  #best: PeerId | undefined

  /** @param first - the peer that is asked before the others, if there is one */
  constructor(rpc: Pick<RpcWay, 'block'>, peers: ExchangePeers, first?: PeerId) {
    this.#rpc = rpc
    this.#best = first
    this.#peers = peers()
    // whoever asks for a block hears of it
    this.#peers.catch(() => {})
  }

  /** @throws AggregateError - why no peer gave it */
  async get(cid: CID, { signal }: { signal: AbortSignal }): Promise<Uint8Array> {
    const best = this.#best
    const others = (await this.#peers).filter(peer => best?.equals(peer) !== true)
    const failures: unknown[] = []
    for (const peers of [...(best === undefined ? [] : [[best]]), ...groupsOf(others)]) {
      signal.throwIfAborted()
      try {
        return await this.#ask(peers, cid, signal)
      } catch (error) {
        failures.push(...(error instanceof AggregateError ? error.errors : [error]))
      }
    }
    throw new AggregateError(failures, 'no peer has it')
  }

  async #ask(peers: readonly PeerId[], cid: CID, outer: AbortSignal): Promise<Uint8Array> {
    const losers = new AbortController()
    const signal = AbortSignal.any([outer, losers.signal])
    const ask = async (peer: PeerId): Promise<{ peer: PeerId; bytes: Uint8Array }> => ({
      peer,
      bytes: await this.#rpc.block(peer, cid, { signal })
    })
    try {
      const { peer, bytes } = await Promise.any(peers.map(ask))
      this.#best = peer
      return bytes
    } finally {
      losers.abort()
    }
  }
}

function groupsOf(peers: readonly PeerId[]): PeerId[][] {
  const groups: PeerId[][] = []
  for (let at = 0; at < peers.length; at += MAX_PARALLEL_FILES) groups.push(peers.slice(at, at + MAX_PARALLEL_FILES))
  return groups
}
