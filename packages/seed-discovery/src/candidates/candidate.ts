import { backoffDelay } from '@waystone/kit'
import { GOOD_CONNECTION_MS, MAX_ADDRESSES_OF_ONE, WAITS } from './constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { DialVerdict, SourceKind } from '../contract-sources.ts'
import type { FoundSeed } from '../sources/source.ts'
import type { Meeting } from './meeting.ts'

/** Who says something; one object for each source. */
export interface SourceName {
  readonly kind: SourceKind
  readonly target: string
}

/** A peer with the addresses that sources give for it, or an address behind which somebody is. */
export class Candidate {
  readonly key: string
  /** Who it is, by those who told of it. */
  readonly peer: PeerId | undefined
  /** Who answered last. */
  met: PeerId | undefined
  result: DialVerdict | undefined
  error: string | undefined
  /** Where it comes in the order of its source. */
  place = 0
  /** By the monotonic clock. */
  dueAt = 0
  readonly #told = new Map<SourceName, Map<string, Multiaddr>>()
  #failures = 0
  #metAt = Number.NEGATIVE_INFINITY

  constructor({ address, peer }: FoundSeed) {
    this.key = keyOf({ address, ...(peer && { peer }) })
    this.peer = peer
  }

  /** Who is there, as far as anybody knows. */
  get likely(): PeerId | undefined {
    return this.met ?? this.peer
  }

  get sources(): SourceName[] {
    return [...this.#told.keys()]
  }

  /** Whether nobody but this node's own config and trust files names it. */
  get isOwn(): boolean {
    return this.peer !== undefined && this.sources.every(({ kind }) => kind === 'static' || kind === 'trust')
  }

  /** Sources take turns: one that names many places does not hide what the others say. */
  get addresses(): Multiaddr[] {
    const lists = [...this.#told.values()].map(told => [...told])
    const turns = Array.from({ length: MAX_ADDRESSES_OF_ONE }, (_, at) => lists.flatMap(list => list.slice(at, at + 1)))
    return [...new Map(turns.flat()).values()].slice(0, MAX_ADDRESSES_OF_ONE)
  }

  /** One more place where it is, by a source that tells by itself. */
  tell(source: SourceName, address: Multiaddr): void {
    const told = new Map(this.#told.get(source))
    // the newest stay
    if (told.size >= MAX_ADDRESSES_OF_ONE) told.delete([...told.keys()][0] ?? '')
    this.#set(source, told.set(address.toString(), address))
  }

  /**
   * All places where it is by a source that was asked, instead of what that said before.
   *
   * @returns whether they are others
   */
  retell(source: SourceName, addresses: readonly Multiaddr[]): boolean {
    const before = this.#told.get(source)
    const some = addresses.slice(0, MAX_ADDRESSES_OF_ONE)
    const told = new Map(some.map(address => [address.toString(), address]))
    this.#set(source, told)
    return before?.size !== told.size || [...told.keys()].some(text => !before.has(text))
  }

  /** @returns whether nobody tells of it any more */
  forget(source: SourceName): boolean {
    this.#told.delete(source)
    return this.#told.size === 0
  }

  /** Nothing that is known of it keeps it from being dialled now. */
  again(): void {
    this.#failures = 0
    this.dueAt = 0
  }

  #set(source: SourceName, told: Map<string, Multiaddr>): void {
    const known = new Set(this.addresses.map(String))
    this.#told.set(source, told)
    const isNew = [...told.keys()].some(text => !known.has(text))
    if (isNew && this.result === 'unreachable') this.again()
  }

  /** @param random - a number in [0, 1) */
  dialled({ dialled: { result, error }, peer, isOpen = false }: Meeting, now: number, random: number): void {
    const isNews = result !== this.result || (result === 'admitted' && now - this.#metAt >= GOOD_CONNECTION_MS)
    this.#failures = isNews ? 0 : this.#failures + 1
    this.#metAt = now
    this.result = result
    this.error = error
    this.met = peer
    this.dueAt = now + backoffDelay(this.#failures, WAITS[isOpen ? 'unreachable' : result], random)
  }
}

/** One for each peer; one for each address of which only this is known. */
export function keyOf({ address, peer }: FoundSeed): string {
  return peer?.toString() ?? address.toString()
}
