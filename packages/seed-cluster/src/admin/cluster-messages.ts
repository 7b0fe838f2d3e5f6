import type { MessageInitShape } from '@bufbuild/protobuf'
import type { cluster } from '@waystone/wire/admin'
import type { MemberSaid, MemberView } from '../contract.ts'
import type { ClusterAdminParts } from './contract.ts'

/** The cluster as a node sees it. */
export function clusterMessage(parts: ClusterAdminParts): MessageInitShape<typeof cluster.GetClusterResponseSchema> {
  const { membership, instance, self } = parts
  const { slot, fence } = instance ?? {}
  return {
    self: self.toString(),
    ...(slot !== undefined && { slot }),
    ...(fence !== undefined && { fence }),
    name: membership?.name ?? '',
    key: membership?.key ?? '',
    state: parts.cluster?.state() ?? 'none',
    ...fileFields(parts),
    members: parts.cluster?.members().map(memberMessage) ?? []
  }
}

function fileFields({ membership }: ClusterAdminParts) {
  const file = membership?.file()
  if (file === undefined) return {}
  const { sequence: fileSequence, fetched = 0, validUntil } = file
  return { fileSequence, fileFetchedAt: whole(fetched), fileValidUntil: whole(validUntil) }
}

/** One member. */
export function memberMessage(member: MemberView): MessageInitShape<typeof cluster.ClusterMemberSchema> {
  const { id: peer, label, isSelf, isConnected, state, addresses, error = '', said, lag, disagreements } = member
  return {
    peer,
    label,
    isSelf,
    isConnected,
    state,
    error: state === 'connected' && said !== undefined ? '' : error,
    addresses: [...addresses],
    disagreements: [...disagreements],
    lagMs: whole(lag),
    ...(said !== undefined && saidFields(said))
  }
}

function saidFields(said: MemberSaid) {
  return {
    version: said.version,
    fileSequence: said.fileSequence,
    records: whole(said.records),
    registryDigest: said.registryDigest,
    clockOffsetMs: BigInt(Math.trunc(said.clockOffset)),
    roundTripMs: Math.min(Math.round(said.roundTrip), 0xff_ff_ff_ff),
    heardAt: whole(said.heardAt),
    connectedMembers: said.connectedMembers,
    startedAt: whole(said.startedAt)
  }
}

/** A number of milliseconds or of things, for the wire. */
export function whole(value: number): bigint {
  return BigInt(Math.max(0, Math.trunc(value)))
}
