import { Counter, Gauge } from 'prom-client'
import type { AddressRules, AuditLog, FetchCounts } from '@waystone/trust-acl'
import type { Registry } from 'prom-client'

export interface TrustSources {
  audit: Pick<AuditLog, 'denialCounts'>
  rules: Pick<AddressRules, 'lists'>
  fetches?: Pick<FetchCounts, 'all'>
}

/** What the trust database denied, and how its lists of addresses are doing; asked at each scrape. */
export function registerTrustMetrics(registry: Registry, { audit, rules, fetches }: TrustSources): void {
  const denied: Counter = new Counter({
    name: 'waystone_trust_denied_total',
    help: 'Denials by function and kind of reason: rule, blocked, override, strict, level or other',
    labelNames: ['function', 'reason'],
    registers: [registry],
    collect: () => {
      denied.reset()
      for (const { count, ...labels } of audit.denialCounts()) denied.inc(labels, count)
    }
  })
  registerListMetrics(registry, rules)
  if (fetches !== undefined) registerFetches(registry, fetches)
}

function registerFetches(registry: Registry, fetches: Pick<FetchCounts, 'all'>): void {
  const counted: Counter = new Counter({
    name: 'waystone_trust_fetches_total',
    help: 'What each way brought when an IPNS record was looked for: found, refused or nothing',
    labelNames: ['way', 'result'],
    registers: [registry],
    collect: () => {
      counted.reset()
      for (const { count, ...labels } of fetches.all()) counted.inc(labels, count)
    }
  })
}

function registerListMetrics(registry: Registry, rules: TrustSources['rules']): void {
  const labelNames = ['list', 'action']
  const entries: Gauge = new Gauge({
    name: 'waystone_trust_rules_entries',
    help: 'IPs and networks in force, by list',
    labelNames,
    registers: [registry],
    collect: () => {
      for (const { name: list, action, entries: count } of rules.lists()) entries.set({ list, action }, count)
    }
  })
  const updated: Gauge = new Gauge({
    name: 'waystone_trust_rules_updated_seconds',
    help: 'When a list was read, or found to be still right, in seconds since the Unix epoch; 0 if never',
    labelNames,
    registers: [registry],
    collect: () => {
      for (const { name: list, action, updatedAt = 0 } of rules.lists())
        updated.set({ list, action }, updatedAt / 1_000)
    }
  })
}
