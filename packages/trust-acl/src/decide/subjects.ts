import type { DecisionSubject, Mention } from './contract.ts'
import type { PeerIndex } from './peer-index.ts'

/** What a decision has to know of who asks. */
export interface KnownSubject {
  /** Its peer id in base58. */
  readonly text: string
  readonly isSelf: boolean
  /** The first place at which it is named. */
  readonly mention: Mention | undefined
  /** Of the index, when it was looked up. */
  readonly version: number
}

/**
 * Who asks, looked up once for each peer id and version of the index. The text
 * of a libp2p `PeerId` is a part of a longer one; comparing such a text with
 * another one takes V8 (Node 24) 1 µs, five times as long as all the rest.
 */
export class Subjects {
  readonly #self: string
  readonly #index: PeerIndex
  readonly #known = new WeakMap<object, KnownSubject>()

  /** @param self - the id of this node as text */
  constructor(self: string, index: PeerIndex) {
    this.#self = self
    this.#index = index
  }

  of(peer: DecisionSubject['peer']): KnownSubject {
    if (typeof peer === 'string') return this.#lookUp(peer)
    const known = this.#known.get(peer)
    if (known !== undefined && known.version === this.#index.version) return known
    const found = this.#lookUp(known?.text ?? copyOf(peer.toString()))
    this.#known.set(peer, found)
    return found
  }

  #lookUp(text: string): KnownSubject {
    return { text, isSelf: text === this.#self, mention: this.#index.get(text), version: this.#index.version }
  }
}

/** The same text, as a whole of its own. */
function copyOf(text: string): string {
  const copy: unknown = JSON.parse(JSON.stringify(text))
  return typeof copy === 'string' ? copy : text
}
