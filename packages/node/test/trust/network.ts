import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { systemClock } from '@waystone/kit'
import { Enforcement, TrustEnforcer } from '@waystone/trust-acl'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import { ChangingTrust } from './changing-trust.ts'
import type { CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { Libp2p } from '@libp2p/interface'
import type { TrustEnforcerInit } from '@waystone/trust-acl'
import type { Libp2pOptions } from 'libp2p'

type Components = ConstructorParameters<typeof TrustEnforcer>[0]

export interface GuardedNode {
  node: Libp2p
  trust: ChangingTrust
  enforcer: TrustEnforcer
  /** What was closed, with the function that was lost. */
  closed: string[]
  /** Present where there is a relay service. */
  relay: CircuitRelayService | undefined
}

export interface GuardedInit {
  relay?: boolean
  workers?: TrustEnforcerInit['workers']
  listen?: string[]
}

/** A libp2p node that asks a trust of the test's about everything. */
export async function guarded({
  relay = false,
  workers,
  listen = ['/ip4/127.0.0.1/tcp/0']
}: GuardedInit = {}): Promise<GuardedNode> {
  const trust = new ChangingTrust()
  const closed: string[] = []
  const audit = {
    add: ({ subject, function: name }: { subject: string; function?: string }) => void closed.push(`${name} ${subject}`)
  }
  const enforcement = new Enforcement({ trust, audit })
  const parts: { relay?: CircuitRelayService; enforcer?: TrustEnforcer } = {}
  const init: TrustEnforcerInit = {
    trust,
    enforcement,
    clock: systemClock,
    audit,
    reservations: () => parts.relay?.reservations,
    workers
  }
  const services = {
    identify: identify(),
    enforcer: (components: Components) => (parts.enforcer = new TrustEnforcer(components, init)),
    ...(relay && { relay: circuitRelayServer({ reservations: { applyDefaultLimit: false } }) })
  }
  const node = await plain({ services, connectionGater: enforcement, addresses: { listen } })
  if (relay) parts.relay = (node.services as unknown as { relay: CircuitRelayService }).relay
  if (parts.enforcer === undefined) throw new Error('libp2p made no enforcer')
  return { node, trust, enforcer: parts.enforcer, closed, relay: parts.relay }
}

/** A libp2p node that asks nobody. */
export async function plain(init: Partial<Libp2pOptions<Record<string, unknown>>> = {}): Promise<Libp2p> {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxEarlyStreams: 2000 })],
    connectionManager: { inboundConnectionThreshold: Infinity },
    services: { identify: identify() },
    ...init
  })
  onTestFinished(async () => node.stop())
  return node
}
