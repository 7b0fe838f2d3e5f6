import { abortable, createDeadline, Staggered } from '@waystone/kit'
import { multiaddr } from '@multiformats/multiaddr'
import { askSeed } from './ask.ts'
import { Asked } from './asked.ts'
import { orderSeeds } from './choose-seeds.ts'
import { ASKED_SEEDS, ASKING_TIMEOUT_MS, BOOTSTRAP, MOST_ASKED_SEEDS, SAMPLE_CAPS, SLOW_SEED_MS } from './constants.ts'
import { mixAnswers, overlapOf } from './mix.ts'
import { networkOf } from './network.ts'
import type { PeerId } from '@libp2p/interface'
import type { AskInit } from './ask.ts'
import type { Askable } from './choose-seeds.ts'
import type { Network } from './network.ts'
import type { Parts } from './parts.ts'
import type { SampledPeer } from './answer.ts'

/** Seeds of a long list that are considered in one round. */
const MAX_CONSIDERED = 64

/** Asks seeds of different networks, and mixes what they say. */
export class Sampler {
  readonly #parts: Parts
  readonly #init: AskInit

  constructor(parts: Parts, init: AskInit) {
    this.#parts = parts
    this.#init = init
  }

  /** Whether somebody can be asked without a dial. */
  isAnyConnected(): boolean {
    return this.#askable().some(({ isConnected }) => isConnected)
  }

  /** Peers by chance from two seeds, if so many answer; nobody is dialled but the seeds. */
  async sample(signal: AbortSignal): Promise<SampledPeer[]> {
    const { counts, private: exemptPrivate, random } = this.#parts
    const seeds = orderSeeds(this.#askable(), random)
    const answers = await abortable(this.#ask(seeds, signal), signal)
    const overlap = overlapOf(answers)
    if (overlap !== undefined) counts.overlap(overlap)
    const caps = { ...SAMPLE_CAPS, exemptPrivate }
    const mixed = mixAnswers(answers, { caps, count: result => counts.count('records', result) })
    counts.count('records', 'accepted', mixed.length)
    return mixed
  }

  /** So many at one time as answers are missing, and more while those take long: what one gave waits for nobody who is down. */
  async #ask(seeds: readonly Askable[], outer: AbortSignal): Promise<SampledPeer[][]> {
    const { clock } = this.#parts
    using deadline = createDeadline({ ms: ASKING_TIMEOUT_MS, what: 'asking seeds', signal: outer, clock })
    const round = new Asked(seeds, deadline.signal)
    const calls = new Staggered<Askable>({
      next: () => round.next(),
      work: async seed => round.take(seed, askSeed(this.#parts, seed.peer, { ...this.#init, signal: round.signal })),
      atOnce: () => ASKED_SEEDS - round.answers.length,
      most: MOST_ASKED_SEEDS,
      delayMs: SLOW_SEED_MS,
      clock
    })
    await calls.done()
    calls.stop()
    outer.throwIfAborted()
    return round.answers
  }

  #askable(): Askable[] {
    const { peerId, random, trust } = this.#parts
    const connected = this.#connectedNetworks()
    const nodes = trust.nodes(BOOTSTRAP).filter(({ id }) => id !== peerId.toString())
    // of a long list others are considered each time, or all nodes would ask its beginning
    const start = Math.floor(random.number() * nodes.length)
    const turned = [...nodes.slice(start), ...nodes.slice(0, start)]
    // those that are connected are asked first, so that of a long list they must not be missed
    const first = turned.toSorted((a, b) => Number(connected.has(b.id)) - Number(connected.has(a.id)))
    return first.slice(0, MAX_CONSIDERED).map(({ id, peer, addresses }) => {
      const networks = connected.get(id) ?? addresses.flatMap(networkOfText)
      return { id, peer, networks, isConnected: connected.has(id), isPoor: this.#init.standings.isPoor(id) }
    })
  }

  #connectedNetworks(): Map<string, Network[]> {
    const open = this.#parts.connectionManager.getConnections().filter(({ status }) => status === 'open')
    const entries = open.map(({ remotePeer, remoteAddr }): [PeerId, Network | undefined] => {
      return [remotePeer, networkOf(remoteAddr)]
    })
    return new Map(entries.map(([peer, network]) => [peer.toString(), network === undefined ? [] : [network]]))
  }
}

function networkOfText(text: string): Network[] {
  try {
    return [networkOf(multiaddr(text))].filter(network => network !== undefined)
  } catch {
    return []
  }
}
