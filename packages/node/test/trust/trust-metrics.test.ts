import { ManualClock } from '@waystone/kit/testing'
import { AddressRules, AuditLog } from '@waystone/trust-acl'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { registerTrustMetrics } from '../../src/metrics/trust-metrics.ts'

test('denials are counted by function and reason, and lists by name', async () => {
  const clock = new ManualClock(1_000_000)
  const audit = new AuditLog({ clock })
  const config = { default: 'allow', allow: [], deny: ['192.0.2.1', '192.0.2.2'], files: [], feeds: [] } as const
  const rules = new AddressRules({ config, clock })
  const registry = new Registry()
  registerTrustMetrics(registry, { audit, rules })
  const denial = { kind: 'denied', subject: 'x', function: 'admin', reason: 'admin is denied at level none' } as const
  audit.add(denial)
  await registry.metrics()
  audit.add(denial)
  const text = await registry.metrics()
  expect(text).toContain('waystone_trust_denied_total{function="admin",reason="level"} 2')
  expect(text).toContain('waystone_trust_rules_entries{list="config",action="deny"} 2')
})
