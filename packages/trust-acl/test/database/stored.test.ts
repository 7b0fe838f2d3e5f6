import * as fc from 'fast-check'
import { Key } from 'interface-datastore'
import { describe, expect, test } from 'vitest'
import { MemoryDatastore } from 'datastore-core'
import { decodeEntry, decodeFile, encodeFile } from '../../src/database/rows.ts'
import { TrustStore } from '../../src/database/store.ts'
import { aName, aPeer, DAY, fetchedFile, openAcl } from '../people.ts'

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

test('a broken row is reported and skipped, the rest is used', async () => {
  await using made = await openAcl()
  const [peer, other, name] = [await aPeer(), await aPeer(), await aName()]
  await made.acl.add({ label: 'good', pubkey: peer.toString(), trustlevel: 'trusted' })
  await made.acl.add({ label: 'file', pubkey: name, trustlevel: 'trusted' })
  await made.acl.setFile(name, fetchedFile([{ peer: other }]))
  const good = await made.datastore.get(new Key(`/trust/entry/${peer.toString()}`))
  const rows: [string, Uint8Array][] = [
    ['/trust/entry/a', new Uint8Array([0xff])],
    ['/trust/entry/b', text({ label: 'b' })],
    ['/trust/entry/c', good],
    ['/trust/entry/d', new Uint8Array(1_000_000)],
    [`/trust/file/${name}`, text('no head')],
    ['/trust/later/x', text('of a later version')]
  ]
  for (const [key, value] of rows) await made.datastore.put(new Key(key), value)
  const { faults } = await new TrustStore(made.datastore).load()
  expect(faults.map(fault => fault.split(' ')[0])).toEqual([
    '/entry/a',
    '/entry/b',
    '/entry/c',
    '/entry/d',
    `/file/${name}`
  ])
  await made.acl.close()
  await using again = await openAcl({ ...made })
  expect(
    again.acl
      .entries()
      .map(({ label }) => label)
      .sort()
  ).toEqual(['file', 'good'])
  expect([again.acl.levelOf(peer), again.acl.levelOf(other)]).toEqual(['trusted', 'none'])
})

test('an entry whose next attempt is at a fraction of a millisecond is not lost', async () => {
  await using made = await openAcl()
  const name = await aName()
  await made.acl.add({ label: 'cluster', pubkey: name, trustlevel: 'trusted' })
  await made.acl.setStatus(name, { nextTryAt: made.clock.now() + 0.5 })
  await made.acl.close()
  await using again = await openAcl({ ...made })
  expect(again.acl.entries()).toMatchObject([{ label: 'cluster', status: { nextTryAt: made.clock.now() } }])
})

test('no bytes make the reader of rows do anything but refuse', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      expect(() => decodeEntry(bytes)).toThrow()
      expect(() => decodeFile(bytes)).toThrow()
    })
  )
})

test('a file is read as it was written, and not at all when it was cut', () => {
  const { cid, ...rest } = fetchedFile([{ peer: 'p', label: 'ü', remotes: ['/ip4/192.0.2.7/tcp/1'] }])
  const held = { ...rest, cid: cid.toString(), fetched: 7 }
  const row = encodeFile(held)
  expect(decodeFile(row)).toEqual(held)
  for (let length = 0; length < row.length; length++) expect(() => decodeFile(row.subarray(0, length))).toThrow()
})

describe('what the config names', () => {
  const entry = { label: 'shipped', trustlevel: 'trusted', trustLifetime: 30 * DAY }

  test('keeps what the operator made of it', async () => {
    await using made = await openAcl()
    await made.acl.close()
    const config = { entries: [{ ...entry, pubkey: await aName() }] }
    await using first = await openAcl({ ...made, config })
    expect(first.acl.entry('shipped')).toMatchObject({ source: 'config', trustlevel: 'trusted' })
    await first.acl.set('shipped', { trustlevel: 'peer' })
    await first.acl.close()
    await using second = await openAcl({ ...made, config })
    expect(second.acl.entry('shipped')).toMatchObject({ source: 'operator', trustlevel: 'peer' })
  })

  test('counts its lifetime from the first start on', async () => {
    await using made = await openAcl()
    await made.acl.close()
    const config = { entries: [{ ...entry, pubkey: await aName() }] }
    const first = await openAcl({ ...made, config })
    const { validatedAt } = first.acl.entry('shipped') ?? {}
    await first.acl.close()
    await made.clock.advance(DAY)
    await using second = await openAcl({ ...made, config })
    expect(second.acl.entry('shipped')?.validatedAt).toBe(validatedAt)
  })

  test('and cannot be taken is left out', async () => {
    const [a, b] = [await aName(), await aName()]
    const entries = [
      { ...entry, pubkey: 'nobody' },
      { ...entry, pubkey: a },
      { ...entry, pubkey: b }
    ]
    await using made = await openAcl({ config: { entries } })
    expect(made.acl.entries().map(({ pubkey }) => pubkey)).toEqual([a])
  })

  test('seeds and relays are one entry for each peer, not stored, and the operator may change them', async () => {
    const [peer, relay] = [await aPeer(), await aPeer()]
    const config = {
      seeds: [
        `/ip4/192.0.2.1/tcp/1/p2p/${peer.toString()}`,
        `/ip4/192.0.2.1/udp/1/quic-v1/p2p/${peer.toString()}`,
        'nonsense'
      ],
      relays: [`/ip4/192.0.2.1/tcp/1/p2p/${peer.toString()}`, `/ip4/192.0.2.2/tcp/1/p2p/${relay.toString()}`]
    }
    const datastore = new MemoryDatastore()
    await using made = await openAcl({ datastore, config })
    expect(made.acl.entries().map(({ label, addresses }) => [label, addresses])).toEqual([
      [`seed:${peer.toString()}`, ['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.1/udp/1/quic-v1']],
      [`relay:${relay.toString()}`, ['/ip4/192.0.2.2/tcp/1']]
    ])
    expect(made.acl.nodes('use-for-bootstrap').map(({ level, strict }) => [level, strict])).toEqual([
      ['advanced', false],
      ['advanced', false]
    ])
    expect((await new TrustStore(datastore).load()).entries.size).toBe(0)
    await made.acl.set(peer.toString(), { trustlevel: 'blocked' })
    await made.acl.close()
    await using again = await openAcl({ datastore, config })
    expect([again.acl.levelOf(peer), again.acl.levelOf(relay)]).toEqual(['blocked', 'advanced'])
  })
})
