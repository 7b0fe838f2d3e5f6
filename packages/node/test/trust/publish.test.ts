import { expect, it, onTestFinished } from 'vitest'
import { until } from '@waystone/kit/testing'
import { SERVICE_KEYS } from '../../src/index.ts'
import { startLocalNode } from '../local-node.ts'
import type { WaystoneNode } from '../../src/index.ts'
import type { TrustAclService } from '@waystone/trust-acl'

const FILE = new TextEncoder().encode(JSON.stringify({ description: 'one', contact: [], entities: [] }))
const serviceOf = ({ libp2p }: WaystoneNode): TrustAclService =>
  libp2p.services[SERVICE_KEYS.trustAcl] as TrustAclService

async function start(entries: { label: string; pubkey: string; trustlevel: 'trusted' }[] = []): Promise<WaystoneNode> {
  const trust = {
    grants: {},
    matrix: {},
    entries,
    mirrors: [],
    rules: { default: 'allow', allow: [], deny: [], files: [], feeds: [] }
  }
  const started = await startLocalNode('seed', { trust } as never)
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  return started.node
}

it('publishes into the DHT; a node whose config names it follows, also through others when the publisher is gone', async () => {
  const publisher = await start()
  const other = await start()
  await other.libp2p.dial(publisher.libp2p.getMultiaddrs())
  await until(() => publisher.libp2p.getPeers().length > 0)
  const service = serviceOf(publisher)
  await expect
    .poll(async () => (await service.publish({ file: FILE, key: 'cluster' })).published, { timeout: 20_000 })
    .toContain('dht')
  const { name } = await service.publish({ file: FILE, key: 'cluster' })
  const entries = [{ label: 'cluster', pubkey: name, trustlevel: 'trusted' as const }]
  const follower = await start(entries)
  await follower.libp2p.dial(publisher.libp2p.getMultiaddrs())
  await follower.libp2p.dial(other.libp2p.getMultiaddrs())
  await until(async () => (await serviceOf(follower).held(name)) !== undefined)
  await serviceOf(follower).fetchEntry('cluster')
  await publisher.stop()
  const late = await start(entries)
  await late.libp2p.dial(other.libp2p.getMultiaddrs())
  await late.libp2p.dial(follower.libp2p.getMultiaddrs())
  await until(async () => (await serviceOf(late).held(name)) !== undefined)
  await until(
    async () =>
      await serviceOf(late)
        .fetchEntry('cluster')
        .then(
          () => true,
          () => false
        )
  )
})
