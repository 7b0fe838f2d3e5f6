import { bootstrapOf } from '../libp2p/bootstrap-of.ts'
import { mdnsFeed, memberFeed } from '../libp2p/seed-feeds.ts'
import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { DialledSeed, SeedDiscoveryInit, SourceInit } from '@waystone/seed-discovery'
import type { AuditLog } from '@waystone/trust-acl'
import type { Config } from '../config/schema.ts'
import type { NodeComponents, Plugin } from './plugin.ts'

/**
 * Waits between dials of the other members of a seed's own cluster: after a partition all of them are to be back
 * within five seconds, and a dial into silence takes ten by itself, at the end of which TCP tries every four.
 */
const MEMBER_BACKOFF = { baseMs: 500, maxMs: 1_500 }

/** Finds and keeps the seeds that the trust database knows, those of the config among them. */
export const seedDiscoveryPlugin: Plugin = {
  async create({ config, trust, audit, membership, clock, random }) {
    const { seedDiscovery } = await import('@waystone/seed-discovery')
    const isSeedOfCluster = config.role === 'seed' && membership !== undefined
    const init: SeedDiscoveryInit = {
      seeds: config.seeds,
      trust,
      ...(membership && { membership }),
      // the first seed of a cluster waits for nobody
      mayBeAlone: isSeedOfCluster,
      ...(isSeedOfCluster && { backoff: MEMBER_BACKOFF }),
      onDropped: peer => tellDropped(audit, peer),
      onRefused: refused => tellRefused(audit, refused),
      clock,
      random
    }
    return components => {
      const goodPeers = {
        settled: async (options: AbortOptions) => await bootstrapOf(components)?.settled(options),
        isEnough: () => bootstrapOf(components)?.isEnough() === true,
        hasOne: () => bootstrapOf(components)?.hasOne() === true
      }
      return seedDiscovery({ ...init, goodPeers, sources: sourcesOf(config, components) })(components)
    }
  }
}

function sourcesOf({ discovery, mdns }: Config, components: NodeComponents): SourceInit {
  const { dns: names, dnsServers, port, urls, interval: intervalMs, cache } = discovery
  return {
    names,
    dnsServers,
    port,
    urls,
    intervalMs,
    ...(cache && { cache: () => bootstrapOf(components)?.goodPeers() ?? [] }),
    feeds: { member: memberFeed(components), ...(mdns.enabled && { mdns: mdnsFeed(components) }) }
  }
}

function tellDropped(audit: AuditLog, peer: PeerId): void {
  audit.add({
    kind: 'closed',
    subject: peer.toString(),
    function: 'hold-and-reconnect',
    reason: 'the connection ended: no entry knows this seed any more'
  })
}

function tellRefused(audit: AuditLog, { address, source, peerId, error }: DialledSeed): void {
  audit.add({
    kind: 'refused',
    subject: peerId ?? address,
    function: 'connect-on-startup',
    reason: `${address}, which ${source} gives, leads to no seed: ${error ?? 'another key'}`
  })
}
