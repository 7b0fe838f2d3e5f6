import { describe, expect, test } from 'vitest'
import { MAX_NODES_PER_FILE } from '../../src/database/constants.ts'
import { aName, aPeer, DAY, fetchedFile, openAcl } from '../people.ts'
import type { TrustEntryInit } from '../../src/index.ts'

const refused = (name: string) => expect.objectContaining({ name, hint: expect.any(String) })

describe('an entry is refused', () => {
  test.each<[string, Partial<TrustEntryInit>]>([
    ['LabelInvalidError', { label: '' }],
    ['LabelInvalidError', { label: 'x'.repeat(65) }],
    ['LabelInvalidError', { label: ' a' }],
    ['LabelInvalidError', { label: 'a\u0007b' }],
    ['LabelInvalidError', { label: 'say "hi"' }],
    ['LabelInvalidError', { label: '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp' }],
    ['PubkeyInvalidError', { pubkey: 'somebody' }],
    ['TrustLevelUnknownError', { trustlevel: 'none' }],
    ['TrustLevelUnknownError', { trustlevel: 'root' }],
    ['TrustLevelUnknownError', { trustlevel: '__proto__' }],
    ['TrustFunctionInvalidError', { trustedFunctions: { 'Offer Relay': true } }],
    [
      'TrustFunctionInvalidError',
      { trustedFunctions: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, true])) }
    ],
    ['LifetimeInvalidError', { trustLifetime: 0 }],
    ['LifetimeInvalidError', { trustLifetime: Number.NaN }],
    ['LifetimeInvalidError', { cacheLifetime: 731 * DAY }],
    ['EntryAddressInvalidError', { addresses: ['192.0.2.7:80'] }],
    [
      'EntryAddressInvalidError',
      { addresses: ['/ip4/192.0.2.7/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'] }
    ],
    ['EntryAddressInvalidError', { kind: 'file', addresses: ['/ip4/192.0.2.7/tcp/1'] }],
    ['EntryAddressInvalidError', { addresses: Array.from({ length: 33 }, (_, i) => `/ip4/192.0.2.7/tcp/${i}`) }]
  ])('%s: %j', async (name, over) => {
    await using made = await openAcl()
    const init = { label: 'a', pubkey: (await aPeer()).toString(), trustlevel: 'peer', ...over }
    await expect(made.acl.add(init)).rejects.toThrow(refused(name))
    expect(made.acl.entries()).toEqual([])
  })
})

test('labels and keys are unique, also when they are changed, and in every form', async () => {
  await using made = await openAcl()
  const [a, b] = [await aPeer(), await aPeer()]
  await made.acl.add({ label: 'a', pubkey: a.toString(), trustlevel: 'peer' })
  await made.acl.add({ label: 'b', pubkey: b.toString(), trustlevel: 'peer' })
  await expect(made.acl.add({ label: 'a', pubkey: await aName(), trustlevel: 'peer' })).rejects.toThrow(
    refused('LabelTakenError')
  )
  const twice = { label: 'c', pubkey: a.toCID().toString(), kind: 'peer' as const, trustlevel: 'peer' }
  await expect(made.acl.add(twice)).rejects.toThrow(refused('PubkeyTakenError'))
  await expect(made.acl.set('a', { label: 'b' })).rejects.toThrow(refused('LabelTakenError'))
  await made.acl.set('a', { label: 'z' })
  expect([made.acl.entry('a'), made.acl.entry('z')?.pubkey]).toEqual([undefined, a.toString()])
  expect(made.acl.entry(a.toCID().toString())?.label).toBe('z')
  await expect(made.acl.remove('nobody')).rejects.toThrow(refused('EntryUnknownError'))
})

test('changes come one after the other, so that only one of two can have a label', async () => {
  await using made = await openAcl()
  const peers = [await aPeer(), await aPeer()]
  const results = await Promise.allSettled(
    peers.map(async peer => made.acl.add({ label: 'a', pubkey: peer.toString(), trustlevel: 'peer' }))
  )
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

test('the kind follows from addresses and from how the key is written', async () => {
  await using made = await openAcl()
  const [a, b] = [await aPeer(), await aPeer()]
  const one = await made.acl.add({ label: 'a', pubkey: a.toString(), trustlevel: 'peer' })
  const two = await made.acl.add({ label: 'b', pubkey: await aName(), trustlevel: 'peer' })
  const addresses = [`/ip4/192.0.2.7/tcp/1/p2p/${b.toString()}`, '/ip4/192.0.2.7/tcp/1']
  const three = await made.acl.add({ label: 'c', pubkey: b.toCID().toString(), trustlevel: 'peer', addresses })
  expect([one.kind, two.kind, three.kind]).toEqual(['peer', 'file', 'peer'])
  expect(three.addresses).toEqual(['/ip4/192.0.2.7/tcp/1'])
})

test('listeners are told after each change, when it counts already; one that throws stops nothing', async () => {
  await using made = await openAcl()
  const [peer, name] = [await aPeer(), await aName()]
  const seen: string[] = []
  const stop = made.acl.onChange(() => seen.push(made.acl.levelOf(peer)))
  made.acl.onChange(() => {
    throw new Error('no luck')
  })
  await made.acl.add({ label: 'f', pubkey: name, trustlevel: 'trusted' })
  await made.acl.setFile(name, fetchedFile([{ peer }]))
  await made.acl.setStatus(name, { error: { name: 'DownError', message: 'down' }, nextTryAt: 5 })
  await made.acl.set('f', { trustlevel: 'blocked' })
  await made.acl.remove('f')
  stop()
  made.acl.grant('admin', [peer])
  expect(seen).toEqual(['none', 'trusted', 'blocked', 'none'])
})

describe('a trust file', () => {
  test('joins and leaves nodes, and says so; a large one does not flood the log', async () => {
    await using made = await openAcl()
    const [a, b, name] = [await aPeer(), await aPeer(), await aName()]
    await made.acl.add({ label: 'f', pubkey: name, trustlevel: 'trusted' })
    await made.acl.setFile(name, fetchedFile([{ peer: a }]))
    await made.acl.setFile(name, fetchedFile([{ peer: b }], { sequence: 2n }))
    expect(made.told.of('left')).toEqual([`${a.toString()}: "f" no longer names it`])
    expect(made.told.of('joined')).toEqual([`${a.toString()}: "f" names it`, `${b.toString()}: "f" names it`])
    expect(made.told.of('fetched')).toEqual(['f: sequence 1 over rpc', 'f: sequence 2 over rpc'])
    expect([made.acl.levelOf(a), made.acl.levelOf(b)]).toEqual(['none', 'trusted'])
    const many = Array.from({ length: 300 }, (_, index) => ({ peer: `${b.toString()}${index}` }))
    await made.acl.setFile(name, fetchedFile(many, { sequence: 3n }))
    expect(made.told.of('joined').at(-1)).toBe('f: 200 more of its nodes')
  })

  test('that is older, too large, or for a single peer is refused, and the last one stays', async () => {
    await using made = await openAcl()
    const [peer, name] = [await aPeer(), await aName()]
    await made.acl.add({ label: 'f', pubkey: name, trustlevel: 'trusted' })
    await made.acl.add({ label: 'p', pubkey: peer.toString(), trustlevel: 'peer' })
    await made.acl.setFile(name, fetchedFile([{ peer }], { sequence: 5n }))
    const older = made.acl.setFile(name, fetchedFile([], { sequence: 4n }))
    await expect(older).rejects.toMatchObject({ name: 'TrustFileOutdatedError' })
    const many = Array.from({ length: MAX_NODES_PER_FILE + 1 }, (_, index) => ({ peer: String(index) }))
    await expect(made.acl.setFile(name, fetchedFile(many, { sequence: 6n }))).rejects.toMatchObject({
      name: 'TrustFileRefusedError'
    })
    await expect(made.acl.setFile('p', fetchedFile([]))).rejects.toMatchObject({ name: 'TrustFileRefusedError' })
    expect([made.acl.levelOf(peer), made.acl.entry('f')?.status.sequence]).toEqual(['trusted', 5n])
  })

  test('has its TTL raised to a day; the last error goes with the next success', async () => {
    await using made = await openAcl()
    const name = await aName()
    await made.acl.add({ label: 'f', pubkey: name, trustlevel: 'trusted' })
    await made.acl.setStatus('f', { error: { name: 'DownError', message: 'down' }, nextTryAt: 5 })
    expect(made.acl.entry('f')?.status).toEqual({
      state: 'never',
      error: { name: 'DownError', message: 'down' },
      nextTryAt: 5
    })
    const entry = await made.acl.setFile(name, fetchedFile([], { ttl: 1 }))
    expect(entry).toMatchObject({ ttl: DAY, status: { state: 'ok', sequence: 1n, via: 'rpc' } })
    expect(entry.status.error).toBeUndefined()
  })
})

test('after close nothing is changed any more', async () => {
  await using made = await openAcl()
  await made.acl.close()
  const added = made.acl.add({ label: 'a', pubkey: await aName(), trustlevel: 'peer' })
  await expect(added).rejects.toMatchObject({ name: 'TrustClosedError' })
  expect(made.clock.pending).toBe(0)
})
