import { spawnSync } from 'node:child_process'
import { inside, run, whyNoNamespaces } from './namespaces.ts'
import { startServer } from './server-process.ts'

/** What the router between the two networks does to what comes out of the inner one. */
export type Router = keyof typeof RULES

/** Two networks with a router between them, each in a network namespace of its own. Gone when disposed of. */
export interface NatLab extends AsyncDisposable {
  /** Command lines that run their last arguments in a part of the lab. */
  inner: string[]
  router: string[]
  outer: string[]
}

/** Of the outer network, from the block for documentation. */
export const OUTER_IPS = ['203.0.113.10', '203.0.113.11'] as const
export const ROUTER_IP = '203.0.113.1'
export const INNER_IP = '10.77.0.2'
/** Ports of the STUN server, on each of the outer addresses. */
export const STUN_PORTS = ['3478', '3479'] as const

const NAT_TABLE = 'add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; };'
const masquerade = (how: string): string => `${NAT_TABLE} add rule ip nat out oifname "out0" masquerade ${how};`

const RULES = {
  /** One mapping for each port, as most home routers have. */
  'port-preserving': masquerade(''),
  /** Another mapping for each flow, as some carriers have. */
  random: masquerade('random'),
  'fully-random': masquerade('fully-random'),
  /** Lets everybody in. */
  'full-cone': `${masquerade('')} add chain ip nat in { type nat hook prerouting priority -100; };
    add rule ip nat in iifname "out0" udp dport 1024-65535 dnat to ${INNER_IP};`,
  /** TCP alone gets through. */
  'without-udp': `${masquerade('')} add table ip f; add chain ip f fw { type filter hook forward priority 0; };
    add rule ip f fw meta l4proto udp drop;`
} as const

/** Why there can be no lab here, or nothing if there can. Installs what is missing. */
export function whyNoNatLab(): string | undefined {
  return whyNoNamespaces({ turnserver: 'coturn' })
}

let lastLab = 0

/** Makes the networks and the router. Labs do not see each other, so that several can be there at one time. */
export async function createNatLab(router: Router): Promise<NatLab> {
  const lab = `ws-${process.pid}-${++lastLab}`
  const names = ['inner', 'router', 'outer'].map(part => `${lab}-${part}`)
  const [inner = [], middle = [], outer = []] = names.map(inside)
  const dispose = async (): Promise<void> => {
    for (const name of names) spawnSync('ip', ['netns', 'del', name])
  }
  try {
    for (const name of names) run(['ip', 'netns', 'add', name])
    for (const part of [inner, middle, outer]) run([...part, 'ip', 'link', 'set', 'lo', 'up'])
    link({ part: inner, name: 'in0', ips: [INNER_IP] }, { part: middle, name: 'in0', ips: ['10.77.0.1'] })
    link({ part: outer, name: 'out0', ips: [...OUTER_IPS] }, { part: middle, name: 'out0', ips: [ROUTER_IP] })
    run([...inner, 'ip', 'route', 'add', 'default', 'via', '10.77.0.1'])
    run([...middle, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'])
    run([...middle, 'nft', RULES[router]])
  } catch (error) {
    await dispose()
    throw error
  }
  return { inner, router: middle, outer, [Symbol.asyncDispose]: dispose }
}

/** A real STUN server with two addresses and two ports (RFC 5780) in the outer network. */
export async function startStunServer({ outer }: NatLab): Promise<AsyncDisposable> {
  const addresses = OUTER_IPS.flatMap(ip => ['-L', ip])
  const ports = ['-p', STUN_PORTS[0], '--alt-listening-port', STUN_PORTS[1]]
  const quiet = ['--no-tls', '--no-dtls', '--no-cli', '--no-auth', '--log-file', 'stdout', '--pidfile', '']
  const command = [...outer, 'turnserver', '-n', '-S', ...addresses, ...ports, ...quiet]
  return await startServer({ what: 'STUN server', command, isReady: () => isListening(outer) })
}

/** Whether all four UDP ports are bound; the server does not say it. */
function isListening([file = '', ...args]: string[]): boolean {
  const { stdout } = spawnSync(file, [...args, 'cat', '/proc/net/udp'], { encoding: 'utf8' })
  return OUTER_IPS.every(ip => STUN_PORTS.every(port => stdout.includes(` ${kernelEndpoint(ip, Number(port))} `)))
}

// as the kernel of a little-endian machine prints it
function kernelEndpoint(ip: string, port: number): string {
  const hex = (number: number, digits: number): string => number.toString(16).toUpperCase().padStart(digits, '0')
  const address = ip.split('.').toReversed()
  return `${address.map(part => hex(Number(part), 2)).join('')}:${hex(port, 4)}`
}

interface LinkEnd {
  /** Command line of the namespace. */
  part: string[]
  name: string
  ips: string[]
}

function link(a: LinkEnd, b: LinkEnd): void {
  const [nsA = '', nsB = ''] = [a, b].map(({ part }) => part.at(-1))
  run(['ip', 'link', 'add', a.name, 'netns', nsA, 'type', 'veth', 'peer', 'name', b.name, 'netns', nsB])
  for (const { part, name, ips } of [a, b]) {
    for (const ip of ips) run([...part, 'ip', 'address', 'add', `${ip}/24`, 'dev', name])
    run([...part, 'ip', 'link', 'set', name, 'up'])
  }
}
