import { describeDialFailure } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { dialNode } from '../dial.ts'
import { SeedNotAdmittedError } from '../errors.ts'
import { withPeer } from '../sources/read-seed.ts'
import { dialAddress } from './dial-address.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { DialledSeed, SourceKind } from '../contract-sources.ts'
import type { DialInit } from '../dial.ts'
import type { Admission } from './admission.ts'

/** What came of a dial, and what is to be done with. */
export interface Meeting {
  dialled: DialledSeed
  peer?: PeerId
  /** One that was made by this dial. */
  connection?: Connection
  /** There was a connection to the peer already. */
  isSpare?: boolean
  /** Nobody could say whether it is a seed. */
  isOpen?: boolean
}

export interface Whereabouts {
  /** One if `peer` is not known. */
  addresses: readonly Multiaddr[]
  peer?: PeerId | undefined
  source: SourceKind
  /** Whether to dial although there may be a connection. */
  isFresh?: boolean
}

export interface MeetInit extends Omit<DialInit, 'signal'> {
  self: PeerId
  admission: Admission
}

/** Dials, learns by the handshake who is there, and asks the trust database about it. Rejects only when the signal ends. */
export async function meet(where: Whereabouts, init: MeetInit & { signal: AbortSignal }): Promise<Meeting> {
  const { connectionManager, clock, signal } = init
  const before = new Set(connectionManager.getConnections().map(({ id }) => id))
  const begun = clock.monotonic()
  try {
    const connection = await dial(where, init)
    const roundTripMs = Math.round(clock.monotonic() - begun)
    return await judge(connection, { where, before, roundTripMs }, init).catch((error: unknown) => {
      // nobody hears of it any more
      if (!before.has(connection.id)) connection.abort(new Error('nobody waits for the answer'))
      throw error
    })
  } catch (error) {
    signal.throwIfAborted()
    const failure = failureOf(error)
    const isSelf = failure.result === 'wrong-peer' && where.isFresh === true && (await isThisNode(where, init))
    return { dialled: { ...named(where), ...(isSelf ? { result: 'self' } : failure) } }
  }
}

async function dial(where: Whereabouts, init: MeetInit & { signal: AbortSignal }): Promise<Connection> {
  const { addresses, peer, isFresh = peer === undefined } = where
  const [first] = addresses
  if (isFresh && first !== undefined) return await dialAddress(withPeer(first, peer), init)
  if (peer === undefined) throw new TypeError('nobody is named, and no address')
  const targets = addresses.map(address => withPeer(address, peer))
  // libp2p would add these addresses to a dial that runs, behind those that may be out of date
  const isApart = init.connectionManager.getDialQueue().some(({ peerId }) => peerId?.equals(peer) === true)
  return await dialNode({ peerId: peer, addresses: targets, strict: false, isApart }, init)
}

/** Encrypters do not tell which other key it was: libp2p knows its own when it dials whoever is there. */
async function isThisNode(
  { addresses: [address] }: Whereabouts,
  init: MeetInit & { signal: AbortSignal }
): Promise<boolean> {
  if (address === undefined) return false
  try {
    const connection = await dialAddress(address, init)
    connection.abort(new Error('only its key was asked for'))
    return false
  } catch (error) {
    init.signal.throwIfAborted()
    return failureOf(error).result === 'self'
  }
}

interface Handshake {
  where: Whereabouts
  before: ReadonlySet<string>
  roundTripMs: number
}

async function judge(
  connection: Connection,
  { where, before, roundTripMs }: Handshake,
  { admission, connectionManager, signal }: MeetInit & { signal: AbortSignal }
): Promise<Meeting> {
  const peer = connection.remotePeer
  // one through a relay does not stand for a direct one
  const others = connectionManager
    .getConnections(peer)
    .filter(({ id, limits }) => id !== connection.id && limits === undefined)
  // one that the other side makes in the same moment does not count: each side would close the other's
  const isSpare = others.some(
    ({ id, direction, status }) => status === 'open' && (before.has(id) || direction === 'outbound')
  )
  const isAdmitted = await admission.admits(peer, { signal })
  const dialled = { ...named(where), address: connection.remoteAddr.toString(), peerId: peer.toString(), roundTripMs }
  const made = before.has(connection.id) ? {} : { connection }
  if (isAdmitted) return { dialled: { ...dialled, result: 'admitted' }, peer, isSpare, ...made }
  const isOpen = admission.isBlind
  const error = messageOf(notAdmitted(isOpen))
  return { dialled: { ...dialled, result: 'not-admitted', error }, peer, isSpare, isOpen, ...made }
}

function named({ addresses, peer, source }: Whereabouts): Pick<DialledSeed, 'address' | 'source' | 'peerId'> {
  return { address: addresses[0]?.toString() ?? '', source, ...(peer && { peerId: peer.toString() }) }
}

function notAdmitted(isBlind: boolean): SeedNotAdmittedError {
  return new SeedNotAdmittedError(
    isBlind ? 'the trust file of the cluster is not here yet' : 'answers with a key that no trust file has'
  )
}

function failureOf(error: unknown): Pick<DialledSeed, 'result' | 'error'> {
  if (/dial self/.test(messageOf(error))) return { result: 'self' }
  const { result, reason } = describeDialFailure(error)
  return { result: result === 'wrong_peer' ? 'wrong-peer' : 'unreachable', error: reason }
}
