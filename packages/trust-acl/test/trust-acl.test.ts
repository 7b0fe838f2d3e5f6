import { expect, test } from 'vitest'
import { aName, aPeer, fetchedFile, openAcl } from './people.ts'

test('a stranger has no level and none of the fourteen', async () => {
  await using made = await openAcl()
  const peer = await aPeer()
  expect(made.acl.levelOf(peer)).toBe('none')
  expect(made.acl.decide({ peer }, 'offer-relay')).toEqual({
    allow: false,
    reason: 'offer-relay is denied at level none'
  })
  expect(made.told.of('denied')).toEqual([`${peer.toString()}: offer-relay is denied at level none`])
  expect(made.acl.explain({ peer }, 'connect').allow).toBe(true)
})

test('the nodes of a trust file have the level of its entry', async () => {
  await using made = await openAcl()
  const [peer, name] = [await aPeer(), await aName()]
  await made.acl.add({ label: 'cluster', pubkey: name, trustlevel: 'trusted' })
  expect(made.acl.entry('cluster')?.status.state).toBe('never')
  await made.acl.setFile(name, fetchedFile([{ peer, label: 'one', remotes: ['/ip4/192.0.2.7/tcp/4001'] }]))
  expect(made.acl.levelOf(peer)).toBe('trusted')
  const [node] = made.acl.nodes('use-for-bootstrap')
  expect(node).toMatchObject({
    label: 'cluster/one',
    level: 'trusted',
    addresses: ['/ip4/192.0.2.7/tcp/4001'],
    strict: true
  })
  expect(made.acl.nodes('offer-relay')).toEqual([])
  expect(made.told.of('joined')).toEqual([`${peer.toString()}: "cluster" names it`])
})

test('entries, files and what the operator removed outlive the process', async () => {
  await using first = await openAcl()
  const [peer, seed, name] = [await aPeer(), await aPeer(), await aName()]
  const config = {
    entries: [{ label: 'shipped', pubkey: name, trustlevel: 'advanced' }],
    seeds: [`/ip4/192.0.2.1/tcp/1/p2p/${seed.toString()}`]
  }
  await first.acl.close()
  await using second = await openAcl({ ...first, config })
  expect(second.acl.levelOf(seed)).toBe('advanced')
  await second.acl.add({ label: 'friend', pubkey: peer.toString(), trustlevel: 'ultimate' })
  await second.acl.setFile('shipped', fetchedFile([{ peer }]))
  await second.acl.close()
  await using third = await openAcl({ ...first, config })
  expect(
    third.acl
      .entries()
      .map(({ label }) => label)
      .sort()
  ).toEqual(['friend', `seed:${seed.toString()}`, 'shipped'])
  expect(third.acl.fileOf('shipped')?.bytes.length).toBeGreaterThan(10)
  await third.acl.remove('shipped')
  await third.acl.remove(seed.toString())
  await third.acl.close()
  await using fourth = await openAcl({ ...first, config })
  expect(fourth.acl.entries().map(({ label }) => label)).toEqual(['friend'])
})
