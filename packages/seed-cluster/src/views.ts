import { disagreementsOf } from './disagreements.ts'
import type { ClusterFile, ClusterMember } from '@waystone/interface'
import type { MemberSaid, MemberState, MemberView } from './contract.ts'
import type { HeardMember } from './heard.ts'
import type { Mesh } from './mesh.ts'
import type { MeshParts } from './mesh-parts.ts'

export interface ViewInit {
  /** Absent while it loads. */
  mesh: Mesh | undefined
  member: ClusterMember
  isConnected: boolean
  /** As far as it was heard of. */
  isRunning: boolean
  isBlocked: boolean
  ownSequence: bigint
}

/** Another member as this node sees it. */
export function viewOf({ mesh, member, isConnected, isRunning, isBlocked, ownSequence }: ViewInit): MemberView {
  const { id, label, addresses } = member
  const heard: HeardMember = mesh?.hearing.members.get(id) ?? { lag: 0 }
  const { said, error, lag } = heard
  const why = isBlocked ? 'blocked in the trust database of this node' : error
  return {
    id,
    label,
    addresses,
    isSelf: false,
    isConnected,
    state: stateOf(heard, { isConnected, isRunning: isRunning || isBlocked }),
    ...(why !== undefined && { error: why }),
    ...(said !== undefined && { said }),
    lag,
    // what one that is gone said before is no news: it may hold something else by now
    disagreements:
      mesh === undefined || said === undefined || !isConnected
        ? []
        : disagreementsIn(mesh, { said, lag, id, ownSequence })
  }
}

function stateOf(
  { isSilent = false, error, isNowhere = false }: HeardMember,
  { isConnected, isRunning }: Pick<ViewInit, 'isConnected' | 'isRunning'>
): MemberState {
  if (isConnected) return isSilent ? 'silent' : 'connected'
  // a dial that failed at an address, from wherever that came
  return isRunning || (error !== undefined && !isNowhere && !isSilent) ? 'unreachable' : 'not-running'
}

function disagreementsIn(
  mesh: Mesh,
  { id, said, lag, ownSequence }: { id: string; said: MemberSaid; lag: number; ownSequence: bigint }
): string[] {
  return disagreementsOf({
    said,
    ownSequence,
    isFalseClaim: mesh.hearing.isFalseClaim(id),
    lag,
    isTwice: mesh.instances.isTwice(id)
  })
}

interface OwnParts extends Pick<MeshParts, 'init' | 'members'> {
  components: Pick<MeshParts['components'], 'nodeInfo'>
}

/** What this node would say of itself. @param now - milliseconds since the Unix epoch */
export function ownSaid({ init, components, members }: OwnParts, now: number): MemberSaid {
  const { records = 0, digest: registryDigest = new Uint8Array() } = init.registry?.() ?? {}
  return {
    version: components.nodeInfo.version,
    startedAt: init.instance.startedAt,
    fileSequence: members.sequence,
    connectedMembers: members.connected().size,
    records,
    registryDigest,
    clockOffset: 0,
    roundTrip: 0,
    heardAt: now
  }
}

export interface OwnViewInit {
  member: ClusterMember
  file: ClusterFile | undefined
  said: MemberSaid
  duplicates: readonly string[]
}

/** This node among the members. @param now - milliseconds since the Unix epoch */
export function ownView({ member, file, said, duplicates }: OwnViewInit, now: number): MemberView {
  const { id, label, addresses } = member
  const isOver = file !== undefined && file.validUntil < now
  const over = isOver ? [`the record of its trust file ended at ${new Date(file.validUntil).toISOString()}`] : []
  return {
    id,
    label,
    addresses,
    isSelf: true,
    isConnected: true,
    state: 'self',
    said,
    lag: 0,
    disagreements: [...over, ...duplicates]
  }
}
