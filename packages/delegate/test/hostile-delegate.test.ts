import { DelegateService } from '@waystone/wire/delegate'
import { ManualClock, until } from '@waystone/kit/testing'
import { afterEach, describe, expect, it } from 'vitest'
import {
  cleanUp,
  collect,
  delegateNode,
  errorOf,
  expiredRecord,
  falseDelegate,
  folder,
  oneRecord,
  rawBlock,
  recordsOf
} from './nodes.ts'
import type { ServiceImpl } from '@connectrpc/connect'
import type { DelegateInit } from '../src/index.ts'
import type { Served } from './nodes.ts'

afterEach(cleanUp)

type Answers = Partial<ServiceImpl<typeof DelegateService>>

async function clientOf(answers: Answers, init: Partial<DelegateInit> = {}): Promise<Served> {
  const liar = await falseDelegate(answers)
  return await delegateNode({ use: liar.getMultiaddrs(), ...init })
}

const wanted = await rawBlock(new Uint8Array([1, 2, 3]))
const part = (
  data: Uint8Array,
  cid = wanted.cid.bytes,
  last = true
): { cid: Uint8Array; data: Uint8Array; last: boolean } => ({
  cid,
  data,
  last
})

async function fetchFails(answers: Answers['fetch'], cid = wanted.cid): Promise<string[]> {
  const { node } = await clientOf({ fetch: answers! })
  const error = await errorOf(collect(node.services.delegate.fetch(cid)))
  const again = await errorOf(collect(node.services.delegate.fetch(cid)))
  return [error.name, error.cause?.name ?? '', error.cause?.message ?? '', again.name]
}

describe('a delegate that sends wrong blocks', () => {
  const [MANY] = [new Uint8Array(65_536)]

  it.each<[string, NonNullable<Answers['fetch']>, RegExp]>([
    [
      'other bytes',
      async function* () {
        yield part(new Uint8Array([9]))
      },
      /other bytes/
    ],
    [
      'another block',
      async function* () {
        yield part(wanted.bytes, new Uint8Array([1, 85, 0, 0]))
      },
      /another block/
    ],
    ['nothing', async function* () {}, /ended before/],
    [
      'an endless block',
      async function* () {
        for (;;) yield part(MANY, wanted.cid.bytes, false)
      },
      /longer than 2 MiB/
    ],
    [
      'endless empty parts',
      async function* () {
        for (;;) yield part(new Uint8Array(), wanted.cid.bytes, false)
      },
      /empty part/
    ],
    [
      'a large part',
      async function* () {
        yield part(new Uint8Array(70_000))
      },
      /longer than 64 KiB/
    ]
  ])('%s: is found out, dropped and not asked again', async (_what, answers, how) => {
    const [name, cause, message, again] = await fetchFails(answers)
    expect([name, cause, again]).toEqual(['DelegatesFailedError', 'DelegateLiedError', 'NoDelegateError'])
    expect(message).toMatch(how)
  })

  it('ends the call at the first wrong block of a DAG, and gives out what was right before', async () => {
    const [root, a, b] = await folder({ a: new Uint8Array([1]), b: new Uint8Array([2]) })
    let ended = false
    const { node } = await clientOf({
      async *fetch() {
        try {
          yield part(root!.bytes, root!.cid.bytes)
          yield part(a!.bytes, a!.cid.bytes)
          for (;;) yield part(new Uint8Array([7]), b!.cid.bytes)
        } finally {
          ended = true
        }
      }
    })
    const got: string[] = []
    const work = (async () => {
      for await (const { cid } of node.services.delegate.fetch(root!.cid)) got.push(cid.toString())
    })()
    expect((await errorOf(work)).cause?.name).toBe('DelegateLiedError')
    expect(got).toEqual([root!.cid.toString(), a!.cid.toString()])
    await until(() => ended)
  })

  it('is asked again after ten minutes', async () => {
    const clock = new ManualClock()
    let lie = true
    const { node } = await clientOf(
      {
        async *fetch() {
          yield part(lie ? new Uint8Array([9]) : wanted.bytes)
        }
      },
      { clock }
    )
    expect((await errorOf(collect(node.services.delegate.fetch(wanted.cid)))).cause?.name).toBe('DelegateLiedError')
    lie = false
    await clock.advance(599_000)
    expect((await errorOf(collect(node.services.delegate.fetch(wanted.cid)))).name).toBe('NoDelegateError')
    await clock.advance(1_000)
    expect(await collect(node.services.delegate.fetch(wanted.cid))).toHaveLength(1)
  })
})

describe('a delegate that never answers', () => {
  const never = async (): Promise<never> => await new Promise<never>(() => {})
  const neverAny = async function* (): AsyncGenerator<never> {
    yield await never()
  }

  it('is given up after 25 s, and the next one is asked', async () => {
    const clock = new ManualClock()
    const [silent, good] = [
      await falseDelegate({
        fetch: neverAny
      }),
      await delegateNode({ serve: true })
    ]
    good.content.add(wanted)
    const client = await delegateNode({ clock, use: [...silent.getMultiaddrs(), ...good.node.getMultiaddrs()] })
    const blocks = collect(client.node.services.delegate.fetch(wanted.cid))
    await until(() => clock.pending > 0 && client.node.getConnections().length > 0)
    await clock.advance(25_000)
    expect(await blocks).toEqual([wanted])
  })

  it.each(['resolve', 'findPeer', 'findProviders', 'fetch'] as const)(
    'does not keep a caller of %s who gives up',
    async what => {
      const { node } = await clientOf({
        resolveIpns: never,
        findPeer: never,
        findProviders: neverAny,
        fetch: neverAny
      })
      const { name } = await oneRecord()
      const { delegate } = node.services
      const signal = AbortSignal.timeout(200)
      const work = {
        resolve: async () => await delegate.resolve(name, { signal }),
        findPeer: async () => await delegate.findPeer((await delegateNode()).node.peerId, { signal }),
        findProviders: async () => await collect(delegate.findProviders(wanted.cid, { signal })),
        fetch: async () => await collect(delegate.fetch(wanted.cid, { signal }))
      }[what]
      expect((await errorOf(work())).name).toBe('TimeoutError')
    }
  )
})

describe('a delegate that sends wrong records', () => {
  it('is dropped for a record of another key, a broken one and none', async () => {
    const [[right], [other]] = [await recordsOf(1n), await recordsOf(1n)]
    const clock = new ManualClock()
    let record = right!.record
    const { node } = await clientOf({ resolveIpns: () => ({ record }) }, { clock })
    const { delegate } = node.services
    await delegate.resolve(right!.name)
    for (record of [other!.record, right!.record.slice(1), new Uint8Array(), new Uint8Array(10_241)]) {
      expect((await errorOf(delegate.resolve(right!.name))).cause?.name).toBe('DelegateLiedError')
      expect((await errorOf(delegate.resolve(right!.name))).name).toBe('NoDelegateError')
      await clock.advance(600_000)
    }
  })

  it('is no liar for a record that has just ended, and is asked again', async () => {
    const { name, record } = await expiredRecord()
    const { node } = await clientOf({ resolveIpns: () => ({ record }) })
    for (let time = 0; time < 2; time++) {
      expect((await errorOf(node.services.delegate.resolve(name))).cause?.name).toBe('IpnsExpiredError')
    }
  })

  it('is not believed an older record than one that was seen', async () => {
    const [older, newer] = await recordsOf(4n, 5n)
    let now = newer!
    const { node } = await clientOf({ resolveIpns: () => ({ record: now.record }) })
    expect((await node.services.delegate.resolve(newer!.name)).sequence).toBe(5n)
    now = older!
    expect((await errorOf(node.services.delegate.resolve(newer!.name))).cause?.name).toBe('IpnsOlderError')
  })
})

describe('a delegate that sends garbage for peers', () => {
  it('gives a hundred providers of ten thousand, without the addresses that cannot be theirs', async () => {
    const { node: other } = await delegateNode()
    const someone = (await delegateNode()).node.peerId
    const peer = other.peerId.toMultihash().bytes
    let sent = 0
    const addresses = [
      '/ip4/127.0.0.1/tcp/1',
      'garbage',
      '',
      `/ip4/1.2.3.4/tcp/1/p2p/${someone.toString()}`,
      'x'.repeat(9_999)
    ]
    const { node } = await clientOf({
      async *findProviders() {
        for (; sent < 10_000; sent++)
          yield { provider: { peer: sent === 0 ? peer : someone.toMultihash().bytes, addresses } }
      }
    })
    const found = await collect(node.services.delegate.findProviders(wanted.cid))
    expect(found.map(({ id }) => id.toString())).toEqual([other.peerId.toString(), someone.toString()])
    expect(found[0]!.multiaddrs.map(String)).toEqual(['/ip4/127.0.0.1/tcp/1'])
    expect(sent).toBeLessThan(10_000)
  })

  it('is dropped for another peer than the one asked for, and for what is none', async () => {
    const [asked, other] = [(await delegateNode()).node.peerId, (await delegateNode()).node.peerId]
    for (const peer of [other.toMultihash().bytes, new Uint8Array([1, 2, 3]), new Uint8Array(100_000)]) {
      const { node } = await clientOf({ findPeer: () => ({ peer: { peer, addresses: [] } }) })
      expect((await errorOf(node.services.delegate.findPeer(asked))).cause?.name).toBe('DelegateLiedError')
    }
  })
})
