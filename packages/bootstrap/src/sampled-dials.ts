import { createDeadline } from '@waystone/kit'
import { codeOf } from '@waystone/kit/error-fields'
import { closeLater } from './close-later.ts'
import { DIAL_TIMEOUT_MS, LOOK_AGAIN_MS, MAX_SAMPLED_DIALS, PARALLEL_DIALS } from './constants.ts'
import type { Connection } from '@libp2p/interface'
import type { SampledPeer } from './answer.ts'
import type { Parts } from './parts.ts'
import type { Standings } from './standing.ts'

export interface SampledDialsInit {
  standings: Standings
  /** Told of a seed that has become a poor one. */
  onPoorSeed: (seed: string) => void
  /** How long a connection lasts until its peer is a good one, in milliseconds. */
  goodAfterMs: number
  signal: AbortSignal
}

/**
 * Dials some of those that seeds named; who does not answer counts against the seed.
 *
 * @returns how many of all this node has reached
 */
export async function dialSampled(
  parts: Parts,
  peers: readonly SampledPeer[],
  init: SampledDialsInit
): Promise<number> {
  const queue = peers.filter(({ peer }) => !parts.connectionManager.getConnections(peer).some(isOwnDial))
  const before = peers.length - queue.length
  queue.splice(MAX_SAMPLED_DIALS)
  const tried: Tried[] = []
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !init.signal.aborted; next = queue.shift()) {
      const result = await dial(parts, next, init)
      if (result !== 'no-way') tried.push({ seed: next.seed, isAlive: result === 'reached' })
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_DIALS }, work))
  if (!init.signal.aborted) judge(parts, tried, init)
  return before + tried.filter(one => one.isAlive).length
}

interface Tried {
  seed: string
  isAlive: boolean
}

function judge(
  { connectionManager }: Parts,
  tried: readonly Tried[],
  { standings, onPoorSeed }: SampledDialsInit
): void {
  // without any connection it is this node that is cut off
  if (connectionManager.getConnections().length === 0) return
  for (const seed of new Set(tried.map(one => one.seed))) {
    const own = tried.filter(one => one.seed === seed)
    const alive = own.filter(one => one.isAlive).length
    if (standings.note(seed, { alive, dead: own.length - alive })) onPoorSeed(seed)
  }
}

/** Without a way to it nothing is known of the peer: an address of the family that this machine lacks is no dead one. */
type Dialled = 'reached' | 'failed' | 'no-way'

async function dial(parts: Parts, { id, peer, reach }: SampledPeer, init: SampledDialsInit): Promise<Dialled> {
  const { clock, connectionManager, counts } = parts
  const { signal, goodAfterMs } = init
  using deadline = createDeadline({ ms: DIAL_TIMEOUT_MS, what: 'dialling a sampled peer', signal, clock })
  const targets = reach.map(address => address.encapsulate(`/p2p/${id}`))
  // one that came by itself is dialled too: whether it can be reached is not known yet
  const force = connectionManager.getConnections(peer).length > 0
  const options = { force, signal: deadline.signal }
  try {
    const connection = await connectionManager.openConnection(targets, options)
    if (!signal.aborted) counts.count('sampled_dials', 'reached')
    if (force) closeLater(parts, connection, { lingerMs: goodAfterMs + LOOK_AGAIN_MS, signal })
    return 'reached'
  } catch (error) {
    if (!signal.aborted) counts.count('sampled_dials', 'failed')
    return hasNoWay(error) ? 'no-way' : 'failed'
  }
}

/** What a system without IPv6 or IPv4 says. libp2p collects the errors of several addresses. */
const NO_WAY: readonly unknown[] = ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']

function hasNoWay(error: unknown): boolean {
  return error instanceof AggregateError ? error.errors.every(hasNoWay) : NO_WAY.includes(codeOf(error))
}

function isOwnDial({ direction, limits, status }: Connection): boolean {
  return direction === 'outbound' && status === 'open' && limits === undefined
}
