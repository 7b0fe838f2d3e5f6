import { ENOUGH_PEERS, BOOTSTRAP, MAX_KEPT } from '../constants.ts'
import { DIALS_OF_MEMBERS, DIALS_OF_OTHERS } from './constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { GoodPeers, SeedTrust } from '../contract.ts'
import type { Admission } from './admission.ts'
import type { Candidate } from './candidate.ts'

export interface NeedInit {
  self: PeerId
  connectionManager: Pick<ConnectionManager, 'getConnections'>
  trust: Pick<SeedTrust, 'explain' | 'levelOf'>
  goodPeers?: GoodPeers | undefined
  admission: Admission
  /** Peers that are held, by id. */
  kept: () => ReadonlySet<string>
}

/** The peers with a direct connection, by id. */
export function directPeers(connectionManager: Pick<ConnectionManager, 'getConnections'>): Map<string, PeerId> {
  const connections = connectionManager.getConnections()
  const direct = connections.filter(({ status, limits }) => status === 'open' && limits === undefined)
  return new Map(direct.map(({ remotePeer }) => [remotePeer.toString(), remotePeer]))
}

/** Whether one of the peers may be used for bootstrap. */
export function hasUseful(peers: ReadonlyMap<string, PeerId>, trust: Pick<SeedTrust, 'explain' | 'levelOf'>): boolean {
  return [...peers.values()].some(peer => trust.levelOf(peer) !== 'none' && trust.explain({ peer }, BOOTSTRAP).allow)
}

/** Whom a node needs at one moment, and whether a candidate may be of them. */
export class Need {
  readonly #init: NeedInit
  readonly #connected: ReadonlyMap<string, PeerId>
  readonly #kept: ReadonlySet<string>
  /** Too few peers. */
  readonly #isPoor: boolean
  /** Somebody is to be held and is not here. */
  readonly #misses: boolean

  constructor(init: NeedInit) {
    const { connectionManager, trust, goodPeers, kept } = init
    this.#init = init
    this.#connected = directPeers(connectionManager)
    this.#kept = kept()
    const isRich = this.#connected.size >= ENOUGH_PEERS && hasUseful(this.#connected, trust)
    this.#isPoor = !isRich && goodPeers?.isEnough() !== true
    this.#misses = [...this.#kept].some(id => !this.#connected.has(id))
  }

  /** Whether anybody is looked for. */
  get exists(): boolean {
    return this.#isPoor || this.#misses
  }

  get dialsAtOnce(): number {
    return this.#misses ? DIALS_OF_MEMBERS : DIALS_OF_OTHERS
  }

  /** Whether to dial it, if its time has come. */
  wants(candidate: Candidate): boolean {
    const { peer, likely } = candidate
    if (likely !== undefined && this.#connected.has(likely.toString())) return false
    if (peer !== undefined) return this.#wantsPeer(candidate, peer)
    // who was met there need not be there any more
    return this.exists
  }

  /** Whether a seed may go again: it is held by nobody here, and those who are held are all that may be. */
  isSurplus(peer: PeerId): boolean {
    return this.#kept.size >= MAX_KEPT && !this.#kept.has(peer.toString()) && !this.#isPoor
  }

  /** Whether a seed is to stay that was only to be looked at. */
  keeps(peer: PeerId): boolean {
    return this.#isPoor || this.#kept.has(peer.toString())
  }

  #wantsPeer({ isOwn }: Candidate, peer: PeerId): boolean {
    const { self, admission } = this.#init
    if (peer.equals(self)) return false
    if (!admission.isAdmitted(peer)) return admission.isBlind && this.exists
    // seeds of the config and of trust files are dialled as such
    if (isOwn) return false
    return this.keeps(peer)
  }
}
