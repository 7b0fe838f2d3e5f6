import { Candidate, keyOf } from './candidate.ts'
import { MAX_FED } from './constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { FoundSeed } from '../sources/source.ts'
import type { SourceName } from './candidate.ts'

/** What all sources say, put together. Bounded: each source has a bounded share. */
export class Candidates {
  readonly #all = new Map<string, Candidate>()

  /** How many there are. */
  get size(): number {
    return this.#all.size
  }

  [Symbol.iterator](): Iterator<Candidate> {
    return this.#all.values()
  }

  /**
   * What a source says now, in the place of what it said before.
   *
   * @returns whether it is something else
   */
  tell(source: SourceName, seeds: readonly FoundSeed[]): boolean {
    const before = this.#of(source)
    const groups = Map.groupBy(seeds, keyOf)
    const lost = before.filter(({ key }) => !groups.has(key))
    for (const candidate of lost) this.#forget(candidate, source)
    const changed = [...groups.values()].filter((group, place) => this.#retell(source, group, place))
    return lost.length > 0 || changed.length > 0
  }

  /** One more of a source that tells by itself; the oldest goes that is no seed. */
  add(source: SourceName, seeds: readonly FoundSeed[], isAdmitted: (peer: PeerId) => boolean): void {
    for (const seed of seeds) {
      if (!this.#all.has(keyOf(seed))) this.#makeRoom(source, isAdmitted)
      this.#candidate(seed).tell(source, seed.address)
    }
  }

  /** Where a peer is, by what sources say and by who answered. */
  addressesOf(id: string): Multiaddr[] {
    const own = [...this.#all.values()].filter(candidate => isOf(candidate, id))
    return own.flatMap(({ addresses }) => addresses)
  }

  /** @param isAdmitted - of those whom the source names */
  countOf(source: SourceName, isAdmitted: (peer: PeerId) => boolean): Record<'found' | 'admitted' | 'refused', number> {
    const all = this.#of(source)
    const admitted = all.filter(({ result, peer }) => result === 'admitted' || (peer !== undefined && isAdmitted(peer)))
    const refused = all.filter(({ result }) => result === 'not-admitted' || result === 'wrong-peer')
    return { found: all.length, admitted: admitted.length, refused: refused.length }
  }

  #of(source: SourceName): Candidate[] {
    return [...this.#all.values()].filter(({ sources }) => sources.includes(source))
  }

  #retell(source: SourceName, group: readonly FoundSeed[], place: number): boolean {
    const [first] = group
    if (first === undefined) return false
    const [candidate, addresses] = [this.#candidate(first), group.map(({ address }) => address)]
    candidate.place = place
    return candidate.retell(source, addresses)
  }

  #candidate(seed: FoundSeed): Candidate {
    const candidate = this.#all.get(keyOf(seed)) ?? new Candidate(seed)
    this.#all.set(candidate.key, candidate)
    return candidate
  }

  #forget(candidate: Candidate, source: SourceName): void {
    if (candidate.forget(source)) this.#all.delete(candidate.key)
  }

  #makeRoom(source: SourceName, isAdmitted: (peer: PeerId) => boolean): void {
    const own = this.#of(source)
    if (own.length < MAX_FED) return
    const isSeed = ({ result, peer }: Candidate): boolean =>
      result === 'admitted' || (peer !== undefined && isAdmitted(peer))
    const oldest = own.find(candidate => !isSeed(candidate)) ?? own[0]
    if (oldest !== undefined) this.#forget(oldest, source)
  }
}

function isOf({ peer, met, result }: Candidate, id: string): boolean {
  return peer?.toString() === id || (result === 'admitted' && met?.toString() === id)
}
