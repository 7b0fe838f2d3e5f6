import { generateKeyPair } from '@libp2p/crypto/keys'
import { tcp } from '@libp2p/tcp'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { peerIdFromString } from '@libp2p/peer-id'
import { onTestFinished } from 'vitest'
import { allPlugins, startLocalNode } from '../local-node.ts'
import { plain } from './network.ts'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { FetchedTrustFile, TrustAcl } from '@waystone/trust-acl'
import type { ConfigInput, Role } from '../../src/config/schema.ts'
import type { Plugin, PluginContext } from '../../src/index.ts'

export type Rules = ConfigInput['trust']['rules']

export const NO_RULES: Rules = { default: 'allow', allow: [], deny: [], files: [], feeds: [] }

/** A node as operators run it, with what decides in it. */
export interface InsideNode {
  libp2p: Libp2p
  trust: TrustAcl
  /** `FUNCTION SUBJECT: REASON` of what was denied. */
  denied(): string[]
  /** The same of what was closed. */
  closed(): string[]
  /** The same of what was not taken into use. */
  refused(): string[]
}

export async function insideNode(
  role: Role,
  over: Partial<ConfigInput> = {},
  rules = NO_RULES,
  clock?: Clock
): Promise<InsideNode> {
  const made: { context?: PluginContext } = {}
  const probe: Plugin = {
    create: async context => {
      made.context = context
      return undefined
    }
  }
  const trust = {
    grants: {},
    matrix: { 'offer-relay': 'none' as const, 'use-as-relay': 'none' as const },
    entries: [],
    mirrors: [],
    rules
  }
  const started = await startLocalNode(
    role,
    { trust, ...over },
    { plugins: { ...allPlugins, probe }, ...(clock && { clock }) }
  )
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  const { context } = made
  if (context === undefined) throw new Error('the probe was never made')
  const told = (kind: string): string[] =>
    context.audit
      .events()
      .filter(event => event.kind === kind)
      .map(({ function: name = '', subject, reason }) => `${name} ${subject}: ${reason}`)
  return {
    libp2p: started.node.libp2p,
    trust: context.trust,
    denied: () => told('denied'),
    closed: () => told('closed'),
    refused: () => told('refused')
  }
}

/** A peer whose connections come from this loopback IP. */
export async function from(localAddress: string, privateKey?: PrivateKey): Promise<Libp2p> {
  return await plain({
    privateKey: privateKey ?? (await generateKeyPair('Ed25519')),
    // the address is one that sockets are bound to, not one that is dialled
    transports: [tcp({ dialOpts: { localAddress } as object }), circuitRelayTransport()]
  })
}

/** A fetch that brought a file with these nodes. */
export function fetched(nodes: readonly { peer: string; remotes: string[] }[], sequence = 1n): FetchedTrustFile {
  // the trust database takes the word of whoever fetched for it
  const cid = peerIdFromString('12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp').toCID()
  const own = nodes.map(({ peer, remotes }) => ({ label: 'node', peer, contact: [], remotes, remotesStrict: true }))
  const listed = nodes.map(({ peer, remotes }) => ({ pubkey: peer, remotes }))
  const bytes = new TextEncoder().encode(
    JSON.stringify({ description: '', contact: [], entities: [{ nodes: listed }] })
  )
  return {
    file: { description: '', contact: [], entities: [{ entity: 'default', nodes: own }] },
    bytes,
    cid,
    record: new Uint8Array([1]),
    sequence,
    ttl: 86_400_000,
    via: 'rpc'
  }
}

/** The name of a trust file that somebody could publish. */
export async function aName(): Promise<string> {
  return (await generateKeyPair('Ed25519')).publicKey.toCID().toString()
}
