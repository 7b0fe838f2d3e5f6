import { randomBytes } from 'node:crypto'
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { until } from '@waystone/kit/testing'
import { createTestnet } from '../src/index.ts'
import { filesOf, nodeAt, relaysOf } from './services.ts'
import type { TestnetInit } from '../src/index.ts'
import type { WaystoneNode } from '@waystone/node'

const counts = { seeds: 2, relays: 2, edges: 3, hiddenEdges: 1 } satisfies TestnetInit

async function sendBytes(from: WaystoneNode, to: WaystoneNode): Promise<{ path?: string; via?: string | undefined }> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'waystone-testkit-'))
  const [file, bytes] = [join(folder.path, 'map.bin'), randomBytes(100_000)]
  await writeFile(file, bytes)
  const sent = await filesOf(from).send(to.libp2p.peerId, file)
  expect(bytes.equals(await readFile(join(to.config.files.inbox ?? '', sent.storedAs)))).toBe(true)
  return { ...sent.route }
}

describe.each(['memory', 'tcp'] as const)('a network of every role on %s', transports => {
  it('finds a hidden edge at once and carries a file to it over a relay', async () => {
    await using testnet = await createTestnet({ ...counts, transports })
    expect(testnet.nodes.map(node => node.config.role).join()).toBe('seed,seed,relay,relay,edge,edge,edge')
    expect(testnet.nodes.flatMap(node => node.missing())).toEqual([])
    const [edge, hidden] = [nodeAt(testnet.edges, 0), nodeAt(testnet.edges, -1)]

    const { multiaddrs } = await edge.libp2p.peerRouting.findPeer(hidden.libp2p.peerId)
    expect(multiaddrs.length).toBeGreaterThan(0)
    expect(multiaddrs.map(String).filter(address => !address.includes('/p2p-circuit'))).toEqual([])
    expect(await sendBytes(edge, hidden)).toMatchObject({ path: 'relayed' })
  })

  it('carries a file between edges that are not hidden directly', async () => {
    await using testnet = await createTestnet({ transports })
    const [one, other] = [nodeAt(testnet.edges, 0), nodeAt(testnet.edges, 1)]
    expect(await sendBytes(one, other)).toMatchObject({ path: 'direct', transport: transports })
  })

  it('gets the reservation again on a relay that is replaced, and reaches the hidden edge over it alone', async () => {
    await using testnet = await createTestnet({ ...counts, transports })
    const [edge, hidden] = [nodeAt(testnet.edges, 0), nodeAt(testnet.edges, -1)]
    const [old, other] = [nodeAt(testnet.relays, 0), nodeAt(testnet.relays, 1)]
    const relay = await testnet.replace(old)
    expect(relay).not.toBe(old)
    expect(testnet.relays).toEqual([relay, other])

    const id = relay.libp2p.peerId.toString()
    await until(() =>
      relaysOf(hidden)
        .reservations()
        .some(one => one.relay === id && one.state === 'reserved')
    )
    await other.stop()
    await testnet.ready()
    expect(await sendBytes(edge, hidden)).toMatchObject({ path: 'relayed', via: id })
  })

  it('replaces a seed by one with the same key, addresses and datastore, to which all others return', async () => {
    await using testnet = await createTestnet({ seeds: 2, edges: 1, transports })
    const [old, edge] = [nodeAt(testnet.seeds, 0), nodeAt(testnet.edges, 0)]
    const metadata = { colour: new TextEncoder().encode('blue') }
    await old.libp2p.peerStore.merge(edge.libp2p.peerId, { metadata })
    const seed = await testnet.replace(old)
    await testnet.ready()

    expect(seed.libp2p.peerId.equals(old.libp2p.peerId)).toBe(true)
    expect(edge.config.seeds).toContain(seed.libp2p.getMultiaddrs().join())
    const known = await seed.libp2p.peerStore.get(edge.libp2p.peerId)
    expect(new TextDecoder().decode(known.metadata.get('colour'))).toBe('blue')
    expect(seed.libp2p.getConnections(edge.libp2p.peerId).length).toBeGreaterThan(0)
  })
})

it.each(['ws', 'quic'] as const)('runs on %s', async transports => {
  await using testnet = await createTestnet({ ...counts, transports })
  const [edge, hidden] = [nodeAt(testnet.edges, 0), nodeAt(testnet.edges, -1)]
  const connection = await edge.libp2p.dial(hidden.libp2p.peerId)
  expect(connection.remoteAddr.toString()).toMatch(transports === 'ws' ? /\/ws\// : /\/quic-v1\//)
})

it('has the same identities for the same random seed, in one process at one time, and no others in common', async () => {
  const small = { seeds: 1, relays: 1, edges: 1 } satisfies TestnetInit
  await using one = await createTestnet(small)
  await using same = await createTestnet({ ...small, randomSeed: 1 })
  await using other = await createTestnet({ ...small, randomSeed: 2 })
  const [ids, sameIds, otherIds] = [one, same, other].map(({ nodes }) => nodes.map(node => String(node.libp2p.peerId)))
  expect(sameIds).toEqual(ids)
  expect(new Set([...(ids ?? []), ...(otherIds ?? [])]).size).toBe(6)
})

it('sets config keys of a role over its own', async () => {
  await using testnet = await createTestnet({ config: { edge: { 'files.maxFileSize': '1MiB' } } })
  expect(testnet.edges.map(edge => edge.config.files.maxFileSize)).toEqual([1_048_576, 1_048_576])
})

it('is ready although the seeds cannot dial an address of an edge', async () => {
  const listen = '/memory/an-edge-of-two-kinds,/ip4/127.0.0.1/tcp/0/ws'
  const config = { edge: { 'addresses.listen': listen, 'transports.ws': 'true' } }
  await using testnet = await createTestnet({ edges: 1, config })
  expect(nodeAt(testnet.edges, 0).libp2p.getMultiaddrs()).toHaveLength(2)
})
