import { TestnetInvalidError } from './errors.ts'
import type { Role } from '@waystone/node/config'
import type { TestnetInit, TestnetTransport } from './contract.ts'

/** A node before it is made. */
export interface PlannedNode {
  /** `seed-1`, `relay-2`, … */
  name: string
  role: Role
  /** Listens only through relays. */
  hidden: boolean
  /** Where it listens; without addresses when hidden. */
  listen: string[]
}

const PORTS: Record<Exclude<TestnetTransport, 'memory'>, string> = {
  tcp: '/ip4/127.0.0.1/tcp/0',
  ws: '/ip4/127.0.0.1/tcp/0/ws',
  quic: '/ip4/127.0.0.1/udp/0/quic-v1'
}

/**
 * All nodes of the network, in the order in which they start.
 *
 * @param prefix - no two networks of one process may share it: memory addresses are names
 * @throws TestnetInvalidError
 */
export function planNodes(init: TestnetInit, prefix: string): PlannedNode[] {
  const { seeds = 1, relays = 0, edges = 2, hiddenEdges = 0, transports = 'memory' } = init
  checkCounts({ seeds, relays, edges, hiddenEdges })
  const counts: [Role, number][] = [
    ['seed', seeds],
    ['relay', relays],
    ['edge', edges]
  ]
  return counts.flatMap(([role, count]) =>
    Array.from({ length: count }, (_, index) => {
      const name = `${role}-${index + 1}`
      const hidden = role === 'edge' && index >= count - hiddenEdges
      if (hidden) return { name, role, hidden, listen: [] }
      const own = role === 'relay' && needsTcp(init) ? 'tcp' : transports
      return { name, role, hidden, listen: [own === 'memory' ? `/memory/${prefix}-${name}` : PORTS[own]] }
    })
  )
}

/**
 * Whether the relays of a memory network have to listen on TCP instead. libp2p
 * can have no circuit address that leads through a memory address: the address
 * manager throws on it at the end of a reservation (`getNetConfig` in
 * `@libp2p/utils` wants an IP or a name), and the circuit transport would not
 * dial it (the matcher `Circuit` of `@multiformats/multiaddr-matcher`).
 */
export function needsTcp({ transports = 'memory', hiddenEdges = 0 }: TestnetInit): boolean {
  return transports === 'memory' && hiddenEdges > 0
}

function checkCounts(counts: Record<'seeds' | 'relays' | 'edges' | 'hiddenEdges', number>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isSafeInteger(count) || count < 0) throw new TestnetInvalidError(`${name} cannot be ${count}`)
  }
  const { hiddenEdges, edges, relays } = counts
  if (hiddenEdges > edges) throw new TestnetInvalidError(`${hiddenEdges} of ${edges} edges cannot be hidden`)
  if (hiddenEdges > 0 && relays === 0) {
    throw new TestnetInvalidError('a hidden edge cannot be reached without relays', { hint: 'ask for a relay' })
  }
}
