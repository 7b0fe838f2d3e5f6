import { describeRpcFailure } from '@waystone/rpc'
import { describe, expect, it } from 'vitest'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { until } from '@waystone/kit/testing'
import { anyOf, equals } from '../../src/filter.ts'
import { meeting, newKey } from '../store/records.ts'
import { ServedBench } from './world.ts'

describe('a registry that many keys of one network call', () => {
  it('ends a flood of queries of many keys in one network, of questions for kinds too, and of no other network', async () => {
    using bench = new ServedBench()
    for (let at = 0; at < 2_000; at++) bench.rates.takeQuery({ id: `key ${at % 4}`, network: '192.0.2.0/24' })
    const ask = async (from: string): Promise<unknown[]> => {
      const client = bench.callAs(await newKey(), from)
      const calls = [client.query({ kind: 'rendezvous' }), client.listKinds({})]
      return await Promise.all(
        calls.map(
          async call =>
            await call.then(
              () => 'ok',
              (error: unknown) => describeRpcFailure(error).name
            )
        )
      )
    }
    expect(await ask('/ip4/192.0.2.9/tcp/1')).toEqual(['RegistryTooOftenError', 'RegistryTooOftenError'])
    expect(await ask('/ip4/198.51.100.1/tcp/1')).toEqual(['ok', 'ok'])
  })

  it('makes watches that look at much wait, as it refuses queries', async () => {
    using bench = new ServedBench()
    const key = await newKey()
    const records = Array.from({ length: 200 }, async (_, at) =>
      bench.record(key, { kind: 'rendezvous', key: `k${at}`, payload: meeting() })
    )
    bench.store.putAll(await Promise.all(records))
    const spent = { id: peerIdFromPrivateKey(key).toString(), network: undefined }
    for (let step = 0; step < 500; step++) bench.rates.takeStep(spent)
    const filter = anyOf(Array.from({ length: 14 }, (_, at) => equals('namespace', `none ${at}`)))
    const changes = bench.callAs(key).watch({ kind: 'rendezvous', filter }, {})[Symbol.asyncIterator]()
    const first = { said: '' }
    const { pending } = bench.clock
    const next = changes.next().then(({ value }) => void (first.said = value?.change.case ?? 'end'))
    await until(() => bench.clock.pending > pending)
    expect(first.said).toBe('')
    await bench.clock.advance(20)
    await next
    expect(first.said).toBe('current')
  })

  it('leaves room for the watches of others', () => {
    using bench = new ServedBench()
    const watch = (id: string, network: string): Disposable => bench.rates.takeWatch({ id, network })
    const watches = Array.from({ length: 64 }, (_, at) => watch(`key ${at}`, '192.0.2.0/24'))
    const refused = { rawMessage: expect.stringContaining('those in 192.0.2.0/24 watch') }
    expect(() => watch('key 64', '192.0.2.0/24')).toThrow(expect.objectContaining(refused))
    watches.push(watch('other', '198.51.100.0/24'))
    watches[0]?.[Symbol.dispose]()
    watches.push(watch('key 64', '192.0.2.0/24'))
    expect(bench.rates.watching).toBe(65)
  })
})
