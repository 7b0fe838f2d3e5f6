import { peerIdFromString } from '@libp2p/peer-id'
import { isLive } from './standing.ts'
import type { PeerId } from '@libp2p/interface'
import type { TrustedNode, TrustLevel } from '@waystone/interface'
import type { Mention } from './contract.ts'

/**
 * A peer that live entries name. There may be 100,000: what costs time or
 * memory is made when it is asked for.
 */
export class KnownNode implements TrustedNode {
  readonly id: string
  readonly level: TrustLevel
  readonly addresses: readonly string[]
  readonly strict: boolean
  /** Another one has taken its place, or nobody names the peer any more. */
  isGone = false
  readonly #best: Mention
  #peer: PeerId | undefined

  private constructor(mentions: readonly [Mention, ...Mention[]], level: TrustLevel) {
    const [first] = mentions
    this.#best = mentions.reduce((best, mention) => (mention.voice.rank > best.voice.rank ? mention : best), first)
    this.id = first.node.peer
    this.level = level
    this.addresses = addressesOf(mentions)
    this.strict = mentions.some(({ node }) => node.remotesStrict && node.remotes.length > 0)
  }

  /** Nothing if no live entry names the peer. @param now - milliseconds since the Unix epoch */
  static of(mention: Mention | undefined, level: TrustLevel, now: number): KnownNode | undefined {
    const live: Mention[] = []
    for (let at = mention; at !== undefined; at = at.next) if (isLive(at.voice, now)) live.push(at)
    const [first, ...others] = live
    return first === undefined ? undefined : new KnownNode([first, ...others], level)
  }

  get label(): string {
    const { voice, node } = this.#best
    return node.label === '' ? voice.label : `${voice.label}/${node.label}`
  }

  // takes longer than all the rest
  get peer(): PeerId {
    return (this.#peer ??= peerIdFromString(this.id))
  }
}

function addressesOf(mentions: readonly [Mention, ...Mention[]]): readonly string[] {
  if (mentions.length === 1) return mentions[0].node.remotes
  return [...new Set(mentions.flatMap(({ node }) => node.remotes))]
}
