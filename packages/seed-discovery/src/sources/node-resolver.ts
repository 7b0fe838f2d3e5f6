import { lookup, Resolver } from 'node:dns/promises'
import { LIFETIME_AFTER_MS, QUESTION_TIMEOUT_MS } from './constants.ts'
import { MachineLookups } from './machine-lookups.ts'
import { within } from './within.ts'
import type { Clock } from '@waystone/interface'
import type { AddressAnswer, SeedResolver } from '../contract-sources.ts'

/** A lifetime that nobody gave: it is never the shortest one. */
const UNKNOWN_TTL = Number.POSITIVE_INFINITY

/** One for the process, as the threads are on which they run. */
const machine = new MachineLookups(lookup)

export interface HostsInit {
  lookups: Pick<MachineLookups, 'begin'>
  clock: Clock
}

/**
 * Asks the given name servers; without any, those of the machine, and its hosts file for addresses.
 *
 * @param servers - IPs, with or without a port
 */
export function nodeResolver(servers: readonly string[], clock: Clock): SeedResolver {
  const resolver = new Resolver({ timeout: QUESTION_TIMEOUT_MS, tries: 2 })
  if (servers.length > 0) resolver.setServers(servers)
  const asked: SeedResolver = {
    resolveTxt: async name => resolver.resolveTxt(name),
    resolveSrv: async name => resolver.resolveSrv(name),
    resolve4: async (name, options) => resolver.resolve4(name, options),
    resolve6: async (name, options) => resolver.resolve6(name, options),
    cancel: () => resolver.cancel()
  }
  return servers.length > 0 ? asked : withHosts(asked, { lookups: machine, clock })
}

/** Adds what the machine itself knows of addresses: the name servers know nothing of its hosts file. */
export function withHosts(asked: SeedResolver, { lookups, clock }: HostsInit): SeedResolver {
  const hosts = async (name: string, family: 4 | 6, records: Promise<AddressAnswer[]>): Promise<AddressAnswer[]> => {
    const lifetime = shortest(records)
    const local = lookups.begin(name, family)
    if (local === undefined) return await records
    const ips = await local
    // the machine's look-up says no lifetime; name servers that are silent do not keep what is in the hosts file
    const ttl = (await within(lifetime, LIFETIME_AFTER_MS, clock)) ?? UNKNOWN_TTL
    return ips.map(address => ({ address, ttl }))
  }
  return {
    ...asked,
    resolve4: async name => hosts(name, 4, asked.resolve4(name, { ttl: true })),
    resolve6: async name => hosts(name, 6, asked.resolve6(name, { ttl: true }))
  }
}

/** Never rejects. */
async function shortest(records: Promise<AddressAnswer[]>): Promise<number> {
  const answers = await records.catch(() => [])
  return Math.min(UNKNOWN_TTL, ...answers.map(({ ttl }) => ttl))
}
