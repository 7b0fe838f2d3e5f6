import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { registerLeaseMetrics } from '../../src/metrics/lease-metrics.ts'

test('a scrape tells slot, fence, what is left of the lease, and how many renewals failed', async () => {
  const registry = new Registry()
  const lease = { slot: 2, fence: 7n, leftMs: 8_500, failures: 0 }
  registerLeaseMetrics(registry, lease)
  await registry.metrics()
  lease.failures = 3
  const text = await registry.metrics()
  expect(text).toContain('waystone_node_lease_fence{slot="2"} 7')
  expect(text).toContain('waystone_node_lease_left_seconds 8.5')
  expect(text).toContain('waystone_node_lease_failures_total 3')
})
