import type { ClusterMembership, NodeTrust } from '@waystone/interface'

type SyncTrust = Pick<NodeTrust, 'explain' | 'onChange'>

/** The function with which registries are compared. */
const SYNC = 'registry-sync'

export interface SyncTrustInit {
  membership: Pick<ClusterMembership, 'onChange'> | undefined
  /** Whether this node was a member of its cluster, and is none any more. */
  isRevoked: () => boolean
}

/** Whose registry this node compares with its own: nobody's once it was removed from its cluster, as all would refuse it. */
export function syncTrust(trust: SyncTrust, { membership, isRevoked }: SyncTrustInit): SyncTrust {
  return {
    explain(subject, trustFunction) {
      const decision = trust.explain(subject, trustFunction)
      // asked last: it looks through all connections
      if (trustFunction !== SYNC || !decision.allow || !isRevoked()) return decision
      return { allow: false, reason: 'this node was removed from its cluster' }
    },
    onChange(listener) {
      // the members are read from the trust database after its change was told
      const unfollow = [trust.onChange(listener), membership?.onChange(listener)]
      return () => unfollow.forEach(end => end?.())
    }
  }
}
