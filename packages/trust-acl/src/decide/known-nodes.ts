import { RANK } from '../model/levels.ts'
import { decide, levelOf } from './decide.ts'
import { KnownNode } from './known-node.ts'
import { byLevel, replaceNodes } from './node-list.ts'
import { isLive } from './standing.ts'
import type { TrustedNode } from '@waystone/interface'
import type { NamedNode } from './contract.ts'
import type { DecisionView } from './view.ts'

/** Functions whose nodes are kept; no part of the node asks for others than a few. */
const MAX_LISTS = 64

/**
 * Who may have a function, highest level first, without this node itself. As
 * there may be 100,000 of them, only those are looked at again of whom
 * something has changed; where nothing has, the same list is given again.
 */
export class KnownNodes {
  readonly #view: DecisionView
  readonly #nodes = new Map<string, KnownNode>()
  readonly #lists = new Map<string, readonly KnownNode[]>()
  readonly #touched = new Set<string>()
  #ratingsChanged = false
  /** The time for which all of it holds; nothing is kept before the first question. */
  #at: number | undefined

  constructor(view: DecisionView) {
    this.#view = view
  }

  /** @param now - milliseconds since the Unix epoch */
  allowed(trustFunction: string, now: number): readonly TrustedNode[] {
    this.#followTime(now)
    if (this.#ratingsChanged) this.#followRatings(now)
    if (this.#touched.size > 0) this.#renew(now)
    return this.#lists.get(trustFunction) ?? this.#list(trustFunction, now)
  }

  /** Entries name these in another way than before, or no longer. */
  touch(nodes: readonly NamedNode[]): void {
    if (this.#at !== undefined) for (const { peer } of nodes) this.#touched.add(peer)
  }

  /** Grants of this function have changed. */
  forget(trustFunction: string): void {
    this.#lists.delete(trustFunction)
  }

  ratingsChanged(): void {
    this.#ratingsChanged = true
  }

  /** Entries begin and cease to count as time goes on, or is set back. */
  #followTime(now: number): void {
    const { index } = this.#view
    const before = this.#at
    this.#at = now
    if (before === undefined) for (const peer of index.peers()) this.#touched.add(peer)
    else if (before !== now) {
      for (const { voice, nodes } of index.spoken()) {
        if (isLive(voice, before) !== isLive(voice, now)) this.touch(nodes)
      }
    }
  }

  #followRatings(now: number): void {
    this.#ratingsChanged = false
    for (const [peer, { level }] of this.#nodes) {
      if (RANK[level] <= RANK.marginal && levelOf(this.#view, peer, now) !== level) this.#touched.add(peer)
    }
  }

  #renew(now: number): void {
    const [gone, fresh]: [KnownNode[], KnownNode[]] = [[], []]
    for (const peer of this.#touched) {
      const before = this.#nodes.get(peer)
      if (before !== undefined) gone.push(before)
      const node = this.#make(peer, now)
      if (node !== undefined) fresh.push(node)
    }
    this.#touched.clear()
    fresh.sort(byLevel)
    for (const [trustFunction, list] of this.#lists) {
      this.#lists.set(trustFunction, replaceNodes(list, gone, this.#allowedOf(fresh, trustFunction, now)))
    }
  }

  #make(peer: string, now: number): KnownNode | undefined {
    const before = this.#nodes.get(peer)
    if (before !== undefined) before.isGone = true
    const { index, self } = this.#view
    const node = peer === self ? undefined : KnownNode.of(index.get(peer), levelOf(this.#view, peer, now), now)
    if (node === undefined) this.#nodes.delete(peer)
    else this.#nodes.set(peer, node)
    return node
  }

  #list(trustFunction: string, now: number): readonly KnownNode[] {
    const list = this.#allowedOf([...this.#nodes.values()], trustFunction, now).sort(byLevel)
    if (this.#lists.size >= MAX_LISTS) this.#lists.clear()
    this.#lists.set(trustFunction, list)
    return list
  }

  #allowedOf(nodes: readonly KnownNode[], trustFunction: string, now: number): KnownNode[] {
    return nodes.filter(({ id }) => decide(this.#view, { peer: id }, trustFunction, now).allow)
  }
}
