import { Gathered } from '@waystone/kit'
import { REVIEW_DELAY_MS } from './candidates/constants.ts'
import { Candidates } from './candidates/candidates.ts'
import { Prober } from './candidates/prober.ts'
import { CacheSource } from './sources/cache-source.ts'
import { DEFAULT_INTERVAL_MS } from './sources/constants.ts'
import { createSources, staticSeeds } from './sources/create-sources.ts'
import { readFed } from './sources/read-fed.ts'
import { withPeer } from './sources/read-seed.ts'
import { SourceLoop } from './sources/source-loop.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { SourceName } from './candidates/candidate.ts'
import type { Meeting } from './candidates/meeting.ts'
import type { Outcome } from './candidates/outcome.ts'
import type { ProberInit } from './candidates/prober.ts'
import type { SourceInit, SourceKind, SourceStatus } from './contract-sources.ts'
import type { SourceCounts } from './source-counts.ts'
import type { Look, Source } from './sources/source.ts'

export interface SeedFinderInit extends Omit<ProberInit, 'candidates' | 'onMet'> {
  sources: SourceInit
  /** Seeds of the config; none where nobody but these is trusted. */
  configured: readonly PeerAddresses[]
  outcome: Outcome
  counts: SourceCounts
  log: Logger
}

/** Everything that says where seeds are, and the dials that find out whether it is true. */
export class SeedFinder {
  readonly candidates = new Candidates()
  readonly loops: readonly SourceLoop[]
  readonly #init: SeedFinderInit
  readonly #prober: Prober
  readonly #static: SourceName = { kind: 'static', target: '' }
  readonly #feeds: readonly SourceName[]
  readonly #unsubscribe: (() => void)[] = []
  readonly #ending = new AbortController()
  #running: Promise<unknown> = Promise.resolve()
  #isSettled: boolean
  /** Once for all of a moment: with thousands of peers they come and go all the time. */
  readonly #review: Gathered

  constructor(init: SeedFinderInit) {
    this.#init = init
    this.#isSettled = init.goodPeers === undefined
    const isEnough = (): boolean => !this.#isSettled || init.goodPeers?.isEnough() === true
    const goodPeers = init.goodPeers && { ...init.goodPeers, isEnough }
    const onMet: ProberInit['onMet'] = meeting => this.met(meeting)
    this.#prober = new Prober({ ...init, goodPeers, candidates: this.candidates, onMet })
    const { cache, feeds = {} } = init.sources
    this.#feeds = KINDS_OF_FEEDS.filter(kind => feeds[kind] !== undefined).map(kind => ({ kind, target: '' }))
    const asked = [...(cache === undefined ? [] : [new CacheSource(cache)]), ...createSources(init)]
    this.#review = new Gathered({ clock: init.clock, withinMs: REVIEW_DELAY_MS, work: () => this.#wakeAll() })
    this.loops = asked.map(source => this.#loop(source))
  }

  start(): void {
    const { signal } = this.#ending
    this.candidates.tell(this.#static, staticSeeds(this.#init.configured))
    for (const feed of this.#feeds) this.#listen(feed)
    this.#running = Promise.all([...this.loops.map(async loop => loop.run({ signal })), this.#settle()])
    this.#prober.pump()
  }

  /** Connections came or went. */
  wake(): void {
    const { signal } = this.#ending
    if (signal.aborted || (this.loops.length === 0 && !this.#prober.mayFind)) return
    this.#review.soon()
  }

  /** Who was turned away may be a seed now. */
  trustChanged(): void {
    for (const candidate of this.candidates) if (candidate.result === 'not-admitted') candidate.again()
    this.wake()
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    this.#review.clear()
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe()
    await Promise.all([this.#running, this.#prober.stop(), this.#init.outcome.stop()])
  }

  /** Where a peer is, with its id at the end. */
  addressesOf(peer: PeerId): Multiaddr[] {
    return this.candidates.addressesOf(peer.toString()).map(address => withPeer(address, peer))
  }

  /** Counts a dial and does what follows from it. */
  met(meeting: Meeting): void {
    const { result, source } = meeting.dialled
    this.#init.counts.met(result, source)
    this.#init.outcome.of(meeting)
  }

  /** The same of a dial that was made for a check. */
  checked(meeting: Meeting): void {
    const { result, source } = meeting.dialled
    this.#init.counts.met(result, source)
    this.#init.outcome.ofCheck(meeting)
  }

  rows(): SourceStatus[] {
    return [this.#static, ...this.#feeds, ...this.loops.map(({ source }) => source)].map(source => this.rowOf(source))
  }

  readonly rowOf = (source: SourceName): SourceStatus => {
    const loop = this.loops.find(one => one.source === source)
    const [error, nextLookAt] = [loop?.error?.message, loop?.nextLookAt]
    return {
      source: source.kind,
      target: source.target,
      ...this.candidates.countOf(source, peer => this.#init.admission.isAdmitted(peer)),
      ...(error !== undefined && { error }),
      ...(nextLookAt !== undefined && { nextLookAt })
    }
  }

  #wakeAll(): void {
    this.#prober.pump()
    for (const loop of this.loops) loop.wake()
  }

  #loop(source: Source): SourceLoop {
    const { clock, random, counts, log, sources } = this.#init
    return new SourceLoop({
      source,
      clock,
      random,
      intervalMs: sources.intervalMs ?? DEFAULT_INTERVAL_MS,
      isNeeded: () => this.#prober.need.exists,
      onLook: look => this.#looked(source, look),
      onFailure: error => {
        counts.add('looks', source.kind)
        counts.add('failures', source.kind)
        log('%s %s gives no seeds: %s', source.kind, source.target, error.message)
      }
    })
  }

  #looked(source: Source, { seeds, faults }: Look): boolean {
    const { counts } = this.#init
    counts.add('looks', source.kind)
    counts.add('faults', source.kind, faults.length)
    counts.add('found', source.kind, seeds.length)
    const isNews = this.candidates.tell(source, seeds)
    this.#prober.pump()
    return isNews
  }

  #listen(feed: SourceName): void {
    const tell = this.#init.sources.feeds?.[asFeed(feed.kind)]
    const unsubscribe = tell?.((peer, addresses) => {
      const seeds = readFed(peer, addresses)
      this.#init.counts.add('found', feed.kind, seeds.length)
      this.candidates.add(feed, seeds, one => this.#init.admission.isAdmitted(one))
      // whoever is on the local network may tell of thousands
      this.#review.soon()
    })
    if (unsubscribe !== undefined) this.#unsubscribe.push(unsubscribe)
  }

  async #settle(): Promise<void> {
    const { signal } = this.#ending
    await this.#init.goodPeers?.settled({ signal }).catch(() => undefined)
    this.#isSettled = true
    if (!signal.aborted) this.#prober.pump()
  }
}

const KINDS_OF_FEEDS = ['mdns', 'member'] as const

function asFeed(kind: SourceKind): (typeof KINDS_OF_FEEDS)[number] {
  return kind === 'mdns' ? 'mdns' : 'member'
}
