import { peerIdFromString } from '@libp2p/peer-id'
import { BOOTSTRAP, CALL_TIMEOUT_MS } from './constants.ts'
import { Rounds } from './rounds.ts'
import { Sampler } from './sampler.ts'
import { Standings } from './standing.ts'
import type { AbortOptions, IdentifyResult, PeerId } from '@libp2p/interface'
import type { SampleCall } from './ask.ts'
import type { BootstrapInit, GoodPeer } from './contract.ts'
import type { FirstDials } from './first-dials.ts'
import type { GoodPeersNow } from './good-peers-now.ts'
import type { Parts } from './parts.ts'

export interface AskingInit {
  first: Pick<FirstDials, 'settled'>
  now: GoodPeersNow
  isBlocked: (peer: PeerId) => boolean
  goodAfterMs: number
  onPoorSeed: BootstrapInit['onPoorSeed']
}

/** This node as one that asks seeds. */
export class Asking {
  readonly standings = new Standings()
  readonly #parts: Parts
  readonly #init: AskingInit
  readonly #sampler: Sampler
  readonly #rounds: Rounds
  readonly #controller = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(parts: Parts, init: AskingInit) {
    const { first, now, isBlocked, goodAfterMs } = init
    const { standings } = this
    this.#parts = parts
    this.#init = init
    this.#sampler = new Sampler(parts, {
      call: this.#call,
      standings,
      isBlocked: ({ peer }) => isBlocked(peer),
      onPoorSeed: this.#onPoorSeed
    })
    this.#rounds = new Rounds(parts, {
      sampler: this.#sampler,
      standings,
      goodAfterMs,
      onPoorSeed: seed => this.#onPoorSeed(peerIdFromString(seed)),
      isEnough: () => now.isEnough(),
      isStocked: () => now.isStocked(),
      settled: async options => await first.settled(options)
    })
  }

  begin(): void {
    this.#parts.events.addEventListener('peer:identify', this.#onIdentify)
    this.#running = this.#rounds.run(this.#controller.signal)
  }

  async stop(): Promise<void> {
    this.#parts.events.removeEventListener('peer:identify', this.#onIdentify)
    this.#controller.abort(new DOMException('the node stops', 'AbortError'))
    await this.#running
  }

  async sample({ signal }: AbortOptions): Promise<GoodPeer[]> {
    const ends = [this.#controller.signal, signal].filter(one => one !== undefined)
    const peers = await this.#sampler.sample(AbortSignal.any(ends))
    return peers.map(({ id, reach }) => ({ id, addresses: reach.map(String), reachedAt: 0, answers: false }))
  }

  // a seed that has come can be asked
  readonly #onIdentify = ({ detail: { peerId: peer } }: CustomEvent<IdentifyResult>): void => {
    if (this.#parts.trust.explain({ peer }, BOOTSTRAP).allow) this.#rounds.wake()
  }

  // the messages, and all of protobuf with them, are loaded at the first call
  readonly #call: SampleCall = async (seed, count, options) => {
    const { BootstrapService } = await import('@waystone/wire/bootstrap')
    const client = this.#parts.rpc.client(BootstrapService, seed, { timeoutMs: CALL_TIMEOUT_MS })
    return await client.sample({ count }, options)
  }

  readonly #onPoorSeed = (seed: PeerId): void => {
    const standing = this.standings.of(seed.toString()) ?? 0
    this.#parts.log('most of what seed %p handed out did not answer', seed)
    this.#init.onPoorSeed?.(seed, standing)
  }
}
