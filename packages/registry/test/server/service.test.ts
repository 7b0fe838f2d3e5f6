import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { RecordedMetrics, until } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { systemClock } from '@waystone/kit'
import { describeRpcFailure, rpc } from '@waystone/rpc'
import { RegistryService } from '@waystone/wire/registry'
import { createLibp2p } from 'libp2p'
import { describe, expect, it, onTestFinished } from 'vitest'
import { signRecord } from '../../src/index.ts'
import { equals, not } from '../../src/filter.ts'
import { registryServer } from '../../src/server.ts'
import { LIMITS, meeting, newKey } from '../store/records.ts'
import type { PrivateKey } from '@libp2p/interface'
import type { TrustPolicy } from '@waystone/interface'
import type { Filter } from '@waystone/wire/registry'

async function startNode(privateKey: PrivateKey, trust: TrustPolicy, path?: string, metrics = new RecordedMetrics()) {
  const node = await createLibp2p({
    privateKey,
    metrics: () => metrics.toMetrics(),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      rpc: rpc({ trust }),
      registryServer: registryServer({ trust, limits: LIMITS, path })
    }
  })
  onTestFinished(async () => await node.stop())
  return node
}

const allowing = (...functions: string[]): TrustPolicy => ({
  decide: (_subject, name) => ({ allow: functions.includes(name), reason: 'a test says so' })
})

describe('the service', () => {
  it('takes records and answers over the network, for whoever may', async () => {
    const trust = allowing('registry-query', 'registry:rendezvous')
    const [serverKey, key] = [await newKey(), await newKey()]
    const server = await startNode(serverKey, trust)
    const peer = await startNode(key, trust)
    const client = peer.services.rpc.client(RegistryService, server.getMultiaddrs())
    const expiry = systemClock.now() + 600_000
    const fields = { kind: 'rendezvous', key: 'chess', sequence: 1, expiry, payload: meeting() }
    const { results } = await client.register({ records: [await signRecord(key, fields)] })
    expect(results.map(({ error }) => error)).toEqual([''])
    expect((await client.query({ kind: 'rendezvous' })).records).toHaveLength(1)
    const { store } = await server.services.registryServer.opened()
    expect(store.state().records).toBe(1)
    expect(server.services.registryServer.state()).toEqual(store.state())
  })

  it.each(['ends its watches', 'vanishes'])('keeps no watch of whoever %s without reading what comes', async how => {
    const trust = allowing('registry-query')
    const server = await startNode(await newKey(), trust)
    const peer = await startNode(await newKey(), trust)
    const client = peer.services.rpc.client(RegistryService, server.getMultiaddrs())
    const ending = new AbortController()
    const begin = async (signal: AbortSignal): Promise<unknown> => {
      const changes = client.watch({}, { signal })[Symbol.asyncIterator]()
      const first = await changes.next().catch((error: unknown) => describeRpcFailure(error).name)
      return typeof first === 'string' ? first : first.value?.change.case
    }
    expect(await Promise.all(Array.from({ length: 8 }, async () => await begin(ending.signal)))).toEqual(
      Array(8).fill('current')
    )
    expect(await begin(ending.signal)).toBe('TooManyWatchersError')
    if (how === 'vanishes') for (const connection of peer.getConnections()) connection.abort(new Error('gone'))
    else ending.abort()
    await until(async () => (await begin(new AbortController().signal)) === 'current')
  })

  it('answers nobody who may not ask', async () => {
    const server = await startNode(await newKey(), allowing())
    const peer = await startNode(await newKey(), allowing())
    const client = peer.services.rpc.client(RegistryService, server.getMultiaddrs())
    const calls = [
      client.query({ kind: 'rendezvous' }),
      client.listKinds({}),
      client.watch({})[Symbol.asyncIterator]().next()
    ]
    // all at once: one that fails while another is waited for would be nobody's
    const failures = await Promise.all(calls.map(async call => await call.catch(describeRpcFailure)))
    expect(failures).toMatchObject(calls.map(() => ({ name: 'PermissionDenied' })))
  })

  it('refuses a filter nested 1,000 deep by name, counts it, and goes on', async () => {
    const metrics = new RecordedMetrics()
    const server = await startNode(await newKey(), allowing('registry-query'), undefined, metrics)
    const peer = await startNode(await newKey(), allowing())
    const client = peer.services.rpc.client(RegistryService, server.getMultiaddrs())
    const filter = Array.from({ length: 1_000 }).reduce<Filter>(not, equals('namespace', 'a'))
    const request = { kind: 'rendezvous', filter }
    const calls = [client.query(request), client.watch(request)[Symbol.asyncIterator]().next()]
    const failures = await Promise.all(calls.map(async call => await call.catch(describeRpcFailure)))
    expect(failures).toMatchObject(calls.map(() => ({ name: 'RequestUnreadableError', hint: expect.any(String) })))
    expect((await client.query({ kind: 'rendezvous' })).records).toEqual([])
    await until(() => metrics.count('waystone_rpc_calls_total', 'invalid_argument') === 2)
    expect(metrics.count('waystone_rpc_calls_total', 'internal')).toBe(0)
  })

  it('is kept in memory when its file cannot be used, and the node goes on', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'registry.db')
    await mkdir(path)
    const server = await startNode(await newKey(), allowing('registry-query'), path)
    expect((await server.services.registryServer.opened()).store.state().records).toBe(0)
  })

  it('may be started again', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'registry.db')
    const server = await startNode(await newKey(), allowing(), path)
    const { registryServer: service } = server.services
    await service.opened()
    await server.stop()
    // whoever comes late does not open it once more, to be left open
    await expect(service.opened()).rejects.toMatchObject({ name: 'RegistryClosedError' })
    expect(service.state()).toBeUndefined()
    await server.start()
    expect((await service.opened()).store.state().records).toBe(0)
  })
})
