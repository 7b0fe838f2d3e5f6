import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { parseIpnsName, signOffline } from '@waystone/trust-acl/offline'
import { kadProtocol } from '@waystone/wire'
import { SERVICE_KEYS } from '../../src/index.ts'
import { startLocalNode } from '../local-node.ts'
import type { Ed25519PrivateKey, Libp2p } from '@libp2p/interface'
import type { TrustAclService } from '@waystone/trust-acl'

const file = (text: string): Uint8Array => new TextEncoder().encode(text)
const recordsOf = (libp2p: Libp2p): TrustAclService => libp2p.services[SERVICE_KEYS.trustAcl] as TrustAclService

async function record(key: Ed25519PrivateKey, sequence: bigint): Promise<Uint8Array> {
  return await signOffline({ key, file: file(`version ${sequence}`), sequence, now: systemClock.now() })
}

/** So many nodes of one DHT that know each other. */
async function network(count: number): Promise<Libp2p[]> {
  const nodes: Libp2p[] = []
  for (let index = 0; index < count; index++) nodes.push(await join(nodes))
  return nodes
}

async function join(others: readonly Libp2p[]): Promise<Libp2p> {
  const started = await startLocalNode('seed')
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  const { libp2p } = started.node
  await meet(libp2p, others)
  return libp2p
}

async function meet(libp2p: Libp2p, others: readonly Libp2p[]): Promise<void> {
  for (const other of others) await libp2p.dial(other.getMultiaddrs())
  await until(() => others.every(other => knows(libp2p, other) && knows(other, libp2p)))
}

/** Whether one has the other in its routing table. */
function knows({ services }: Libp2p, { peerId }: Libp2p): boolean {
  const { kb } = (services[SERVICE_KEYS.dht] as { routingTable: Table }).routingTable
  return [...kb.toIterable()].some(known => known.peerId.equals(peerId))
}

interface Table {
  kb: { toIterable(): Iterable<{ peerId: { equals(other: unknown): boolean } }> }
}

/** A member of the DHT that takes, keeps and gives whatever it likes. */
async function attacker(others: readonly Libp2p[]): Promise<Libp2p> {
  const libp2p = (await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      ping: ping(),
      [SERVICE_KEYS.dht]: kadDHT({
        protocol: kadProtocol('test'),
        clientMode: false,
        peerInfoMapper: passthroughMapper,
        initialQuerySelfInterval: 1,
        validators: { ipns: async () => {} },
        selectors: { ipns: () => 0 }
      })
    }
  })) as unknown as Libp2p
  onTestFinished(async () => libp2p.stop())
  await meet(libp2p, others)
  return libp2p
}

/** What a node's own part of the DHT gives to others. */
async function given(asking: Libp2p, key: Uint8Array): Promise<Uint8Array[]> {
  const values: Uint8Array[] = []
  const onProgress = ({ type, detail }: { type: string; detail?: unknown }): void => {
    if (type === 'kad-dht:query:value') values.push((detail as { value: Uint8Array }).value)
  }
  await asking.contentRouting.get(key, { onProgress, signal: AbortSignal.timeout(20_000) }).catch(() => {})
  return values
}

it('refuses a rollback: who holds the newer record of a DHT keeps it, and whoever comes new gets it', async () => {
  const honest = await network(4)
  const key = await generateKeyPair('Ed25519')
  const name = parseIpnsName(key.publicKey.toString())
  const [old, newer] = [await record(key, 1n), await record(key, 2n)]
  const [publisher] = honest as [Libp2p, ...Libp2p[]]
  await publisher.contentRouting.put(name.routingKey, old)
  await publisher.contentRouting.put(name.routingKey, newer)
  const villain = await attacker(honest)
  await villain.contentRouting.put(name.routingKey, old)
  const newcomer = await join(honest)
  await meet(newcomer, [villain])
  expect((await recordsOf(newcomer).resolve(name.text)).sequence).toBe(2n)
  // the villain alone still gives the old one; what it sent to the others is nowhere
  const values = await given(newcomer, name.routingKey)
  expect(values.filter(value => Buffer.compare(value, newer) === 0).length).toBeGreaterThanOrEqual(4)
  expect(values.filter(value => Buffer.compare(value, old) === 0).length).toBeLessThanOrEqual(1)
  // and for the one who knows the newer, not even a DHT of villains brings the old one back
  for (const node of honest) await node.stop()
  await expect(recordsOf(newcomer).resolve(name.text)).resolves.toMatchObject({ sequence: 2n })
})

it('refuses an imposter: no record of another key is kept or taken', async () => {
  const honest = await network(3)
  const [key, other] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
  const name = parseIpnsName(key.publicKey.toString())
  const forged = await record(other, 9n)
  const villain = await attacker(honest)
  await villain.contentRouting.put(name.routingKey, forged)
  const newcomer = await join([...honest, villain])
  await expect(recordsOf(newcomer).resolve(name.text)).rejects.toMatchObject({ name: 'IpnsNotFoundError' })
  // kad-dht drops it by our validator: without that it would be here, and stored by the others
  expect(await given(newcomer, name.routingKey)).toEqual([])
  const [publisher] = honest as [Libp2p, ...Libp2p[]]
  await publisher.contentRouting.put(name.routingKey, await record(key, 1n))
  expect((await recordsOf(newcomer).resolve(name.text)).sequence).toBe(1n)
})

it('refuses an imposter also by itself: what a DHT that checks nothing brings is no record of the name', async () => {
  const [key, other] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
  const name = parseIpnsName(key.publicKey.toString())
  const [forged, good] = [await record(other, 9n), await record(key, 1n)]
  const newcomer = await join([])
  believeAll(newcomer)
  const villain = await attacker([newcomer])
  await villain.contentRouting.put(name.routingKey, forged)
  // the forged one does come, and the node's own check of its key and signature is all that stands before it
  expect(await given(newcomer, name.routingKey)).toContainEqual(forged)
  await expect(recordsOf(newcomer).resolve(name.text)).rejects.toMatchObject({ name: 'IpnsNameMismatchError' })
  expect(await recordsOf(newcomer).held(name.text)).toBeUndefined()
  await villain.contentRouting.put(name.routingKey, good)
  expect((await recordsOf(newcomer).resolve(name.text)).sequence).toBe(1n)
})

/** Takes the validators from a node's DHT, which then hands on whatever peers send. */
function believeAll({ services }: Libp2p): void {
  const { validators } = services[SERVICE_KEYS.dht] as { validators: Record<string, unknown> }
  expect(validators['ipns']).toBeTypeOf('function')
  validators['ipns'] = async () => {}
}
