import { createDeadline } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { guarded, plain } from './network.ts'
import type { Libp2p, Stream } from '@libp2p/interface'

const PROTOCOL = '/guard-test/1.0.0'
const FUNCTION = `protocol:${PROTOCOL}`
const ONE = Uint8Array.of(1)

/** How a stream begins: with an answer, or with its end. */
async function fate(stream: Stream): Promise<string> {
  using deadline = createDeadline({ ms: 10_000, what: 'the fate of a stream' })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  deadline.signal.addEventListener('abort', () => reject(deadline.signal.reason))
  stream.addEventListener('message', () => resolve('answered'))
  stream.addEventListener('close', ({ error }) => resolve(error?.name ?? 'closed'))
  return stream.status === 'open' ? await promise : stream.status
}

/** Has a node answer one protocol; the streams that reached the handler. */
async function answering(node: Libp2p, protocol = PROTOCOL): Promise<Stream[]> {
  const handled: Stream[] = []
  const onStream = (stream: Stream): void => {
    handled.push(stream)
    stream.send(ONE)
  }
  await node.handle(protocol, onStream, { maxInboundStreams: 5_000 })
  return handled
}

const open = async (from: Libp2p, to: Libp2p, protocol = PROTOCOL): Promise<Stream> => {
  const connection = await from.dial(to.getMultiaddrs())
  return await connection.newStream(protocol, { maxOutboundStreams: 5_000 })
}

describe('the guard of streams', () => {
  it('runs the handler once for each stream, and what was registered around it', async () => {
    const { node } = await guarded()
    const handled = await answering(node)
    const around: string[] = []
    node.use(PROTOCOL, async (stream, connection, next) => {
      around.push(stream.direction)
      next(stream, connection)
    })
    const stranger = await plain()
    for (let nth = 1; nth <= 5; nth++) {
      expect(await fate(await open(stranger, node))).toBe('answered')
      expect(handled).toHaveLength(nth)
    }
    expect(around).toEqual(Array(5).fill('inbound'))
  })

  it('resets the streams of those who may not, and leaves everybody and everything else alone', async () => {
    const { node, trust } = await guarded()
    const handled = await answering(node)
    const other = await answering(node, '/other-test/1.0.0')
    const [denied, stranger] = [await plain(), await plain()]
    trust.deny(denied.peerId, FUNCTION)
    expect(await fate(await open(denied, node))).toMatch(/reset/i)
    expect(handled).toHaveLength(0)
    expect(trust.counted).toEqual([`${FUNCTION} of ${denied.peerId.toString()}`])
    expect(await fate(await open(denied, node, '/other-test/1.0.0'))).toBe('answered')
    expect(await fate(await open(stranger, node))).toBe('answered')
    expect([handled.length, other.length]).toEqual([1, 1])
  })

  it('takes a protocol for itself only: ids that look like another are others', async () => {
    const { node, trust } = await guarded()
    const others = [
      '/ipfs/bitswap/1.2.0',
      '/ipfs/bitswapx/1.2.0',
      '/IPFS/bitswap/1.2.0',
      '/ipfs/bitswаp/1.2.0',
      'x/ipfs/bitswap'
    ]
    // 1.2.0 is spoken here, and its handler asks about every message
    const bitswap = ['/ipfs/bitswap', '/ipfs/bitswap/1.0.0', '/ipfs/bitswap/1.1.0']
    for (const protocol of [...others, ...bitswap]) await answering(node, protocol)
    const peer = await plain()
    trust.deny(peer.peerId, 'bulk-data-sync')
    for (const protocol of others) expect(await fate(await open(peer, node, protocol))).toBe('answered')
    for (const protocol of bitswap) expect(await fate(await open(peer, node, protocol))).toMatch(/reset/i)
  })

  it('opens no stream by which a peer would serve this node without being allowed to', async () => {
    const { node, trust } = await guarded()
    const server = await plain()
    const asks = ['/libp2p/autonat/2/dial-request', '/libp2p/circuit/relay/0.2.0/hop']
    for (const protocol of asks) await answering(server, protocol)
    trust.deny(server.peerId, 'used-for-autonat')
    trust.deny(server.peerId, 'use-as-relay')
    const [autonat, hop] = asks
    const failure = { name: 'TrustDeniedError', reason: 'the test denies it' }
    await expect(open(node, server, autonat)).rejects.toMatchObject({ ...failure, trustFunction: 'used-for-autonat' })
    await expect(open(node, server, hop)).rejects.toMatchObject({ ...failure, trustFunction: 'use-as-relay' })
    trust.allow(server.peerId, 'used-for-autonat')
    expect(await fate(await open(node, server, autonat))).toBe('answered')
  })

  it('keeps no place for streams that it reset: a thousand of them leave none behind', async () => {
    const { node, trust } = await guarded()
    const handled = await answering(node)
    const peer = await plain()
    trust.deny(peer.peerId, FUNCTION)
    const fates = new Set<string>()
    for (let round = 0; round < 10; round++) {
      const streams = await Promise.all(Array.from({ length: 100 }, async () => open(peer, node)))
      for (const end of await Promise.all(streams.map(fate))) fates.add(end)
    }
    expect([...fates].filter(end => !/reset/i.test(end))).toEqual([])
    expect(handled).toHaveLength(0)
    await until(() => node.getConnections().every(({ streams: left }) => left.every(one => one.protocol !== PROTOCOL)))
  })
})
