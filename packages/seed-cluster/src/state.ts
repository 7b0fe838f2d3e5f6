import { FULL_MESH } from './constants.ts'
import type { ClusterState } from './contract.ts'

export interface StateInit {
  hasFile: boolean
  isMember: boolean
  /** At any time before, also in an earlier run. */
  wasMember: boolean
  /** Members besides this node that run, and how many of them are connected. */
  others: number
  connected: number
}

/** How the cluster does, in one word. Pure. */
export function clusterState({ hasFile, isMember, wasMember, others, connected }: StateInit): ClusterState {
  if (!hasFile) return 'no-file'
  if (!isMember) return wasMember ? 'revoked' : 'not-a-member'
  if (connected === 0) return 'alone'
  return connected < Math.min(others, FULL_MESH) ? 'partial' : 'joined'
}
