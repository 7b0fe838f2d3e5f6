import { CODE_P2P } from '@multiformats/multiaddr'
import type { PeerId } from '@libp2p/interface'
import type { Candidate } from './candidates/candidate.ts'
import type { KnownSeed, SourceKind } from './contract-sources.ts'
import type { Seed } from './seed.ts'

export interface KnownSeedsInit {
  self: PeerId
  seeds: readonly Seed[]
  candidates: Iterable<Candidate>
  /** Ids that the config names. */
  configured: ReadonlySet<string>
  isAdmitted: (peer: PeerId) => boolean
  isConnected: (peer: PeerId) => boolean
}

/** One row for each peer but this node itself, and one for each address behind which nobody is known. */
export function knownSeeds(init: KnownSeedsInit): KnownSeed[] {
  const rows = new Map(init.seeds.map(seed => [seed.node.peerId.toString(), keptRow(seed, init.configured)]))
  for (const candidate of init.candidates) {
    if (isSelf(candidate, init)) continue
    const row = foundRow(candidate, init)
    const key = row.peerId ?? candidate.key
    rows.set(key, merge(rows.get(key), row))
  }
  return [...rows.values()]
}

/** A source that names all seeds names this one too, often by an address alone. */
function isSelf({ likely, result }: Candidate, { self }: KnownSeedsInit): boolean {
  return result === 'self' || likely?.equals(self) === true
}

function keptRow(seed: Seed, configured: ReadonlySet<string>): KnownSeed {
  const { peerId, addresses, connected, lastError, nextTryAt } = seed.status()
  const own: SourceKind[] = configured.has(peerId) ? ['static'] : ['trust']
  const state = { ...(lastError !== undefined && { error: lastError }), ...(nextTryAt !== undefined && { nextTryAt }) }
  return {
    peerId,
    addresses: addresses.map(address => address.replace(/\/p2p\/[^/]+$/, '')),
    sources: own,
    isAdmitted: true,
    isConnected: connected,
    isHeld: seed.node.hold,
    ...state
  }
}

function foundRow(candidate: Candidate, { isAdmitted, isConnected }: KnownSeedsInit): KnownSeed {
  const { likely, addresses, sources, error } = candidate
  return {
    ...(likely !== undefined && { peerId: likely.toString() }),
    addresses: addresses.map(address => address.decapsulateCode(CODE_P2P).toString()),
    sources: [...new Set(sources.map(({ kind }) => kind))],
    isAdmitted: likely !== undefined && isAdmitted(likely),
    isConnected: likely !== undefined && isConnected(likely),
    isHeld: false,
    ...(error !== undefined && { error })
  }
}

// what the loop of a seed says of its dials is newer than what a candidate's last dial said
function merge(known: KnownSeed | undefined, found: KnownSeed): KnownSeed {
  if (known === undefined) return found
  const addresses = [...new Set([...known.addresses, ...found.addresses])]
  return { ...found, ...known, addresses, sources: [...new Set([...known.sources, ...found.sources])] }
}
