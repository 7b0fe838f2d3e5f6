import { Gathered } from '@waystone/kit'
import { Bootstrap } from './bootstrap.ts'
import { REVIEW_DELAY_MS } from './candidates/constants.ts'
import { BOOTSTRAP, CONNECT, FOLLOW_DELAY_MS, HOLD } from './constants.ts'
import { KeepAliveTags } from './keep-alive-tags.ts'
import { addressesOf, planNodes } from './plan.ts'
import { SeedSet } from './seed-set.ts'
import type { PeerId } from '@libp2p/interface'
import type { TrustedNode } from '@waystone/interface'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { GoodPeers } from './contract.ts'
import type { DialTarget } from './dial.ts'
import type { Seed, SeedParts } from './seed.ts'

export interface FollowersInit extends SeedParts {
  self: PeerId
  configured: readonly PeerAddresses[]
  /** They are tried before nodes are asked that are not held. */
  goodPeers?: GoodPeers | undefined
  /** Called when everything goes by the last change. */
  onFollowed?: () => void
}

/** Everything that does what the trust database says, from one reading of it. */
export class Followers {
  readonly tags: KeepAliveTags
  readonly #init: FollowersInit
  readonly #set: SeedSet
  readonly #bootstrap: Bootstrap
  readonly #following: Gathered
  /** It looks through all connections, which come and go all the time at a node with thousands. */
  readonly #waking: Gathered
  #isStopped = false
  #planned: readonly (readonly TrustedNode[])[] = []

  constructor(init: FollowersInit) {
    this.#init = init
    this.tags = new KeepAliveTags(init.peerStore, init.trust, init.log)
    this.#set = new SeedSet(init)
    this.#bootstrap = new Bootstrap({ ...init, targetOf: node => this.#targetOf(node) })
    const { clock } = init
    this.#following = new Gathered({ clock, withinMs: FOLLOW_DELAY_MS, work: () => this.follow() })
    this.#waking = new Gathered({ clock, withinMs: REVIEW_DELAY_MS, work: () => this.#bootstrap.wake() })
  }

  get seeds(): Seed[] {
    return this.#set.seeds
  }

  /** Reads once for all changes of a moment. */
  followSoon(): void {
    if (!this.#isStopped) this.#following.soon()
  }

  follow(): void {
    if (this.#isStopped) return
    const { self, trust } = this.#init
    this.#keep(trust.nodes(CONNECT), trust.nodes(HOLD))
    this.#bootstrap.follow(trust.nodes(BOOTSTRAP), this.#dialled().add(self.toString()))
    this.tags.review()
    this.#init.onFollowed?.()
  }

  /** Plans anew only if somebody came or went. */
  #keep(connect: readonly TrustedNode[], hold: readonly TrustedNode[]): void {
    const [lastConnect, lastHold] = this.#planned
    if (connect === lastConnect && hold === lastHold) return
    this.#planned = [connect, hold]
    const { self, configured } = this.#init
    this.#set.follow(planNodes({ self, configured, connect, hold }))
  }

  wake(): void {
    this.#set.wake()
    if (!this.#isStopped) this.#waking.soon()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#following.clear()
    this.#waking.clear()
    await Promise.all([this.#set.stop(), this.#bootstrap.stop()])
  }

  #dialled(): Set<string> {
    const kept = this.#set.seeds.filter(({ node }) => node.connect && node.hold)
    return new Set(kept.map(({ node }) => node.peerId.toString()))
  }

  #targetOf(node: TrustedNode): DialTarget {
    return { peerId: node.peer, addresses: addressesOf(node, this.#init.configured), strict: node.strict }
  }
}
