import { KEEP_ALIVE } from '@libp2p/interface'
import { createDeadline } from '@waystone/kit'
import { RPC_PROTOCOL } from '@waystone/wire'
import {
  CALLS_MAY_TAKE_MS,
  CLOSE_TIMEOUT_MS,
  DROPPED_SEED_MS,
  DROPPED_SEED_TAG,
  LOOK_AGAIN_MS,
  RELAY,
  RELAY_KEEP_ALIVE_TAG,
  SEED_TAG
} from './constants.ts'
import { isInUse, isKeptByOthers } from './connection-use.ts'
import type { AbortOptions, Connection, PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Clock } from '@waystone/interface'
import type { SeedTrust } from './contract.ts'

export interface LetGoInit extends AbortOptions {
  connectionManager: ConnectionManager
  peerStore: PeerStore
  trust: Pick<SeedTrust, 'explain' | 'levelOf'>
  clock: Clock
  /** Called when a connection to the peer was closed. */
  onClosed?: ((peer: PeerId) => void) | undefined
}

interface Look extends LetGoInit {
  /** Protocols that are no use any more. */
  ignored: readonly string[]
}

/** Takes the tag of a seed away. */
export async function untag(peerId: PeerId, { peerStore }: Pick<LetGoInit, 'peerStore'>): Promise<void> {
  await peerStore.merge(peerId, { tags: { [SEED_TAG]: undefined } })
}

/**
 * Disconnects a seed that nobody knows any more, whoever opened the connection:
 * it was kept open for the seed's sake. One that is in use is closed when the
 * use has ended (calls are given a little time, data as much as it takes), unless the peer has become known again by then.
 */
export async function letGo(peer: PeerId, init: LetGoInit): Promise<void> {
  await strip(peer, init)
  // who comes later comes as a stranger
  await closeWhenIdle(peer, init.connectionManager.getConnections(peer), init)
}

/** The same with some connections only, to a peer that never was a seed. */
export async function closeWhenIdle(peer: PeerId, connections: readonly Connection[], init: LetGoInit): Promise<void> {
  const endCallsAt = init.clock.monotonic() + CALLS_MAY_TAKE_MS
  const ignored = (): string[] => (init.clock.monotonic() < endCallsAt ? [] : [RPC_PROTOCOL])
  while (!(await closeIdle(peer, connections, { ...init, ignored: ignored() }))) {
    await init.clock.sleep(LOOK_AGAIN_MS, init).catch(() => undefined)
  }
}

export interface CloseUnusedInit extends Pick<LetGoInit, 'clock' | 'onClosed' | 'signal'> {
  /** Whether somebody needs it after all: then it stays. Default: nobody ever does. */
  isNeeded?: () => boolean
  /** How long calls may go on, in milliseconds. Default: as long as they take. */
  callsMayTakeMs?: number
}

/** Closes a connection that is not needed as soon as nobody works over it. */
export async function closeUnused(connection: Connection, init: CloseUnusedInit): Promise<void> {
  const { clock, isNeeded = () => false, callsMayTakeMs = Number.POSITIVE_INFINITY } = init
  const endCallsAt = clock.monotonic() + callsMayTakeMs
  const isBusy = (): boolean => isInUse(connection, clock.monotonic() < endCallsAt ? [] : [RPC_PROTOCOL])
  while (connection.status === 'open' && init.signal?.aborted !== true && !isNeeded()) {
    if (!isBusy()) return await close(connection, init)
    await clock.sleep(LOOK_AGAIN_MS, init).catch(() => undefined)
  }
}

/** Closes a connection that is not needed beside another one, before anybody has begun to work over it. */
export async function closeNow(connection: Connection, init: Pick<LetGoInit, 'clock' | 'onClosed'>): Promise<void> {
  if (connection.status === 'open') await close(connection, init)
}

/** @returns whether nothing is left to do */
async function closeIdle(peer: PeerId, connections: readonly Connection[], init: Look): Promise<boolean> {
  const { peerStore, trust, signal, ignored } = init
  if (signal?.aborted === true || !isStranger(peer, trust)) return true
  const known = await peerStore.get(peer).catch(() => undefined)
  if (known !== undefined && isKeptByOthers(known, trust)) return true
  const open = connections.filter(({ status }) => status === 'open')
  const idle = open.filter(connection => !isInUse(connection, ignored))
  await Promise.all(idle.map(async connection => close(connection, init)))
  return idle.length === open.length
}

function isStranger(peer: PeerId, trust: Pick<SeedTrust, 'levelOf'>): boolean {
  return ['none', 'blocked'].includes(trust.levelOf(peer))
}

// before the close: libp2p dials whoever has a keep-alive tag when the connection ends
async function strip(peerId: PeerId, { peerStore, trust }: LetGoInit): Promise<void> {
  const dropped = { [DROPPED_SEED_TAG]: { value: 0, ttl: DROPPED_SEED_MS } }
  const { tags } = await peerStore.merge(peerId, { tags: { [SEED_TAG]: undefined, ...dropped } })
  const isRelay = trust.explain({ peer: peerId }, RELAY).allow
  const lost = [...tags.keys()].filter(tag => tag.startsWith(KEEP_ALIVE) && !(tag === RELAY_KEEP_ALIVE_TAG && isRelay))
  if (lost.length === 0) return
  await peerStore.merge(peerId, { tags: Object.fromEntries(lost.map(tag => [tag, undefined])) })
}

async function close(
  connection: Connection,
  { clock, onClosed }: Pick<LetGoInit, 'clock' | 'onClosed'>
): Promise<void> {
  using deadline = createDeadline({ ms: CLOSE_TIMEOUT_MS, what: 'closing a connection', clock })
  try {
    await connection.close({ signal: deadline.signal })
  } catch (error) {
    connection.abort(error instanceof Error ? error : new Error('it does not close'))
  }
  onClosed?.(connection.remotePeer)
}
