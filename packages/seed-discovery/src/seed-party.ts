import { checkSeeds } from './candidates/check.ts'
import { Admission } from './candidates/admission.ts'
import { directPeers, hasUseful, Need } from './candidates/need.ts'
import { Outcome } from './candidates/outcome.ts'
import { Followers } from './followers.ts'
import { knownSeeds } from './known-seeds.ts'
import { missingSeeds, missingSources } from './missing-seeds.ts'
import { SeedFinder } from './seed-finder.ts'
import { splitSeed } from './sources/read-seed.ts'
import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { ClusterMembership } from '@waystone/interface'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { CheckInit } from './candidates/check.ts'
import type { NeedInit } from './candidates/need.ts'
import type { GoodPeers, SeedStatus } from './contract.ts'
import type { DialledSeed, KnownSeed, SeedCheck, SourceInit, SourceStatus } from './contract-sources.ts'
import type { KeepAliveTags } from './keep-alive-tags.ts'
import type { SeedParts } from './seed.ts'
import type { SourceCounts } from './source-counts.ts'

export interface SeedPartyInit extends SeedParts {
  self: PeerId
  configured: readonly PeerAddresses[]
  counts: SourceCounts
  sources: SourceInit
  membership?: Pick<ClusterMembership, 'file' | 'has' | 'refresh'> | undefined
  goodPeers?: GoodPeers | undefined
  mayBeAlone?: boolean | undefined
  onRefused?: ((refused: DialledSeed) => void) | undefined
}

/** The seeds that are known and kept, and those that are being found: one run of the service. */
export class SeedParty {
  readonly #init: SeedPartyInit
  readonly #admission: Admission
  readonly #needInit: NeedInit
  readonly #followers: Followers
  readonly #finder: SeedFinder

  constructor(init: SeedPartyInit) {
    this.#init = init
    this.#admission = new Admission(init)
    this.#needInit = { ...init, admission: this.#admission, kept: () => this.#kept() }
    const isSurplus = (peer: PeerId): boolean => new Need(this.#needInit).isSurplus(peer)
    const isWanted = (peer: PeerId): boolean => new Need(this.#needInit).keeps(peer)
    const outcome = new Outcome({ ...init, isSurplus, isWanted, onClosed: undefined })
    const need = { admission: this.#admission, kept: this.#needInit.kept }
    this.#finder = new SeedFinder({ ...init, ...need, outcome })
    const foundAddresses: SeedParts['foundAddresses'] = peer => this.#finder.addressesOf(peer)
    this.#followers = new Followers({ ...init, foundAddresses, onFollowed: () => this.#finder.trustChanged() })
  }

  get tags(): KeepAliveTags {
    return this.#followers.tags
  }

  start(): void {
    this.#followers.follow()
    this.#finder.start()
  }

  followSoon(): void {
    this.#followers.followSoon()
  }

  wake(): void {
    this.#followers.wake()
    this.#finder.wake()
  }

  async stop(): Promise<void> {
    await Promise.all([this.#finder.stop(), this.#followers.stop()])
  }

  seeds(): SeedStatus[] {
    return this.#followers.seeds.map(seed => seed.status())
  }

  sources(): SourceStatus[] {
    const named = this.#followers.seeds.filter(({ node }) => !this.#isConfigured(node.peerId))
    const found = named.reduce((sum, { node }) => sum + node.addresses.length, 0)
    const trust: SourceStatus = { source: 'trust', target: '', found, admitted: found, refused: 0 }
    return [...this.#finder.rows(), trust]
  }

  known(): KnownSeed[] {
    const connected = directPeers(this.#init.connectionManager)
    return knownSeeds({
      self: this.#init.self,
      seeds: this.#followers.seeds,
      candidates: this.#finder.candidates,
      configured: new Set(this.#init.configured.map(({ peerId }) => peerId.toString())),
      isAdmitted: peer => this.#admission.isAdmitted(peer),
      isConnected: peer => connected.has(peer.toString())
    })
  }

  check(options: AbortOptions): AsyncGenerator<SeedCheck> {
    const { loops, rowOf } = this.#finder
    const others = this.sources().filter(({ source }) => !loops.some(({ source: { kind } }) => kind === source))
    const onMet: CheckInit['onMet'] = meeting => this.#finder.checked(meeting)
    const known = this.#toCheck()
    return checkSeeds({ ...this.#init, admission: this.#admission, loops, others, known, rowOf, onMet }, options)
  }

  missing(): string[] {
    const { connectionManager, trust, goodPeers, mayBeAlone, sources, membership } = this.#init
    if (mayBeAlone === true || goodPeers?.hasOne() === true) return []
    // who is only held once connected is nobody to wait for
    const dialled = this.#followers.seeds.filter(({ node }) => node.connect)
    if (dialled.length > 0) return missingSeeds(dialled.map(seed => seed.status()))
    const expects = membership !== undefined || (sources.names ?? []).length > 0 || (sources.urls ?? []).length > 0
    if (!expects || hasUseful(directPeers(connectionManager), trust)) return []
    return missingSources(this.sources(), this.#admission.isBlind)
  }

  #kept(): Set<string> {
    const { membership } = this.#init
    const held = this.#followers.seeds.filter(({ node: { hold, connect } }) => hold && connect)
    const members = held.filter(({ node }) => membership === undefined || membership.has(node.peerId))
    return new Set(members.map(({ node }) => node.peerId.toString()))
  }

  #isConfigured(peer: PeerId): boolean {
    return this.#init.configured.some(({ peerId }) => peerId.equals(peer))
  }

  #toCheck(): CheckInit['known'] {
    const kept = this.#followers.seeds.flatMap(({ node: { peerId: peer, addresses } }) => {
      const source = this.#isConfigured(peer) ? ('static' as const) : ('trust' as const)
      return addresses.map(address => ({ address: splitSeed(address).address, peer, source }))
    })
    const found = [...this.#finder.candidates].flatMap(({ addresses, peer, sources }) => {
      const source = sources[0]?.kind ?? 'static'
      return addresses.map(address => ({ address, ...(peer && { peer }), source }))
    })
    return [...kept, ...found]
  }
}
