import { ManualClock, until } from '@waystone/kit/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { DelegateService } from '@waystone/wire/delegate'
import { describeRpcFailure } from '@waystone/rpc'
import { cleanUp, collect, delegateNode, errorOf, folder, pair, rawBlock, recordsOf } from './nodes.ts'

afterEach(cleanUp)

describe('a thin client', () => {
  it('fetches a DAG depth first, each block once, in parts', async () => {
    const { server, client } = await pair()
    const big = new Uint8Array(200_000).fill(7)
    const blocks = await folder({ a: big, b: new Uint8Array([1]), c: big, empty: new Uint8Array() })
    for (const block of blocks) server.content.add(block)
    const got = await collect(client.node.services.delegate.fetch(blocks[0]!.cid))
    expect(got.map(({ cid }) => cid.toString())).toEqual(
      [blocks[0]!, blocks[1]!, blocks[2]!, blocks[4]!].map(({ cid }) => cid.toString())
    )
    expect(await collect(client.node.services.delegate.fetch(blocks[0]!.cid, { oneBlock: true }))).toHaveLength(1)
  })

  it('is refused more bytes than it asked for, at both ends', async () => {
    const { server, client } = await pair()
    const block = await rawBlock(new Uint8Array(1_000))
    server.content.add(block)
    const error = await errorOf(collect(client.node.services.delegate.fetch(block.cid, { maxBytes: 999 })))
    expect(describeRpcFailure(error.cause)).toMatchObject({ name: 'FetchTooLargeError' })
  })

  it('resolves and puts records, also by the routing of libp2p', async () => {
    const { server, client } = await pair()
    const [first, second] = await recordsOf(1n, 2n)
    await client.node.services.delegate.putIpns(first!.name, first!.record)
    expect((await server.records.held(first!.name))?.sequence).toBe(1n)
    const key = new Uint8Array([...new TextEncoder().encode('/ipns/'), ...first!.bytes])
    await client.node.contentRouting.put(key, second!.record)
    expect(await client.node.contentRouting.get(key)).toEqual(second!.record)
    expect(await client.node.services.delegate.resolve(first!.name)).toMatchObject({ sequence: 2n })
    const other = new TextEncoder().encode('/pk/x')
    expect((await errorOf(client.node.contentRouting.get(other))).name).toBe('AggregateError')
  })

  it('is found by another one through what it announced', async () => {
    const { server, client } = await pair()
    const block = await rawBlock(new Uint8Array([1, 2]))
    server.content.add(block)
    await client.node.contentRouting.provide(block.cid)
    expect(server.content.asked).toContain(`${block.cid.toString()} ${client.node.peerId.toString()}`)
    const other = await delegateNode({ use: server.node.getMultiaddrs() })
    const [provider] = await collect(other.node.contentRouting.findProviders(block.cid))
    expect(provider?.id.toString()).toBe(client.node.peerId.toString())
    expect(provider?.multiaddrs.length).toBeGreaterThan(0)
  })

  it('announces nobody but itself', async () => {
    const { server, client } = await pair()
    const { cid } = await rawBlock(new Uint8Array([3]))
    const stranger = (await delegateNode()).node.getMultiaddrs().map(String)
    const rpcClient = client.node.services.rpc.client(DelegateService, server.node.getMultiaddrs())
    expect(await rpcClient.provide({ cid: cid.bytes, addresses: stranger })).toMatchObject({ copied: false })
    const [provider] = await collect(server.node.contentRouting.findProviders(cid))
    expect(provider).toMatchObject({ id: client.node.peerId, multiaddrs: [] })
  })

  it('is told by name what it sent wrong', async () => {
    const { server, client } = await pair()
    const rpcClient = client.node.services.rpc.client(DelegateService, server.node.getMultiaddrs())
    const bytes = new Uint8Array([255, 255, 255])
    const names = [
      rpcClient.resolveIpns({ name: bytes }),
      rpcClient.putIpns({ name: bytes, record: bytes }),
      rpcClient.provide({ cid: bytes }),
      rpcClient.findPeer({ peer: bytes }),
      collect(rpcClient.findProviders({ cid: bytes })),
      collect(rpcClient.fetch({ cid: new Uint8Array(100_000) }))
    ].map(async call => describeRpcFailure(await errorOf(call)).name)
    expect(await Promise.all(names)).toEqual([
      'IpnsInvalidError',
      'IpnsInvalidError',
      'CidUnsupportedError',
      'PeerInvalidError',
      'CidUnsupportedError',
      'CidUnsupportedError'
    ])
  })

  it('needs a function for each method', async () => {
    const { server, client } = await pair()
    const { cid } = await rawBlock(new Uint8Array([3]))
    server.trust.denied.add('remote-fetch-cid')
    const error = await errorOf(collect(client.node.services.delegate.fetch(cid)))
    expect(error.message).toContain('this needs the function remote-fetch-cid')
    const { peerId } = client.node
    expect(error).toMatchObject({
      hint: expect.stringContaining(`waystone trust add thin ${peerId.toString()} --level`)
    })
    await collect(client.node.services.delegate.findProviders(cid))
    expect(server.trust.asked).toEqual(['remote-fetch-cid', 'remote-fetch-dht'])
  })

  it('asks the next delegate when one does not know, and gets no block twice', async () => {
    const [one, two] = [await delegateNode({ serve: true }), await delegateNode({ serve: true })]
    const blocks = await folder({ a: new Uint8Array([1]), b: new Uint8Array([2]) })
    for (const block of blocks) two.content.add(block)
    one.content.add(blocks[0]!)
    one.content.add(blocks[1]!)
    const use = [...one.node.getMultiaddrs(), ...two.node.getMultiaddrs()]
    const client = await delegateNode({ use })
    expect(await collect(client.node.services.delegate.fetch(blocks[0]!.cid))).toHaveLength(3)
  })
})

describe('a quota', () => {
  it('of calls ends with a hint, and comes back with time', async () => {
    const clock = new ManualClock()
    const quotas = { advanced: { callsPerMinute: 2, bytesPerHour: 100 } }
    const { server, client } = await pair({ clock, quotas })
    const block = await rawBlock(new Uint8Array(1))
    server.content.add(block)
    const { delegate } = client.node.services
    for (let call = 0; call < 2; call++) await collect(delegate.fetch(block.cid))
    const refused = describeRpcFailure((await errorOf(collect(delegate.fetch(block.cid)))).cause)
    expect(refused).toMatchObject({ name: 'QuotaExceededError', message: 'the quota of calls is used up' })
    expect(refused.hint).toContain('try again in 30 s')
    await clock.advance(30_000)
    expect(await collect(delegate.fetch(block.cid))).toHaveLength(1)
  })

  it('of bytes ends a stream in the middle', async () => {
    const { server, client } = await pair({ quotas: { advanced: { callsPerMinute: 9, bytesPerHour: 300 } } })
    const blocks = await folder({ a: new Uint8Array(50), b: new Uint8Array(500) })
    for (const block of blocks) server.content.add(block)
    const got: unknown[] = []
    const work = (async () => {
      for await (const block of client.node.services.delegate.fetch(blocks[0]!.cid)) got.push(block)
    })()
    expect(describeRpcFailure((await errorOf(work)).cause)).toMatchObject({ name: 'QuotaExceededError' })
    expect(got).toHaveLength(2)
  })

  it('is that of the level, and nobody without one gets anything', async () => {
    const { server, client } = await pair()
    server.trust.level = 'peer'
    const { cid } = await rawBlock(new Uint8Array(1))
    const error = await errorOf(collect(client.node.services.delegate.fetch(cid)))
    expect(describeRpcFailure(error.cause).name).toBe('QuotaExceededError')
  })
})

it('a client that never reads is sent no more than a window', async () => {
  const { server, client } = await pair()
  const blocks = await folder(
    Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}`, new Uint8Array(500_000).fill(index)]))
  )
  for (const block of blocks) server.content.add(block)
  const rpcClient = client.node.services.rpc.client(DelegateService, server.node.getMultiaddrs())
  const answer = rpcClient.fetch({ cid: blocks[0]!.cid.bytes })[Symbol.asyncIterator]()
  await answer.next()
  await until(() => server.content.asked.length > 3)
  const before = server.content.asked.length
  expect(before).toBeLessThan(30)
  await answer.return?.()
})

it('starts and stops again', async () => {
  const { client } = await pair()
  await client.node.stop()
  await client.node.stop()
  await client.node.start()
  expect(client.node.services.delegate.using).toBe(true)
  const alone = await delegateNode()
  expect(alone.node.services.delegate.using).toBe(false)
  expect((await errorOf((async () => await alone.node.services.delegate.resolve('k51'))())).name).toBe(
    'NoDelegateError'
  )
})
