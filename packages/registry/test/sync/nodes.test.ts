import { ManualClock, until } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { equals } from '../../src/index.ts'
import { SeedNode, startSeed, TestTrust } from '../nodes.ts'
import { newKey } from '../store/records.ts'

function same(...nodes: SeedNode[]): boolean {
  return new Set(nodes.map(({ digest }) => digest)).size === 1
}

async function subscribed(from: SeedNode, to: SeedNode): Promise<void> {
  await until(async () => {
    await from.register(await newKey())
    return to.store.state().records > 0
  })
}

describe('seeds that are connected', () => {
  it('compare at once, and hold the same', async () => {
    const [a, b] = [await startSeed({ gossip: false }), await startSeed({ gossip: false })]
    await a.register(await newKey())
    await b.register(await newKey())
    await a.connect(b)
    await until(() => a.store.state().records === 2 && same(a, b))
    expect(a.sync.partners()).toMatchObject([{ connected: true }])
    await until(() => a.sync.partners()[0]?.agreedAt !== undefined)
  })

  it('tell each other of changes without comparing', async () => {
    // a clock that stands still: nothing is compared but at the connection
    const still = { clock: new ManualClock() }
    const [a, b, c] = [await startSeed(), await startSeed(still), await startSeed(still)]
    await a.connect(b)
    await b.connect(c)
    await subscribed(a, b)
    await subscribed(b, c)
    const key = await newKey()
    await a.register(key, { key: 'last' })
    const name = a.store.state().records
    expect(name).toBeGreaterThan(0)
    await until(async () => {
      const { records } = await c.store.query({ kind: 'rendezvous', limit: 200 })
      return records.some(({ signed }) => Buffer.from(signed).includes('last'))
    })
  })

  it('hold the same again after they were cut off from each other', async () => {
    const nodes = [await startSeed(), await startSeed(), await startSeed()] as const
    const [a, b, c] = nodes
    await a.connect(b)
    await b.connect(c)
    await a.register(await newKey())
    await until(() => c.store.state().records === 1)
    await b.cut(a)
    await until(() => a.libp2p.getConnections().length === 0)
    const key = await newKey()
    await a.register(key)
    await c.register(key, { sequence: 2 })
    await c.register(await newKey())
    await until(() => same(b, c) && b.store.state().records === 3)
    await a.connect(b)
    await until(() => same(...nodes))
    expect(a.store.state().records).toBe(3)
  })
})

describe('peers without the function registry-sync', () => {
  it('are not compared with, and are told nothing, until they have it', async () => {
    const trust = new TestTrust()
    const [a, b] = [await startSeed({ trust }), await startSeed()]
    trust.deny(b.libp2p.peerId, 'registry-sync')
    await a.register(await newKey())
    await b.register(await newKey())
    await a.connect(b)
    await until(() => b.sync.partners()[0]?.failure !== undefined)
    expect(b.sync.partners()[0]?.failure).toContain('registry-sync')
    expect([a.store.state().records, b.store.state().records]).toEqual([1, 1])
    expect(a.sync.partners()).toEqual([])
    trust.allow(b.libp2p.peerId, 'registry-sync')
    await until(() => same(a, b))
  })

  it('lose what they have when they lose the function', async () => {
    const trust = new TestTrust()
    const [a, b, c] = [await startSeed({ trust }), await startSeed(), await startSeed()]
    await a.connect(b)
    await c.connect(b)
    await subscribed(b, a)
    trust.deny(b.libp2p.peerId, 'registry-sync')
    expect(a.sync.partners()).toMatchObject([{ connected: false }])
    await b.register(await newKey(), { key: 'later' })
    // it has gone out to everybody that it goes out to
    await until(async () => await hasLater(c))
    expect(await hasLater(a)).toBe(false)
  })
})

async function hasLater({ store }: SeedNode): Promise<boolean> {
  return (await store.query({ kind: 'rendezvous', filter: equals('key', 'later'), limit: 1 })).records.length > 0
}
