import { terminalText } from '@waystone/kit/terminal-text'
import { HelloInvalidError, OtherClusterError } from './errors.ts'
import { MAX_DIGEST_BYTES, MAX_VERSION_LENGTH } from './constants.ts'
import { requireInstance } from './instance.ts'
import { sameBytes } from './same-bytes.ts'
import type { SeedState } from '@waystone/wire/seed'
import type { MemberSaid } from './contract.ts'
import type { SaidInstance } from './instance.ts'

/** When and how an answer came. */
export interface Heard {
  /** By the wall clock, in milliseconds since the Unix epoch. */
  at: number
  /** Milliseconds; 0 where the other side called. */
  roundTrip: number
}

export interface ReadState {
  instance: SaidInstance
  said: MemberSaid
}

/**
 * What a member said, in bounds. Pure.
 *
 * @param cluster - the multihash of this cluster's key
 * @throws HelloInvalidError, OtherClusterError
 */
export function readState(state: SeedState | undefined, cluster: Uint8Array, heard: Heard): ReadState {
  if (state === undefined) throw new HelloInvalidError('a Hello says nothing')
  if (!sameBytes(state.cluster, cluster)) {
    throw new OtherClusterError('the seed belongs to another cluster', {
      hint: 'compare cluster.key in the configs of both: each cluster has a key of its own'
    })
  }
  const instance = requireInstance(state.instance)
  if (state.registryDigest.length > MAX_DIGEST_BYTES) throw new HelloInvalidError('a Hello has an endless digest')
  return { instance, said: { ...said(state, heard), startedAt: safeNumber(instance.startedAt) } }
}

function said(state: SeedState, { at, roundTrip }: Heard): Omit<MemberSaid, 'startedAt'> {
  return {
    version: terminalText(state.version.slice(0, MAX_VERSION_LENGTH)).replaceAll(/\s+/g, ' '),
    fileSequence: state.fileSequence,
    connectedMembers: state.connectedMembers,
    records: safeNumber(state.records),
    registryDigest: state.registryDigest,
    // it said so half a round trip before it was heard
    clockOffset: Math.round(safeNumber(state.now) + roundTrip / 2 - at),
    roundTrip: Math.round(roundTrip),
    heardAt: at
  }
}

/** Any number of the wire, as one that can be counted with. */
function safeNumber(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}
