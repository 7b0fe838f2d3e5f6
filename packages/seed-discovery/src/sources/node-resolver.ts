import { lookup, Resolver } from 'node:dns/promises'
import { QUESTION_TIMEOUT_MS } from './constants.ts'
import type { AddressAnswer, SeedResolver } from '../contract-sources.ts'

/** A lifetime that nobody gave: it is never the shortest one. */
const UNKNOWN_TTL = Number.POSITIVE_INFINITY

/**
 * Asks the given name servers; without any, those of the machine, and its hosts file for addresses.
 *
 * @param servers - IPs, with or without a port
 */
export function nodeResolver(servers: readonly string[]): SeedResolver {
  const resolver = new Resolver({ timeout: QUESTION_TIMEOUT_MS, tries: 2 })
  if (servers.length > 0) resolver.setServers(servers)
  const asked: SeedResolver = {
    resolveTxt: async name => resolver.resolveTxt(name),
    resolveSrv: async name => resolver.resolveSrv(name),
    resolve4: async (name, options) => resolver.resolve4(name, options),
    resolve6: async (name, options) => resolver.resolve6(name, options),
    cancel: () => resolver.cancel()
  }
  return servers.length > 0 ? asked : withHosts(asked)
}

function withHosts(asked: SeedResolver): SeedResolver {
  return {
    ...asked,
    resolve4: async name => hosts(name, 4, asked.resolve4(name, { ttl: true })),
    resolve6: async name => hosts(name, 6, asked.resolve6(name, { ttl: true }))
  }
}

// the machine's look-up says no lifetime, and the name servers know nothing of the hosts file
async function hosts(name: string, family: 4 | 6, records: Promise<AddressAnswer[]>): Promise<AddressAnswer[]> {
  const [local, asked] = await Promise.allSettled([lookup(name, { family, all: true }), records])
  if (local.status === 'rejected') throw local.reason
  const lifetimes = asked.status === 'fulfilled' ? asked.value.map(({ ttl }) => ttl) : []
  const ttl = Math.min(UNKNOWN_TTL, ...lifetimes)
  return local.value.map(({ address }) => ({ address, ttl }))
}
