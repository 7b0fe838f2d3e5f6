import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import { SERVICE_KEYS } from '../../src/index.ts'
import { allPlugins, startLocalNode } from '../local-node.ts'
import type { Libp2p } from '@libp2p/interface'
import type { ContentStore } from '@waystone/interface'
import type { AuditLog, TrustAcl, TrustAclService } from '@waystone/trust-acl'
import type { ConfigInput, Role } from '../../src/config/schema.ts'
import type { Plugin, PluginContext } from '../../src/index.ts'

/** A whole node, and what of it deals with trust files. */
export interface FollowerNode {
  libp2p: Libp2p
  trust: TrustAcl
  audit: AuditLog
  fetches: NonNullable<PluginContext['fetches']>
  records: TrustAclService
  content: ContentStore
}

export interface FollowerInit {
  role?: Role
  /** Followed under the label `cluster`. */
  name?: string
  mirrors?: string[]
  grants?: ConfigInput['trust']['grants']
}

/** Starts a node; it stops when the test ends. */
export async function follower({
  role = 'seed',
  name,
  mirrors = [],
  grants = {}
}: FollowerInit = {}): Promise<FollowerNode> {
  const entries = name === undefined ? [] : [{ label: 'cluster', pubkey: name, trustlevel: 'trusted' as const }]
  const rules = { default: 'allow' as const, allow: [], deny: [], files: [], feeds: [] }
  const made: { context?: PluginContext } = {}
  const probe: Plugin = { create: async context => void (made.context = context) }
  const started = await startLocalNode(
    role,
    { trust: { grants, matrix: {}, entries, mirrors, rules } },
    { plugins: { ...allPlugins, probe } }
  )
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  const { libp2p } = started.node
  const { context } = made
  if (context?.fetches === undefined) throw new TypeError('the node was not made')
  return {
    libp2p,
    trust: context.trust,
    audit: context.audit,
    fetches: context.fetches,
    records: libp2p.services[SERVICE_KEYS.trustAcl] as TrustAclService,
    content: libp2p.services[SERVICE_KEYS.content] as ContentStore
  }
}

export async function connect(from: FollowerNode, ...others: FollowerNode[]): Promise<void> {
  for (const { libp2p } of others) await from.libp2p.dial(libp2p.getMultiaddrs())
}

/** What the file that is in use says of itself. */
export function inUse({ trust }: FollowerNode): string | undefined {
  return trust.fileOf(trust.entry('cluster')?.pubkey ?? '')?.file.description
}

/** An HTTPS mirror's heir on loopback, which gives records by name. */
export async function mirrorOf(records: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    const record = records[url.split('/').at(-1) ?? '']
    if (record === undefined) response.writeHead(404).end()
    else response.setHeader('content-type', 'application/vnd.ipfs.ipns-record').end(record)
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('no port')
  return `http://127.0.0.1:${address.port}`
}
