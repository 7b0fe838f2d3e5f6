import { Code } from '@connectrpc/connect'
import { MemoryDatastore } from 'datastore-core/memory'
import { describe, expect, it } from 'vitest'
import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { TrustExchangeService } from '@waystone/wire/trust'
import { CarriedNames } from '../../src/ipns/carried.ts'
import { rawCid } from '../../src/ipns/raw-block.ts'
import { signOffline, signRecord } from '../../src/ipns/sign.ts'
import { connect, startNode } from '../nodes.ts'
import { codeOf, failureOf, follow, inUse, publisherKey, sign } from '../publishing.ts'
import { DAY, trustFile } from '../records.ts'
import type { TestNode } from '../nodes.ts'

describe('a trust file', () => {
  it('reaches whoever follows its name and meets its publisher, and the next version too', async () => {
    const { name, keys } = await publisherKey()
    const [publisher, follower] = [await startNode({ keys }), await startNode()]
    await follow(follower, name.text)
    const first = await publisher.service.publish({ file: trustFile('one'), key: 'cluster' })
    expect(first).toMatchObject({ name: name.text, sequence: 0n, published: [] })
    await connect(follower, publisher)
    await until(() => inUse(follower) === 'one')
    expect(follower.trust.entry('cluster')?.status).toMatchObject({ state: 'ok', via: 'rpc', sequence: 0n })
    expect((await publisher.service.publish({ file: trustFile('two'), key: 'cluster' })).sequence).toBe(1n)
    await follower.service.fetchEntry('cluster')
    expect(inUse(follower)).toBe('two')
  })

  it('is published at once without any peer, and handed to the first one that comes', async () => {
    const { name, keys } = await publisherKey()
    const lone = await startNode({ keys })
    const published = await lone.service.publish({ file: trustFile('one'), key: 'cluster' })
    expect(published).toMatchObject({ published: [], failures: [] })
    const carrier = await startNode({ config: { grants: { 'redistribute-ipns': [lone.libp2p.peerId.toString()] } } })
    await connect(carrier, lone)
    await until(async () => (await carrier.service.held(name.text)) !== undefined)
    expect((await carrier.service.held(name.text))?.sequence).toBe(0n)
  })

  it('lives on when its publisher is gone, by another that follows it', async () => {
    const { name, keys } = await publisherKey()
    const [publisher, carrier, late] = [await startNode({ keys }), await startNode(), await startNode()]
    await publisher.service.publish({ file: trustFile('one'), key: 'cluster' })
    await follow(carrier, name.text)
    await connect(carrier, publisher)
    await until(() => inUse(carrier) === 'one')
    await publisher.libp2p.stop()
    await follow(late, name.text)
    await connect(late, carrier)
    await until(() => inUse(late) === 'one')
    expect(late.trust.entry('cluster')?.status.via).toBe('rpc')
  })

  it('lives on by a peer that gives its publisher the function, which others do not get', async () => {
    const { name, keys } = await publisherKey()
    const [publisher, stranger, late] = [await startNode({ keys }), await startNode(), await startNode()]
    const carrier = await startNode({
      config: { grants: { 'redistribute-ipns': [publisher.libp2p.peerId.toString()] } }
    })
    await connect(publisher, carrier)
    await connect(publisher, stranger)
    await untilExchanging(publisher, 2)
    const file = trustFile('one')
    expect((await publisher.service.publish({ file, key: 'cluster' })).published).toEqual(['rpc'])
    const client = publisher.libp2p.services.rpc.client(TrustExchangeService, carrier.libp2p.peerId)
    const cid = (await rawCid(file)).bytes
    const refused = publisher.libp2p.services.rpc.client(TrustExchangeService, stranger.libp2p.peerId)
    const record = (await publisher.service.held(name.text))?.record ?? new Uint8Array()
    expect(await codeOf(refused.putRecord({ name: name.multihash, record }))).toBe(Code.PermissionDenied)
    await until(async () => (await codeOf(readAll(client.getFile({ cid })))) === undefined)
    await publisher.libp2p.stop()
    await follow(late, name.text)
    await connect(late, carrier)
    await until(() => inUse(late) === 'one')
  })

  it('is taken at once from a stranger by whoever follows its name, and by nobody else', async () => {
    const { name, key } = await publisherKey()
    const [stranger, follower, other] = [await startNode(), await startNode(), await startNode()]
    await follow(follower, name.text)
    await connect(stranger, follower)
    await connect(stranger, other)
    await untilExchanging(stranger, 2)
    for (const [at, text] of ['one', 'two'].entries()) {
      const file = trustFile(text)
      const { published } = await stranger.service.publish({ file, record: await sign(key, file, BigInt(at)) })
      expect(published).toEqual(['rpc'])
      await until(() => inUse(follower) === text)
    }
    expect(follower.told.filter(line => line.startsWith('denied'))).toEqual([])
    const client = stranger.libp2p.services.rpc.client(TrustExchangeService, follower.libp2p.peerId)
    const old = client.putRecord({ name: name.multihash, record: await sign(key, trustFile('one'), 0n) })
    expect(await codeOf(old)).toBe(Code.FailedPrecondition)
    const forged = await sign((await publisherKey()).key, trustFile('three'), 9n)
    expect(await codeOf(client.putRecord({ name: name.multihash, record: forged }))).toBe(Code.InvalidArgument)
    expect(await other.service.held(name.text)).toBeUndefined()
    expect(inUse(follower)).toBe('two')
  })

  it('that was shipped is used at once, and refused and told once a newer one is known, also after a restart', async () => {
    const { name, key, keys } = await publisherKey()
    const shipped = {
      pubkey: name.text,
      load: async () => ({ file: trustFile('old'), record: await sign(key, trustFile('old')) })
    }
    const datastore = new MemoryDatastore()
    const follower = await startNode({ datastore, shipped: [shipped] })
    await follow(follower, name.text)
    await until(() => inUse(follower) === 'old')
    expect(follower.trust.entry('cluster')?.status.via).toBe('shipped')
    const publisher = await startNode({ keys })
    await publisher.service.publish({ file: trustFile('new'), record: await sign(key, trustFile('new'), 2n) })
    await connect(follower, publisher)
    await until(async () => (await failureOf(follower.service.fetchEntry('cluster'))) === 'none')
    expect(inUse(follower)).toBe('new')
    await follower.libp2p.stop()
    await follower.trust.close()
    const again = await startNode({ datastore, shipped: [shipped] })
    await until(() => again.told.some(line => line.startsWith('refused cluster: IpnsSequenceError')))
    expect(inUse(again)).toBe('new')
  })

  it('that was shipped is there before the node starts, and is looked at once', async () => {
    const { name, key } = await publisherKey()
    const file = trustFile('old')
    const config = {
      entries: [{ label: 'cluster', pubkey: name.text, trustlevel: 'trusted' as const, kind: 'file' as const }]
    }
    const load = async (record: Uint8Array) => ({ file, record })
    const right = await sign(key, file)
    const follower = await startNode({ config, shipped: [{ pubkey: name.text, load: async () => await load(right) }] })
    expect(inUse(follower)).toBe('old')
    const wrong = await sign(key, trustFile('other'))
    const refuser = await startNode({ config, shipped: [{ pubkey: name.text, load: async () => await load(wrong) }] })
    expect(refuser.told.filter(line => line.startsWith('refused cluster: '))).toHaveLength(1)
    // the loop that keeps the entry fresh looks at shipped copies too
    await until(() => refuser.trust.entry('cluster')?.status.error !== undefined)
    expect(refuser.told.filter(line => line.startsWith('refused cluster: '))).toHaveLength(1)
  })

  it('that was shipped with a record for something else is refused by name, not passed over', async () => {
    const [{ name, key }, other] = [await publisherKey(), await publisherKey()]
    const file = trustFile('old')
    const raw = `/ipfs/${(await rawCid(file)).toString()}`
    for (const value of [`/ipns/${other.name.text}`, `${raw}/trust.json`]) {
      const record = await signRecord({ key, value, sequence: 1n, now: systemClock.now() })
      const follower = await startNode({ shipped: [{ pubkey: name.text, load: async () => ({ file, record }) }] })
      await follow(follower, name.text)
      await until(() => follower.told.some(line => line.startsWith('refused cluster: RecordOfOtherFileError')))
      expect(inUse(follower)).toBeUndefined()
    }
  })

  it('is refused and told when its name leads round in a circle', async () => {
    const { name, key } = await publisherKey()
    const [follower, peer] = [await startNode(), await startNode()]
    const circle = await signRecord({ key, value: `/ipns/${name.text}`, sequence: 1n, now: systemClock.now() })
    await failureOf(peer.service.put(name.text, circle))
    await follow(follower, name.text)
    await connect(follower, peer)
    await until(() => follower.told.some(line => line.startsWith('refused cluster: IpnsCycleError')))
    expect(inUse(follower)).toBeUndefined()
  })

  it.each([
    ['an expired record', 'IpnsRecordExpiredError'],
    ['another file', 'IpnsFileMismatchError'],
    ['a record of another key', 'IpnsNameMismatchError']
  ])('that was shipped with %s is refused and told', async (_what, error) => {
    const [{ name, key }, other] = [await publisherKey(), await publisherKey()]
    const file = trustFile('old')
    const records: Record<string, Promise<Uint8Array>> = {
      IpnsRecordExpiredError: signOffline({ key, file, sequence: 1n, now: systemClock.now() - 40 * DAY }),
      IpnsFileMismatchError: sign(key, trustFile('other')),
      IpnsNameMismatchError: sign(other.key, file)
    }
    const record = (await records[error]) ?? new Uint8Array()
    const follower = await startNode({ shipped: [{ pubkey: name.text, load: async () => ({ file, record }) }] })
    await follow(follower, name.text)
    await until(() => follower.told.some(line => line.startsWith(`refused cluster: ${error}`)))
    expect(inUse(follower)).toBeUndefined()
  })
})

describe('a record that a delegate puts for a peer', () => {
  it('is kept and carried if the peer may have that, and handed on only for others', async () => {
    const { name, key } = await publisherKey()
    const [caller, stranger] = [await startNode(), await startNode()]
    const datastore = new MemoryDatastore()
    const config = { grants: { 'redistribute-ipns': [caller.libp2p.peerId.toString()] } }
    const delegate = await startNode({ config, datastore })
    const record = await sign(key, trustFile('one'))
    const names = new CarriedNames(datastore)
    const by = stranger.libp2p.peerId
    expect(await failureOf(delegate.service.put(name.text, record, { by }))).toBe('RecordNotTakenError')
    expect(await failureOf(delegate.service.put(name.text, record))).toBe('RecordNotTakenError')
    expect(await names.all()).toEqual([])
    await delegate.service.put(name.text, record, { by: caller.libp2p.peerId })
    expect(await names.all()).toMatchObject([{ name: name.text, by: caller.libp2p.peerId.toString() }])
    for (let index = 0; index < 100; index++) {
      await names.put({
        name: `n${index}`,
        by: caller.libp2p.peerId.toString(),
        validUntil: Number.MAX_SAFE_INTEGER,
        bytes: 1
      })
    }
    const other = await publisherKey()
    const second = await sign(other.key, trustFile('two'))
    const putting = delegate.service.put(other.name.text, second, { by: caller.libp2p.peerId })
    expect(await failureOf(putting)).toBe('RecordNotTakenError')
    expect(await names.get(other.name.text)).toBeUndefined()
  })
})

describe('publishing', () => {
  it('takes what was signed offline, for this very file, and never an older one', async () => {
    const { name, key } = await publisherKey()
    const node = await startNode()
    const [file, other] = [trustFile('one'), trustFile('two')]
    const record = await sign(key, file, 5n)
    expect(await failureOf(node.service.publish({ file: other, record }))).toBe('RecordOfOtherFileError')
    expect(await node.service.publish({ file, record })).toMatchObject({ name: name.text, sequence: 5n })
    expect(await failureOf(node.service.publish({ file: other, record: await sign(key, other, 4n) }))).toBe(
      'IpnsSequenceError'
    )
    const expired = await signOffline({ key, file, sequence: 9n, now: systemClock.now() - 40 * DAY })
    expect(await failureOf(node.service.publish({ file, record: expired }))).toBe('IpnsRecordExpiredError')
    expect((await node.service.held(name.text))?.sequence).toBe(5n)
  })

  it('goes on after the last sequence that others have', async () => {
    const { key, keys } = await publisherKey()
    const [one, two] = [await startNode(), await startNode({ keys })]
    await one.service.publish({ file: trustFile('one'), record: await sign(key, trustFile('one'), 41n) })
    await connect(two, one)
    await until(async () => (await two.libp2p.peerStore.get(one.libp2p.peerId)).protocols.length > 0)
    expect((await two.service.publish({ file: trustFile('two'), key: 'cluster' })).sequence).toBe(42n)
  })

  it('signs each sequence once, also at the same time', async () => {
    const { keys } = await publisherKey()
    const node = await startNode({ keys })
    const all = await Promise.all(
      ['a', 'b', 'c'].map(async text => await node.service.publish({ file: trustFile(text), key: 'x' }))
    )
    expect(all.map(({ sequence }) => sequence)).toEqual([0n, 1n, 2n])
  })

  it('refuses files that nobody would read, and unclear orders', async () => {
    const { key, keys } = await publisherKey()
    const node = await startNode({ keys })
    const file = trustFile('one')
    expect(await failureOf(node.service.publish({ file: new Uint8Array(2 ** 20 + 1), key: 'x' }))).toBe(
      'IpnsFileTooLargeError'
    )
    expect(await failureOf(node.service.publish({ file: Uint8Array.of(1), key: 'x' }))).toMatch(/^TrustFile/)
    expect(await failureOf(node.service.publish({ file }))).toBe('PublishKeyError')
    expect(await failureOf(node.service.publish({ file, key: 'x', record: await sign(key, file) }))).toBe(
      'PublishKeyError'
    )
    expect(await failureOf((await startNode()).service.publish({ file, key: 'x' }))).toBe('PublishKeyError')
  })

  it('takes effect here at once, where the name is followed', async () => {
    const { name, keys } = await publisherKey()
    const node = await startNode({ keys })
    await follow(node, name.text)
    await node.service.publish({ file: trustFile('one'), key: 'x' })
    expect(inUse(node)).toBe('one')
  })
})

async function readAll(parts: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of parts) continue
}

async function untilExchanging({ libp2p }: TestNode, count: number): Promise<void> {
  await until(async () => {
    const peers = await libp2p.peerStore.all()
    return peers.filter(({ protocols }) => protocols.some(one => one.includes('TrustExchange'))).length === count
  })
}
