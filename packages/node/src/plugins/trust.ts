import { entriesWithCluster } from '../cluster/cluster-entry.ts'
import { shippedCopies } from '../trust/shipped-copies.ts'
import type { Plugin } from './plugin.ts'

/** Keeps trust files fresh, publishes them, and exchanges them with other peers. */
export const trustPlugin: Plugin = {
  async create({ config, trust, audit, publishKeys: keys, clock, random, fetches }) {
    const { trustAcl } = await import('@waystone/trust-acl')
    const { mirrors } = config.trust
    return trustAcl({
      trust,
      audit,
      mayCarry: ({ trustlevel, trustedFunctions }) =>
        trustedFunctions['redistribute-ipns'] ?? trust.matrix.allows('redistribute-ipns', trustlevel),
      mirrors,
      shipped: shippedCopies(entriesWithCluster(config)),
      keys,
      counts: fetches,
      clock,
      random
    })
  }
}
