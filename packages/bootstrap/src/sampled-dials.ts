import { createDeadline } from '@waystone/kit'
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
      tried.push({ seed: next.seed, isAlive: await isAlive(parts, next, init) })
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

async function isAlive(parts: Parts, { id, peer, reach }: SampledPeer, init: SampledDialsInit): Promise<boolean> {
  const { clock, connectionManager, counts } = parts
  const { signal, goodAfterMs } = init
  using deadline = createDeadline({ ms: DIAL_TIMEOUT_MS, what: 'dialling a sampled peer', signal, clock })
  const targets = reach.map(address => address.encapsulate(`/p2p/${id}`))
  // one that came by itself is dialled too: whether it can be reached is not known yet
  const force = connectionManager.getConnections(peer).length > 0
  const options = { force, signal: deadline.signal }
  const connection = await connectionManager.openConnection(targets, options).catch(() => undefined)
  if (signal.aborted) return false
  counts.count('sampled_dials', connection === undefined ? 'failed' : 'reached')
  if (connection !== undefined && force)
    closeLater(parts, connection, { lingerMs: goodAfterMs + LOOK_AGAIN_MS, signal })
  return connection !== undefined
}

function isOwnDial({ direction, limits, status }: Connection): boolean {
  return direction === 'outbound' && status === 'open' && limits === undefined
}
