import { quic } from '@chainsafe/libp2p-quic'
import { tcp } from '@libp2p/tcp'
import { until } from '@waystone/kit/testing'
import { RPC_WINDOW_BYTES } from '@waystone/wire/rpc'
import { afterEach, describe, expect, it } from 'vitest'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, rpcNode } from './nodes.ts'
import type { Client, ServiceImpl } from '@connectrpc/connect'
import type { Libp2pOptions } from 'libp2p'

afterEach(cleanUp)

const MESSAGE_BYTES = 64 * 1024
/** 8 MiB: more than the window and all buffers together. */
const MESSAGES = 128
/** A window, what the consumer took, and one message at each place on the way. */
const MOST = RPC_WINDOW_BYTES / MESSAGE_BYTES + 8

const WAYS: Record<string, Libp2pOptions> = {
  TCP: { transports: [tcp()], addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } },
  QUIC: { transports: [quic()], addresses: { listen: ['/ip4/127.0.0.1/udp/0/quic-v1'] } }
}

async function clientOver(
  way: string,
  handlers: Partial<ServiceImpl<typeof ConformanceService>>
): Promise<Client<typeof ConformanceService>> {
  const server = await rpcNode({}, WAYS[way])
  const caller = await rpcNode({}, WAYS[way])
  await server.services.rpc.serve(ConformanceService, handlers)
  await caller.dial(server.getMultiaddrs())
  return caller.services.rpc.client(ConformanceService, server.peerId)
}

/** The number once it is the same in many turns of the event loop. */
async function settled(read: () => number): Promise<number> {
  let last = -1
  let same = 0
  await until(() => {
    same = read() === last ? same + 1 : 0
    last = read()
    return same === 50
  })
  return last
}

/** Messages that count how many of them were made. */
class Source {
  made = 0

  async *requests(): AsyncGenerator<{ text: string }> {
    while (this.made < MESSAGES) {
      this.made++
      yield { text: 'x'.repeat(MESSAGE_BYTES) }
    }
  }

  async *answers(): AsyncGenerator<{ index: number; payload: Uint8Array<ArrayBuffer> }> {
    while (this.made < MESSAGES) yield { index: this.made++, payload: new Uint8Array(MESSAGE_BYTES) }
  }
}

describe.each(Object.keys(WAYS))('over %s', way => {
  it('a handler waits for a caller that does not read, and then all arrives', async () => {
    const source = new Source()
    const client = await clientOver(way, { serverStream: () => source.answers() })
    const answers = client.serverStream({})[Symbol.asyncIterator]()
    const indexes = [(await answers.next()).value?.index]
    expect(await settled(() => source.made)).toBeLessThan(MOST)
    for await (const { index } of { [Symbol.asyncIterator]: () => answers }) indexes.push(index)
    expect(indexes).toEqual(Array.from({ length: MESSAGES }, (_, index) => index))
  })

  it('a caller waits for a handler that does not read, and then all arrives', async () => {
    const source = new Source()
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const client = await clientOver(way, {
      async clientStream(requests) {
        await gate
        const texts: string[] = []
        for await (const { text } of requests) texts.push(String(text.length))
        return { texts }
      }
    })
    const answer = client.clientStream(source.requests())
    await until(() => source.made > 1)
    expect(await settled(() => source.made)).toBeLessThan(MOST)
    open()
    expect((await answer).texts).toEqual(Array(MESSAGES).fill(String(MESSAGE_BYTES)))
  })

  it('both wait for a window each, and neither for the other for ever', async () => {
    const [asked, answered] = [new Source(), new Source()]
    let received = 0
    const client = await clientOver(way, {
      // says everything before it listens
      async *bidiStream(requests) {
        for await (const _ of answered.answers()) yield { text: 'x'.repeat(MESSAGE_BYTES) }
        for await (const _ of requests) received++
      }
    })
    const answers = client.bidiStream(asked.requests())[Symbol.asyncIterator]()
    await answers.next()
    await settled(() => asked.made + answered.made)
    expect(Math.max(asked.made, answered.made)).toBeLessThan(MOST)
    let read = 1
    for await (const _ of { [Symbol.asyncIterator]: () => answers }) read++
    expect({ read, received }).toEqual({ read: MESSAGES, received: MESSAGES })
  })
})
