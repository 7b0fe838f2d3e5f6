import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Lease } from '../identity-pool/lease.ts'

/** What is told of the lease of a node's slot. */
export type LeaseSource = Pick<Lease, 'slot' | 'fence' | 'failures' | 'leftMs'>

/** The slot of the identity pool that the node runs on; asked at each scrape. */
export function registerLeaseMetrics(registry: Registry, lease: LeaseSource): void {
  const fence: Gauge = new Gauge({
    name: 'waystone_node_lease_fence',
    help: 'Fence of the slot of the identity pool that this node holds',
    labelNames: ['slot'],
    registers: [registry],
    collect: () => fence.set({ slot: lease.slot }, Number(lease.fence))
  })
  const left: Gauge = new Gauge({
    name: 'waystone_node_lease_left_seconds',
    help: 'Until another node could have the slot, unless the lease is renewed',
    registers: [registry],
    collect: () => left.set(lease.leftMs / 1_000)
  })
  const failures: Counter = new Counter({
    name: 'waystone_node_lease_failures_total',
    help: 'Renewals of the lease that failed',
    registers: [registry],
    collect: () => {
      failures.reset()
      failures.inc(lease.failures)
    }
  })
}
