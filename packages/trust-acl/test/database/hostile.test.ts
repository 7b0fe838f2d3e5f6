import { MemoryDatastore } from 'datastore-core'
import { expect, test } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { aName, aPeer, DAY, fetchedFile, openAcl } from '../people.ts'

async function keysOf(datastore: MemoryDatastore): Promise<string[]> {
  const keys: string[] = []
  for await (const key of datastore.queryKeys({ prefix: '/trust' })) keys.push(key.toString())
  return keys
}

test('nothing of a removed entry is left, whatever was going on with it at the time', async () => {
  const datastore = new MemoryDatastore()
  await using made = await openAcl({ datastore })
  const [name, peer] = [await aName(), await aPeer()]
  await made.acl.add({ label: 'f', pubkey: name, trustlevel: 'trusted' })
  await made.acl.setFile(name, fetchedFile([{ peer }]))
  const all = await Promise.allSettled([
    made.acl.set('f', { trustlevel: 'advanced' }),
    made.acl.remove('f'),
    made.acl.setFile(name, fetchedFile([{ peer }], { sequence: 2n })),
    made.acl.set(name, { trustlevel: 'ultimate' })
  ])
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
  expect(all.flatMap(each => (each.status === 'rejected' ? [(each.reason as Error).name] : []))).toEqual([
    'EntryUnknownError',
    'EntryUnknownError'
  ])
  expect([await keysOf(datastore), made.acl.levelOf(peer), made.acl.nodes('use-for-bootstrap')]).toEqual([
    [],
    'none',
    []
  ])
})

test('a trust file with the same nodes tells nobody, one with others does', async () => {
  await using made = await openAcl()
  const [name, a, b] = [await aName(), await aPeer(), await aPeer()]
  await made.acl.add({ label: 'f', pubkey: name, trustlevel: 'trusted' })
  let told = 0
  made.acl.onChange(() => told++)
  const counts: number[] = []
  const nodes = [[{ peer: a }], [{ peer: a }], [{ peer: a, remotes: ['/ip4/192.0.2.7/tcp/1'] }], [{ peer: b }], []]
  for (const [sequence, listed] of nodes.entries()) {
    await made.acl.setFile(name, fetchedFile(listed, { sequence: BigInt(sequence) }))
    counts.push(told)
  }
  expect(counts).toEqual([1, 1, 2, 3, 4])
  // one that had ended counts again
  await made.acl.setFile(name, fetchedFile([{ peer: a }], { sequence: 9n }))
  await made.clock.advance(731 * DAY)
  expect(made.acl.levelOf(a)).toBe('none')
  const before = told
  await made.acl.setFile(name, fetchedFile([{ peer: a }], { sequence: 9n }))
  expect([told - before, made.acl.levelOf(a)]).toEqual([1, 'trusted'])
})

test('blocked by a file, or by the operator, beats the config, every override and a grant for anyone', async () => {
  const [seed, name] = [await aPeer(), await aName()]
  const config = { seeds: [`/ip4/192.0.2.1/tcp/1/p2p/${seed.toString()}`], grants: { admin: 'anyone' as const } }
  await using made = await openAcl({ config })
  const may = (): boolean[] =>
    ['connect', 'admin', 'hold-and-reconnect'].map(f => made.acl.explain({ peer: seed }, f).allow)
  await made.acl.add({ label: 'f', pubkey: name, trustlevel: 'blocked', trustedFunctions: { connect: true } })
  expect([may(), made.acl.nodes('hold-and-reconnect').length]).toEqual([[true, true, true], 1])
  await made.acl.setFile(name, fetchedFile([{ peer: seed }]))
  expect([may(), made.acl.nodes('hold-and-reconnect')]).toEqual([[false, false, false], []])
  await made.acl.remove('f')
  expect([may(), made.acl.nodes('hold-and-reconnect').length]).toEqual([[true, true, true], 1])
  await made.acl.set(seed.toString(), { trustlevel: 'blocked', trustedFunctions: { admin: true } })
  expect([may(), made.acl.nodes('hold-and-reconnect')]).toEqual([[false, false, false], []])
})

test('a seed is one also if a trust file is published under its key', async () => {
  const seed = await aPeer()
  const config = { seeds: [`/ip4/192.0.2.1/tcp/1/p2p/${seed.toString()}`] }
  await using made = await openAcl()
  await made.acl.add({ label: 'list', pubkey: seed.toString(), kind: 'file', trustlevel: 'peer' })
  await made.acl.close()
  await using again = await openAcl({ ...made, config })
  expect(again.acl.levelOf(seed)).toBe('advanced')
})

test('who may have a function is the same list until something changes, and then the right one', async () => {
  const clock = new ManualClock()
  await using made = await openAcl({ clock })
  const peers = await Promise.all(Array.from({ length: 40 }, aPeer))
  const names = (): string[] => made.acl.nodes('offer-relay').map(({ id }) => id)
  const right = (): string[] => peers.filter(peer => made.acl.explain({ peer }, 'offer-relay').allow).map(String)
  const check = (): void => expect(names().toSorted()).toEqual(right().toSorted())
  const name = await aName()
  await made.acl.add({ label: 'f', pubkey: name, trustlevel: 'trusted', trustLifetime: 5_000 })
  await made.acl.setFile(name, fetchedFile(peers.slice(0, 30).map(peer => ({ peer }))))
  check()
  for (const [at, peer] of peers.entries()) {
    await made.acl.add({ label: `p${at}`, pubkey: peer.toString(), trustlevel: at % 3 === 0 ? 'ultimate' : 'advanced' })
    check()
  }
  const levels = made.acl.nodes('offer-relay').map(({ level }) => level)
  expect(levels).toEqual(levels.toSorted().toReversed())
  expect(made.acl.nodes('offer-relay')).toBe(made.acl.nodes('offer-relay'))
  await made.acl.set('f', { trustlevel: 'blocked' })
  expect([names().length, right().length]).toEqual([10, 10])
  await clock.advance(5_000)
  expect(names()).toHaveLength(40)
  const revoke = made.acl.grant('admin', peers.slice(1, 2))
  expect(made.acl.nodes('admin').length).toBe(15)
  revoke()
  expect(made.acl.nodes('admin').length).toBe(14)
})
