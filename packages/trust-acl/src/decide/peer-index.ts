import type { Mention, NamedNode, Voice } from './contract.ts'

/** An entry and whom it names. */
export interface Spoken {
  readonly voice: Voice
  readonly nodes: readonly NamedNode[]
}

/**
 * Who is named where, by peer id as text: what makes a decision cost the same
 * with ten entries and with ten thousand.
 */
export class PeerIndex {
  readonly #mentions = new Map<string, Mention>()
  readonly #spoken = new Map<string, Spoken>()
  #version = 0

  /** Another one after each change. */
  get version(): number {
    return this.#version
  }

  /** How many peers are named. */
  get size(): number {
    return this.#mentions.size
  }

  /** The first place at which a peer is named, in base58. */
  get(peer: string): Mention | undefined {
    return this.#mentions.get(peer)
  }

  peers(): IterableIterator<string> {
    return this.#mentions.keys()
  }

  /** What is known of an entry. */
  of(id: string): Spoken | undefined {
    return this.#spoken.get(id)
  }

  /** The nodes that an entry names. */
  nodesOf(id: string): readonly NamedNode[] {
    return this.#spoken.get(id)?.nodes ?? []
  }

  /** All entries, with whom they name. */
  spoken(): IterableIterator<Spoken> {
    return this.#spoken.values()
  }

  /** Takes an entry and its nodes in the place of what was known of it. */
  set(voice: Voice, nodes: readonly NamedNode[]): void {
    this.delete(voice.id)
    this.#spoken.set(voice.id, { voice, nodes })
    for (const node of nodes) this.#mentions.set(node.peer, { voice, node, next: this.#mentions.get(node.peer) })
  }

  delete(id: string): void {
    this.#version++
    for (const { peer } of this.nodesOf(id)) {
      const rest = without(this.#mentions.get(peer), id)
      if (rest === undefined) this.#mentions.delete(peer)
      else this.#mentions.set(peer, rest)
    }
    this.#spoken.delete(id)
  }
}

function without(mention: Mention | undefined, id: string): Mention | undefined {
  let rest: Mention | undefined
  for (let at = mention; at !== undefined; at = at.next) {
    if (at.voice.id !== id) rest = { ...at, next: rest }
  }
  return rest
}
