import { nextTurn } from '@waystone/kit'
import { openPeerRecord, reachOf } from './peer-record.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { RecordResult } from './metrics.ts'
import type { Network } from './network.ts'
import type { OpenedRecord } from './peer-record.ts'

/** A peer that a seed named, checked as far as that goes without it. */
export interface SampledPeer extends OpenedRecord {
  /** Where it is dialled. */
  readonly reach: readonly Multiaddr[]
  readonly networks: readonly Network[]
  /** Peer id of the seed that named it. */
  readonly seed: string
}

export interface ReadAnswerInit {
  seed: string
  self: string
  private: boolean
  isBlocked: (record: OpenedRecord) => boolean
  /** The newest record that this node got from the peer itself. */
  newestKnown: (record: OpenedRecord) => Promise<OpenedRecord | undefined>
  count: (result: RecordResult) => void
}

/** Signatures that are checked before others have their turn: about a millisecond. */
const CHECKS_A_TURN = 8

/** Those peers of a seed's answer that stand the test; the others are counted. */
export async function readAnswer(records: readonly Uint8Array[], init: ReadAnswerInit): Promise<SampledPeer[]> {
  const peers = new Map<string, SampledPeer>()
  for (const [index, bytes] of records.entries()) {
    if (index % CHECKS_A_TURN === CHECKS_A_TURN - 1) await nextTurn()
    const peer = await readOne(bytes, init)
    if (typeof peer === 'string') init.count(peer)
    else if (peers.has(peer.id)) init.count('repeated')
    else peers.set(peer.id, peer)
  }
  return [...peers.values()]
}

async function readOne(bytes: Uint8Array, init: ReadAnswerInit): Promise<SampledPeer | RecordResult> {
  const given = await openPeerRecord(bytes).catch(() => undefined)
  if (given === undefined) return 'invalid'
  if (given.id === init.self) return 'self'
  if (init.isBlocked(given)) return 'blocked'
  const record = await newestOf(given, init)
  const { addresses, networks } = reachOf(record.addresses, init)
  if (addresses.length === 0) return 'unreachable'
  return { ...record, reach: addresses, networks, seed: init.seed }
}

/**
 * A peer signs itself anew for whoever it meets, so that who has met it lately
 * has a newer record than every seed: the peer is none the worse for it.
 */
async function newestOf(given: OpenedRecord, { newestKnown, count }: ReadAnswerInit): Promise<OpenedRecord> {
  const known = await newestKnown(given)
  if (known === undefined || known.id !== given.id || known.sequence <= given.sequence) return given
  count('stale')
  return known
}
