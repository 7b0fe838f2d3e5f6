import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { SeedTrust } from './contract.ts'

/** Knows nobody but the configured seeds, and trusts these with everything. */
export function configTrust(seeds: readonly PeerAddresses[]): SeedTrust {
  const nodes = seeds.map(({ peerId }, index) => {
    return {
      id: peerId.toString(),
      peer: peerId,
      label: `seed-${index + 1}`,
      level: 'advanced' as const,
      addresses: [],
      strict: false
    }
  })
  const ids = new Set(nodes.map(({ id }) => id))
  return {
    explain: () => ({ allow: true, reason: 'no trust database was given' }),
    levelOf: peer => (ids.has(peer.toString()) ? 'advanced' : 'none'),
    nodes: () => nodes,
    onChange: () => () => undefined
  }
}
