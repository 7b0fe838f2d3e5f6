import { describeDialFailure, Supervisor } from '@waystone/kit'
import { BOOTSTRAP, BOOTSTRAP_BACKOFF, ENOUGH_PEERS, MAX_ROUND, PARALLEL_BOOTSTRAP_DIALS } from './constants.ts'
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
    const connections = this.#init.connectionManager.getConnections()
    const direct = connections.filter(({ status, limits }) => status === 'open' && limits === undefined)
    return new Map(direct.map(({ remotePeer }) => [remotePeer.toString(), remotePeer]))
  }

  // peers that came by themselves count, but they alone would be the ones to choose whom this node sees;
  // those that it found good before were its own choice
  #isEnough(): boolean {
    if (this.#init.goodPeers?.isEnough() === true) return true
    const connected = this.#connected()
    return connected.size >= ENOUGH_PEERS && [...connected.values()].some(peer => this.#isUseful(peer))
  }

  #isUseful(peer: PeerId): boolean {
    const { trust } = this.#init
    return trust.levelOf(peer) !== 'none' && trust.explain({ peer }, BOOTSTRAP).allow
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
    const work = async (): Promise<void> => {
      for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
        if (signal.aborted || this.#isEnough()) return
        await this.#dial(node, signal)
      }
    }
    await Promise.all(Array.from({ length: PARALLEL_BOOTSTRAP_DIALS }, work))
  }

  async #dial(node: TrustedNode, signal: AbortSignal): Promise<void> {
    const { count, log, targetOf } = this.#init
    try {
      await dialNode(targetOf(node), { ...this.#init, signal })
      count('connected')
    } catch (error) {
      if (signal.aborted) return
      const { result, reason } = describeDialFailure(error)
      count(result)
      log('bootstrap node %p is not connected: %s', node.peer, reason)
    }
  }

  // of 100,000 nodes only as many are looked at as are dialled: the next round finds others
  #choice(): TrustedNode[] {
    const connected = this.#connected()
    const chosen = sample(this.#nodes, MAX_ROUND, this.#init.random)
    return chosen.filter(({ id }) => !connected.has(id) && !this.#others.has(id))
  }
}
