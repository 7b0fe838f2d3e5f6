import { MAX_SAMPLE } from './constants.ts'
import { TooManyRecordsError } from './errors.ts'
import { readAnswer } from './answer.ts'
import { readPeerRecord } from './peer-record.ts'
import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { OpenedRecord } from './peer-record.ts'
import type { Parts } from './parts.ts'
import type { SampledPeer } from './answer.ts'
import type { Standings } from './standing.ts'

/** Calls a seed. */
export type SampleCall = (
  seed: PeerId,
  count: number,
  options: AbortOptions
) => Promise<{ peers: readonly { peerRecord: Uint8Array }[] }>

export interface AskInit {
  call: SampleCall
  standings: Standings
  isBlocked: (record: OpenedRecord) => boolean
  onPoorSeed: (seed: PeerId) => void
}

/**
 * What one seed answers, checked; nothing if it does not answer.
 *
 * @throws what ends the signal
 */
export async function askSeed(
  parts: Parts,
  seed: PeerId,
  { call, standings, isBlocked, onPoorSeed, signal }: AskInit & { signal: AbortSignal }
): Promise<SampledPeer[] | undefined> {
  const id = seed.toString()
  try {
    const { peers } = await call(seed, MAX_SAMPLE, { signal })
    if (peers.length > MAX_SAMPLE) throw new TooManyRecordsError(`${peers.length} records are more than were asked for`)
    parts.counts.count('asked_seeds', 'answered')
    return await readAnswer(
      peers.map(({ peerRecord }) => peerRecord),
      {
        seed: id,
        self: parts.peerId.toString(),
        private: parts.private,
        isBlocked,
        newestKnown: async record => newestKnown(parts, record),
        count: result => parts.counts.count('records', result)
      }
    )
  } catch (error) {
    signal.throwIfAborted()
    const isTooMany = error instanceof Error && error.name === TooManyRecordsError.name
    parts.counts.count('asked_seeds', isTooMany ? 'too_many' : 'failed')
    parts.log('seed %p gave no sample - %e', seed, error)
    if (isTooMany && standings.note(id, { alive: 0, dead: MAX_SAMPLE })) onPoorSeed(seed)
    return undefined
  }
}

async function newestKnown({ peerStore }: Parts, { peer }: OpenedRecord): Promise<OpenedRecord | undefined> {
  try {
    const { peerRecordEnvelope } = await peerStore.get(peer)
    return peerRecordEnvelope === undefined ? undefined : readPeerRecord(peerRecordEnvelope)
  } catch {
    // nobody has seen it, or nobody can read what was seen
    return undefined
  }
}
