import { Staggered, Supervisor, describeDialFailure } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { directPeers, hasUseful } from './candidates/need.ts'
import {
  BOOTSTRAP_BACKOFF,
  ENOUGH_PEERS,
  MAX_ROUND,
  MOST_BOOTSTRAP_DIALS,
  PARALLEL_BOOTSTRAP_DIALS,
  STAGGER_MS
} from './constants.ts'
import { dialNode } from './dial.ts'
import { sample } from './sample.ts'
import type { PeerId } from '@libp2p/interface'
import type { TrustedNode } from '@waystone/interface'
import type { GoodPeers } from './contract.ts'
import type { DialTarget } from './dial.ts'
import type { SeedParts } from './seed.ts'

export interface BootstrapInit extends SeedParts {
  targetOf: (node: TrustedNode) => DialTarget
  goodPeers?: GoodPeers | undefined
}

/**
 * Dials nodes that may be used for bootstrap while this node has too few
 * peers. Nothing holds what it opened.
 */
export class Bootstrap {
  readonly #init: BootstrapInit
  readonly #supervisor: Supervisor
  #nodes: readonly TrustedNode[] = []
  #others: ReadonlySet<string> = new Set()
  #controller: AbortController | undefined
  #run: Promise<void> = Promise.resolve()

  constructor(init: BootstrapInit) {
    this.#init = init
    this.#supervisor = this.#supervise()
  }

  /**
   * @param nodes - all that may be used for bootstrap
   * @param others - ids of those whom somebody else dials, and of this node
   */
  follow(nodes: readonly TrustedNode[], others: ReadonlySet<string>): void {
    const isNew = nodes !== this.#nodes && !this.#isEnough() && this.#hasNew(nodes)
    this.#nodes = nodes
    this.#others = others
    // somebody to ask has come: no reason to wait for the next round
    if (isNew || this.#controller === undefined) this.#restart()
    else this.wake()
  }

  wake(): void {
    this.#supervisor.wake()
  }

  async stop(): Promise<void> {
    this.#controller?.abort()
    this.#controller = undefined
    await this.#run
  }

  #restart(): void {
    this.#controller?.abort()
    const { signal } = (this.#controller = new AbortController())
    this.#run = this.#run.then(async () => this.#supervisor.run({ signal }))
  }

  #supervise(): Supervisor {
    const { clock, random } = this.#init
    return new Supervisor({
      ...BOOTSTRAP_BACKOFF,
      what: 'peers',
      clock,
      random,
      isHeld: () => this.#isEnough() || !this.#hasStrangers(),
      acquire: options => this.#round(options)
    })
  }

  #connected(): Map<string, PeerId> {
    return directPeers(this.#init.connectionManager)
  }

  // peers that came by themselves count, but they alone would be the ones to choose whom this node sees;
  // those that it found good before were its own choice
  #isEnough(): boolean {
    if (this.#init.goodPeers?.isEnough() === true) return true
    const connected = this.#connected()
    return connected.size >= ENOUGH_PEERS && hasUseful(connected, this.#init.trust)
  }

  #hasNew(nodes: readonly TrustedNode[]): boolean {
    const before = new Set(this.#nodes.map(({ id }) => id))
    return nodes.some(({ id }) => !before.has(id) && !this.#others.has(id))
  }

  // asked at every sign of change: stops at the first one
  #hasStrangers(): boolean {
    const connected = this.#connected()
    return this.#nodes.some(({ id }) => !connected.has(id) && !this.#others.has(id))
  }

  async #round({ signal }: { signal: AbortSignal }): Promise<void> {
    await this.#init.goodPeers?.settled({ signal })
    const queue = this.#choice()
    // nodes that are down hold up nobody
    const dials = new Staggered({
      next: () => (signal.aborted || this.#isEnough() ? undefined : queue.pop()),
      work: async (node: TrustedNode) => this.#dial(node, signal),
      atOnce: () => PARALLEL_BOOTSTRAP_DIALS,
      most: MOST_BOOTSTRAP_DIALS,
      delayMs: STAGGER_MS,
      clock: this.#init.clock
    })
    await dials.done()
    dials.stop()
  }

  async #dial(node: TrustedNode, signal: AbortSignal): Promise<void> {
    const { count, log, targetOf } = this.#init
    try {
      await dialNode(targetOf(node), { ...this.#init, signal })
      count('connected')
    } catch (error) {
      // who is nowhere yet is no failure: a source of addresses may find it
      if (signal.aborted || nameOf(error) === 'NoAddressError') return
      const { result, reason } = describeDialFailure(error)
      count(result)
      log('bootstrap node %p is not connected: %s', node.peer, reason)
    }
  }

  #isPlaced(node: TrustedNode): boolean {
    return this.#init.targetOf(node).addresses.length > 0
  }

  // of 100,000 nodes only as many are looked at as are dialled: the next round finds others
  #choice(): TrustedNode[] {
    const connected = this.#connected()
    const chosen = sample(this.#nodes, MAX_ROUND, this.#init.random)
    const strangers = chosen.filter(({ id }) => !connected.has(id) && !this.#others.has(id))
    // looking for those without an address takes long, and needs others to ask
    return strangers.sort((a, b) => Number(this.#isPlaced(a)) - Number(this.#isPlaced(b)))
  }
}
