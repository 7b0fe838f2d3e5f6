import { ManualClock } from '@waystone/kit/testing'
import { expect, it } from 'vitest'
import { MachineLookups } from '../../src/sources/machine-lookups.ts'
import { withHosts } from '../../src/sources/node-resolver.ts'
import { FakeResolver } from './fake-resolver.ts'
import type { Lookup } from '../../src/sources/machine-lookups.ts'

const NAME = 'seeds.example.org'
const hosts: Lookup = async () => Promise.resolve([{ address: '192.0.2.1' }])
const never = async (): Promise<never> => new Promise(() => undefined)

function resolverOf(fake: FakeResolver, lookup: Lookup) {
  const clock = new ManualClock()
  return { clock, resolver: withHosts(fake, { lookups: new MachineLookups(lookup), clock }) }
}

it('the hosts file counts, for as long as the name servers say', async () => {
  const { resolver, clock } = resolverOf(new FakeResolver({ ip4: { [NAME]: ['198.51.100.1'] }, ttl: 7 }), hosts)
  expect(await resolver.resolve4(NAME, { ttl: true })).toEqual([{ address: '192.0.2.1', ttl: 7 }])
  expect(clock.pending).toBe(0)
})

it('the hosts file counts although the name servers are silent or know nothing', async () => {
  const silent = Object.assign(new FakeResolver({}), { resolve6: never })
  const { resolver, clock } = resolverOf(silent, hosts)
  const answer = [{ address: '192.0.2.1', ttl: Number.POSITIVE_INFINITY }]
  expect(await resolver.resolve4(NAME, { ttl: true })).toEqual(answer)
  const late = resolver.resolve6(NAME, { ttl: true })
  await clock.advance(500)
  expect(await late).toEqual(answer)
})

it('a name that the machine does not know is an error', async () => {
  const lookup: Lookup = async () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }))
  const { resolver } = resolverOf(new FakeResolver({}), lookup)
  await expect(resolver.resolve4(NAME, { ttl: true })).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

it('a bounded number of look-ups waits for the machine, and others ask the name servers alone', async () => {
  let begun = 0
  const stuck: Lookup = async () => {
    begun++
    return never()
  }
  const { resolver } = resolverOf(new FakeResolver({ ip4: { [NAME]: ['198.51.100.1'] } }), stuck)
  const all = Array.from({ length: 64 }, async () => resolver.resolve4(NAME, { ttl: true }))
  expect(await Promise.race(all)).toEqual([{ address: '198.51.100.1', ttl: 60 }])
  expect(begun).toBe(8)
})
