import { blockedBy, rankOf } from './standing.ts'
import type { TrustDecision } from '@waystone/interface'
import type { DecisionSubject, Mention } from './contract.ts'
import type { PeerIndex } from './peer-index.ts'

/** What a decision has to know of who asks, side by side in memory. */
export interface KnownSubject {
  /** Its peer id in base58. */
  readonly text: string
  readonly isSelf: boolean
  /** The first place at which it is named. */
  readonly mention: Mention | undefined
  /** The answer of an entry that blocks it. */
  readonly blocked: TrustDecision | undefined
  /** The place of the highest level of its entries; that of `none` without any. */
  readonly rank: number
  readonly hasOverrides: boolean
  /** Of the index, when it was looked up. */
  readonly version: number
  /** When all of this is so, if it is not for ever: from, and until before, in milliseconds since the Unix epoch. */
  readonly span: readonly [number, number] | undefined
}

/**
 * Who asks, looked up once for each peer id and version of the index. The text
 * of a libp2p `PeerId` is a part of a longer one: comparing it with another
 * text takes V8 (Node 24) 1 µs. And the entries of 10,000 peers lie all over
 * the memory, so that looking at one takes longer than all the rest.
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

  /** @param now - milliseconds since the Unix epoch */
  of(peer: DecisionSubject['peer'], now: number): KnownSubject {
    if (typeof peer === 'string') return this.#lookUp(peer, now)
    const known = this.#known.get(peer)
    if (known !== undefined && known.version === this.#index.version && isIn(known.span, now)) return known
    const found = this.#lookUp(known?.text ?? copyOf(peer.toString()), now)
    this.#known.set(peer, found)
    return found
  }

  #lookUp(text: string, now: number): KnownSubject {
    const mention = this.#index.get(text)
    return {
      text,
      isSelf: text === this.#self,
      mention,
      blocked: blockedBy(mention, now),
      rank: rankOf(mention, now),
      hasOverrides: hasOverrides(mention),
      version: this.#index.version,
      span: spanOf(mention, now)
    }
  }
}

function isIn(span: KnownSubject['span'], now: number): boolean {
  return span === undefined || (span[0] <= now && now < span[1])
}

function hasOverrides(mention: Mention | undefined): boolean {
  for (let at = mention; at !== undefined; at = at.next) if (at.voice.functions !== undefined) return true
  return false
}

/** In which the same entries count. The clock may be set back, so that it has a beginning too. */
function spanOf(mention: Mention | undefined, now: number): KnownSubject['span'] {
  let [from, until] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let at = mention; at !== undefined; at = at.next) {
    const { endsAt } = at.voice
    if (endsAt <= now) from = Math.max(from, endsAt)
    else until = Math.min(until, endsAt)
  }
  return from === Number.NEGATIVE_INFINITY && until === Number.POSITIVE_INFINITY ? undefined : [from, until]
}

/** The same text, as a whole of its own. */
function copyOf(text: string): string {
  const copy: unknown = JSON.parse(JSON.stringify(text))
  return typeof copy === 'string' ? copy : text
}
