import { spawnSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { inside, run, whyNoNamespaces } from './namespaces.ts'
import { startDnsServer } from './dns-server.ts'
import type { DnsServer } from './dns-server.ts'

/** One computer of the lab: its own network stack, address and home folder. */
export interface Machine {
  readonly ip: string
  readonly home: string
  /** Command line that runs its last arguments there. */
  readonly inside: string[]
}

export interface SeedLabInit {
  machines: number
  /** Whether the machines ask a DNS server. */
  dns?: boolean
}

/** Machines on one Ethernet, with a DNS server and a folder that all of them see. Gone when disposed of. */
export interface SeedLab extends AsyncDisposable {
  readonly machines: readonly Machine[]
  /** On a disk that all machines share. */
  readonly shared: string
  /** @throws if the lab was made without one */
  readonly dns: DnsServer
  /** Lets this part of all packets that come in anywhere get lost, from 0 to 100. */
  lose(percent: number): void
  /** Cuts the network: only machines of one group see each other. */
  partition(...groups: (readonly Machine[])[]): void
  /** Ends what `partition` has begun. */
  heal(): void
}

const DNS_IP = '10.88.0.53'
const GATEWAY_IP = '10.88.0.1'
/** The first machine's last number. */
const FIRST = 101
/** Each rule set has a chain of its own, so that loss and partitions come and go independently. */
const FILTER = `add table ip lab;
  add chain ip lab loss { type filter hook input priority 0; };
  add chain ip lab cut { type filter hook input priority 1; };`

/** Why there can be no lab here, or nothing if there can. Installs what is missing. */
export function whyNoSeedLab(): string | undefined {
  return whyNoNamespaces({ dnsmasq: 'dnsmasq-base' })
}

let lastLab = 0

/** Labs do not see each other, so that several can be there at one time. */
export async function createSeedLab({ machines: count, dns = true }: SeedLabInit): Promise<SeedLab> {
  await using stack = new AsyncDisposableStack()
  const lab = `ws-${process.pid}-seeds-${++lastLab}`
  const folder = stack.use(await temporaryFolder())
  const bridge = addNamespace(stack, `${lab}-bridge`)
  run([...bridge, 'ip', 'link', 'add', 'br0', 'type', 'bridge', 'mcast_snooping', '0'])
  run([...bridge, 'ip', 'address', 'add', `${GATEWAY_IP}/24`, 'dev', 'br0'])
  run([...bridge, 'ip', 'link', 'set', 'br0', 'up'])
  const machines: Machine[] = []
  for (let index = 0; index < count; index++) {
    const home = join(folder.path, `home-${index + 1}`)
    const ip = `10.88.0.${FIRST + index}`
    const name = `${lab}-${index + 1}`
    if (dns) await pointToDns(stack, name)
    machines.push({ home, ip, inside: plugIn(stack, { name, bridge, ip, port: `port${index + 1}` }) })
    await mkdir(home, { mode: 0o700 })
  }
  const server = dns ? await addDnsServer(stack, { name: `${lab}-dns`, bridge, folder: folder.path }) : undefined
  const shared = join(folder.path, 'shared')
  await mkdir(shared)
  const kept = stack.move()
  return {
    machines,
    shared,
    get dns() {
      if (server === undefined) throw new Error('this lab has no DNS server')
      return server
    },
    lose: percent => lose(machines, percent),
    partition: (...groups) => partition(machines, groups),
    heal: () => partition(machines, []),
    [Symbol.asyncDispose]: async () => await kept.disposeAsync()
  }
}

function addNamespace(stack: AsyncDisposableStack, name: string): string[] {
  run(['ip', 'netns', 'add', name])
  stack.defer(() => void spawnSync('ip', ['netns', 'del', name]))
  run([...inside(name), 'ip', 'link', 'set', 'lo', 'up'])
  return inside(name)
}

interface Plug {
  name: string
  ip: string
  bridge: string[]
  /** Name of its end at the bridge. */
  port: string
}

/** A namespace with a cable to the bridge. The gateway leads nowhere: it is there for multicast to have a route. */
function plugIn(stack: AsyncDisposableStack, { name, ip, bridge, port }: Plug): string[] {
  const part = addNamespace(stack, name)
  const bridgeName = bridge.at(-1) ?? ''
  run(['ip', 'link', 'add', 'eth0', 'netns', name, 'type', 'veth', 'peer', 'name', port, 'netns', bridgeName])
  run([...bridge, 'ip', 'link', 'set', port, 'master', 'br0', 'up'])
  run([...part, 'ip', 'address', 'add', `${ip}/24`, 'dev', 'eth0'])
  run([...part, 'ip', 'link', 'set', 'eth0', 'up'])
  run([...part, 'ip', 'route', 'add', 'default', 'via', GATEWAY_IP])
  run([...part, 'nft', FILTER])
  return part
}

/** What `ip netns exec` puts in the place of /etc/resolv.conf. */
async function pointToDns(stack: AsyncDisposableStack, name: string): Promise<void> {
  const folder = join('/etc/netns', name)
  await mkdir(folder, { recursive: true })
  stack.defer(async () => await rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'resolv.conf'), `nameserver ${DNS_IP}\noptions timeout:1 attempts:2\n`)
}

async function addDnsServer(
  stack: AsyncDisposableStack,
  { name, bridge, folder }: { name: string; bridge: string[]; folder: string }
): Promise<DnsServer> {
  const part = plugIn(stack, { name, bridge, ip: DNS_IP, port: 'portdns' })
  return stack.use(await startDnsServer({ inside: part, ip: DNS_IP, folder }))
}

function lose(machines: readonly Machine[], percent: number): void {
  const rule = percent === 0 ? '' : `add rule ip lab loss iifname "eth0" numgen random mod 100 < ${percent} drop;`
  for (const machine of machines) run([...machine.inside, 'nft', `flush chain ip lab loss; ${rule}`])
}

function partition(machines: readonly Machine[], groups: (readonly Machine[])[]): void {
  for (const machine of machines) {
    const own = groups.find(group => group.includes(machine)) ?? (groups.length === 0 ? machines : [machine])
    const away = machines.filter(other => !own.includes(other)).map(({ ip }) => ip)
    const rule = away.length === 0 ? '' : `add rule ip lab cut ip saddr { ${away.join(', ')} } drop;`
    run([...machine.inside, 'nft', `flush chain ip lab cut; ${rule}`])
  }
}
