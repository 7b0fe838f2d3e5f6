import { describeRpcFailure } from '@waystone/rpc'
import { describe, expect, it } from 'vitest'
import { meeting, newKey, relay } from '../store/records.ts'
import { ServedBench } from './world.ts'

const HOUR = 3_600_000

describe('registering', () => {
  it('judges each record for itself', async () => {
    using bench = new ServedBench()
    bench.denied.add('registry:relay-advert')
    const [key, other] = [await newKey(), await newKey()]
    const now = bench.clock.now()
    const records = [
      await bench.signed(key),
      await bench.signed(other),
      await bench.signed(key, { kind: 'relay-advert', key: '', payload: relay() }),
      await bench.signed(key, { key: 'a', sequence: 2 ** 63 }),
      await bench.signed(key, { key: 'b', expiry: now + 365 * 24 * HOUR }),
      await bench.signed(key, { key: 'c', expiry: now - HOUR }),
      await bench.signed(key, { key: 'd', payload: new Uint8Array(10 * 1024 * 1024) }),
      await bench.signed(key, { kind: 'weather' }),
      await bench.signed(key, { key: 'go' })
    ]
    expect(await bench.register(key, records)).toEqual([
      '',
      'RecordOfOtherPeerError',
      'RecordDeniedError',
      'RecordSequenceError',
      'RecordExpiryError',
      'RecordExpiryError',
      'RecordTooLargeError',
      'UnknownKindError',
      ''
    ])
    expect(bench.store.state().records).toBe(2)
    expect(bench.counts.get('RecordExpiryError')).toBe(2)
    expect(bench.counts.get('taken')).toBe(2)
  })

  it('tells the time here, so that a peer with a wrong clock can set it right', async () => {
    using bench = new ServedBench()
    const { now } = await bench.callAs(await newKey()).register({ records: [] })
    expect(now).toBe(BigInt(bench.clock.now()))
  })

  it('renews, withdraws, and says when a newer record is held', async () => {
    using bench = new ServedBench()
    const key = await newKey()
    const first = await bench.signed(key)
    const withdrawn = await bench.signed(key, { sequence: 3, withdrawn: true, payload: new Uint8Array() })
    expect(await bench.register(key, [first, first, await bench.signed(key, { sequence: 2 })])).toEqual(['', '', ''])
    expect(await bench.register(key, [first])).toEqual(['RecordOutdatedError'])
    expect(await bench.register(key, [withdrawn])).toEqual([''])
    const { results } = await bench.callAs(key).register({ records: [first, withdrawn] })
    expect(results.map(({ error }) => error)).toEqual(['RecordOutdatedError', ''])
    expect(Buffer.from(results[0]?.held?.signature ?? []).equals(withdrawn.signature)).toBe(true)
    expect((await bench.callAs(key).query({ kind: 'rendezvous' })).records).toEqual([])
  })

  it('refuses a record that was changed, or that nobody signed', async () => {
    using bench = new ServedBench()
    const key = await newKey()
    const record = await bench.signed(key)
    expect(await bench.register(key, [{ ...record, signature: new Uint8Array(64) }])).toEqual(['RecordSignatureError'])
    expect(await bench.register(key, [{ ...record, record: Uint8Array.of(1, 2) }])).toEqual(['RecordInvalidError'])
  })

  it('takes 100 at once, and not one more', async () => {
    using bench = new ServedBench()
    const key = await newKey()
    const records = await Promise.all(
      Array.from({ length: 101 }, async (_, at) => await bench.signed(key, { key: `k${at}` }))
    )
    const failure = await bench.register(key, records).catch(describeRpcFailure)
    expect(failure).toMatchObject({ name: 'TooManyRecordsError', message: expect.stringContaining('101') })
    const errors = await bench.register(key, records.slice(1))
    expect(errors.filter(error => error === '')).toHaveLength(64)
    expect(errors.filter(error => error === 'PeerRecordsFullError')).toHaveLength(36)
  })

  it('holds a flood of 10,000 registrations from 1,000 keys of one /24 to that network, and disturbs nobody else', async () => {
    using bench = new ServedBench()
    const [before, after] = [await newKey(), await newKey()]
    await bench.register(before, [await bench.signed(before)], '/ip4/198.51.100.1/tcp/1')
    const errors = new Map<string, number>()
    for (let each = 0; each < 1_000; each++) {
      const key = await newKey()
      const record = await bench.signed(key)
      const records = Array.from({ length: 10 }, () => record)
      const from = `/ip4/203.0.113.${each % 256}/tcp/${1_024 + each}`
      const results = await bench
        .register(key, records, from)
        .catch((error: unknown) => [describeRpcFailure(error).name])
      for (const name of results) errors.set(name, (errors.get(name) ?? 0) + 1)
    }
    expect(errors.get('RegistryTooOftenError')).toBeGreaterThan(900)
    expect(bench.store.state().records).toBeLessThanOrEqual(1 + 256)
    expect(await bench.register(after, [await bench.signed(after)], '/ip4/198.51.100.2/tcp/1')).toEqual([''])
    expect(
      await bench.register(before, [await bench.signed(before, { sequence: 2 })], '/ip4/198.51.100.1/tcp/1')
    ).toEqual([''])
  })

  it('holds a slow flood to the records that one network may have', async () => {
    using bench = new ServedBench({ limits: { maxRecordsPerNetwork: 8 } })
    const errors: string[] = []
    for (let each = 0; each < 20; each++) {
      const key = await newKey()
      errors.push(...(await bench.register(key, [await bench.signed(key)], `/ip6/2001:db8:1:${each}::1/tcp/1`)))
    }
    expect(errors).toEqual(Array.from({ length: 20 }, (_, at) => (at < 8 ? '' : 'NetworkRecordsFullError')))
  })

  it('refuses when it is full, lets what is there be renewed, and has room again when something expired', async () => {
    using bench = new ServedBench({ limits: { maxRecords: 2 } })
    const [a, b, c] = [await newKey(), await newKey(), await newKey()]
    expect(await bench.register(a, [await bench.signed(a, { expiry: bench.clock.now() + 60_000 })])).toEqual([''])
    expect(await bench.register(b, [await bench.signed(b)])).toEqual([''])
    expect(await bench.register(c, [await bench.signed(c)])).toEqual(['RegistryFullError'])
    expect(await bench.register(b, [await bench.signed(b, { sequence: 2 })])).toEqual([''])
    await bench.clock.advance(61_000)
    expect(await bench.register(c, [await bench.signed(c)])).toEqual([''])
  })

  it('counts bytes too', async () => {
    using bench = new ServedBench({ limits: { maxBytes: 1_500 } })
    const key = await newKey()
    const large = meeting({ data: new Uint8Array(1_000) })
    expect(await bench.register(key, [await bench.signed(key, { payload: large })])).toEqual([''])
    expect(await bench.register(key, [await bench.signed(key, { key: 'go', payload: large })])).toEqual([
      'RegistryFullError'
    ])
    expect(await bench.register(key, [await bench.signed(key, { sequence: 2 })])).toEqual([''])
    expect(await bench.register(key, [await bench.signed(key, { key: 'go', payload: large })])).toEqual([''])
  })

  it('says that it cannot store anything now when the disk is full, and goes on answering', async () => {
    using bench = new ServedBench({ maxFileBytes: 4_096 * 40 })
    const errors: string[] = []
    for (let each = 0; each < 60; each++) {
      const key = await newKey()
      const payload = meeting({ data: new Uint8Array(1_024) })
      errors.push(...(await bench.register(key, [await bench.signed(key, { payload })], '/ip4/127.0.0.1/tcp/1')))
    }
    expect(new Set(errors)).toEqual(new Set(['', 'RegistryStoreError']))
    const taken = errors.filter(error => error === '').length
    expect(bench.store.state().records).toBe(taken)
    expect(
      (await bench.callAs(await newKey()).query({ kind: 'rendezvous', page: { size: 200 } })).records
    ).toHaveLength(taken)
  })

  it('does not let a short record take the place of a long one: others would keep that one for an hour', async () => {
    using bench = new ServedBench()
    const key = await newKey()
    const now = bench.clock.now()
    const put = async (
      sequence: number,
      lifetimeMs: number,
      unsigned: { withdrawn?: boolean } = {}
    ): Promise<string[]> => {
      const payload = unsigned.withdrawn === true ? new Uint8Array() : meeting()
      return await bench.register(key, [
        await bench.signed(key, { sequence, expiry: now + lifetimeMs, payload, ...unsigned })
      ])
    }
    expect(await put(1, 1_000)).toEqual([''])
    expect(await put(2, 600_000)).toEqual([''])
    expect(await put(3, 1_000)).toEqual(['RecordExpiryError'])
    expect(await put(3, 1_000, { withdrawn: true })).toEqual(['RecordExpiryError'])
    expect(await put(3, 60_000)).toEqual([''])
    expect(await put(4, 600_000, { withdrawn: true })).toEqual([''])
  })
})
