import { CODE_DNSADDR } from '@multiformats/multiaddr'
import { DEFAULT_PORT } from './constants.ts'
import { DnsSource } from './dns-source.ts'
import { splitSeed } from './read-seed.ts'
import { UrlSource } from './url-source.ts'
import type { Clock, Random } from '@waystone/interface'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { SeedResolver, SourceInit } from '../contract-sources.ts'
import type { FoundSeed, Source } from './source.ts'

export interface CreateSourcesInit {
  sources: SourceInit
  configured: readonly PeerAddresses[]
  clock: Clock
  random: Random
}

/** The sources that are looked at. */
export function createSources({ sources, configured, clock, random }: CreateSourcesInit): Source[] {
  const { names = [], urls = [], port = DEFAULT_PORT, fetch = globalThis.fetch } = sources
  const resolver = async (): Promise<SeedResolver> => sources.resolver?.() ?? (await machineResolver(sources, clock))
  const all = new Set([...names, ...dnsaddrNames(configured)])
  return [
    ...[...all].map(name => new DnsSource({ name, port, resolver, clock, random })),
    ...urls.map(url => new UrlSource({ url, port, fetch, clock, random }))
  ]
}

/** Seeds of the config that can be dialled as they are. */
export function staticSeeds(configured: readonly PeerAddresses[]): FoundSeed[] {
  return configured.flatMap(({ addresses }) => {
    return addresses.filter(address => address.getComponents()[0]?.code !== CODE_DNSADDR).map(splitSeed)
  })
}

// what such a name stands for is bounded by a source; libp2p bounds only the depth
function dnsaddrNames(configured: readonly PeerAddresses[]): string[] {
  const firsts = configured.flatMap(({ addresses }) => addresses.map(address => address.getComponents()[0]))
  return firsts.flatMap(first => (first?.code === CODE_DNSADDR ? (first.value ?? []) : []))
}

// only where it is needed: there is none in browsers
async function machineResolver({ dnsServers = [] }: SourceInit, clock: Clock): Promise<SeedResolver> {
  const { nodeResolver } = await import('./node-resolver.ts')
  return nodeResolver(dnsServers, clock)
}
