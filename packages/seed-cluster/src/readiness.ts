import type { ClusterState } from './contract.ts'

/** What keeps a node that has to belong to the cluster from being ready. Pure. @param id - of the node */
export function missingOf(state: ClusterState, { name, id }: { name: string; id: string }): string[] {
  if (state === 'no-file') return [`the trust file of cluster ${name} is not here yet`]
  if (state === 'revoked') return [`this node was removed from cluster ${name}`]
  return state === 'not-a-member' ? [`this node is not in the trust file of cluster ${name}: add ${id} to it`] : []
}
