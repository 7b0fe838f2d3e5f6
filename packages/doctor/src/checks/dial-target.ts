import { multiaddr } from '@multiformats/multiaddr'

/** Where an address leads over TCP. */
export interface DialTarget {
  host: string
  port: number
  /** The version of IP, where the address says it; a name may lead to both. */
  version?: 4 | 6
}

const VERSIONS: Record<string, DialTarget['version']> = { ip4: 4, ip6: 6, dns4: 4, dns6: 6, dns: undefined }

/** The TCP host and port at the start of a multiaddr, or nothing if it has none. */
export function tcpTarget(address: string): DialTarget | undefined {
  const [host, port] = multiaddr(address)
    .getComponents()
    .filter(({ name }) => name !== 'ip6zone')
  if (host?.value === undefined || port?.name !== 'tcp' || !(host.name in VERSIONS)) return undefined
  const version = VERSIONS[host.name]
  return { host: host.value, port: Number(port.value), ...(version !== undefined && { version }) }
}

/** Once for each host, port and version, with names under every version that they may have. */
export function tcpTargets(addresses: readonly string[]): Required<DialTarget>[] {
  const targets = new Map<string, Required<DialTarget>>()
  for (const target of addresses.flatMap(address => tcpTarget(address) ?? [])) {
    for (const version of target.version === undefined ? ([4, 6] as const) : [target.version]) {
      targets.set(`${target.host} ${target.port} ${version}`, { ...target, version })
    }
  }
  return [...targets.values()]
}
