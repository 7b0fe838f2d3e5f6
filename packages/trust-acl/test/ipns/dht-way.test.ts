import { expect, it } from 'vitest'
import { DhtWay } from '../../src/ipns/dht-way.ts'
import { testName } from '../records.ts'

it('says why the DHT has nothing, and not that libp2p asked one router', async () => {
  const { name } = await testName(1)
  const { signal } = new AbortController()
  const routing = {
    get: async () => await Promise.reject(new AggregateError([new Error('the DHT has no peers')], 'all were rejected')),
    put: async () => await Promise.reject(new Error('the DHT has no peers'))
  }
  const way = new DhtWay(routing)
  await expect(way.find(name, { signal, found: () => {} })).rejects.toThrow('the DHT has no peers')
  await expect(way.give(name, new Uint8Array(), { signal })).rejects.toThrow('the DHT has no peers')
})

it('says what each of several routers says', async () => {
  const { name } = await testName(1)
  const { signal } = new AbortController()
  const reasons = [new Error('the DHT has no peers'), new Error('not here either'), new Error('the DHT has no peers')]
  const get = async (): Promise<never> => await Promise.reject(new AggregateError(reasons, 'all were rejected'))
  const finding = new DhtWay({ get, put: get }).find(name, { signal, found: () => {} })
  await expect(finding).rejects.toMatchObject({
    name: 'IpnsNotFoundError',
    message: 'the DHT has no peers; not here either'
  })
})
