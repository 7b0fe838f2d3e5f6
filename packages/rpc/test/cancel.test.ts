import { getEventListeners } from 'node:events'
import { ManualClock, until } from '@waystone/kit/testing'
import { RPC_PROTOCOL } from '@waystone/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { servedStreams } from './attack.ts'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, pair } from './nodes.ts'
import type { Client } from '@connectrpc/connect'
import type { Pair } from './nodes.ts'

afterEach(cleanUp)

const CALLS = 10_000
const AT_ONCE = 50

type TestClient = Client<typeof ConformanceService>
type Call = (client: TestClient, signal: AbortSignal) => Promise<unknown>

async function begun(answers: AsyncIterable<unknown>): Promise<unknown> {
  const iterator = answers[Symbol.asyncIterator]()
  await iterator.next()
  return await iterator.next()
}

const HANG = { wish: { hang: true } }
const endless = async function* () {
  yield { text: 'first' }
  await new Promise(() => {})
} as () => AsyncGenerator<{ text: string }>

const CALLS_OF_KINDS: Call[] = [
  async (client, signal) => client.unary(HANG, { signal }),
  // answers once, and hangs then
  async (client, signal) => begun(client.serverStream({ wish: { hang: true, failAfter: 1 } }, { signal })),
  async (client, signal) => begun(client.bidiStream(endless(), { signal })),
  async (client, signal) => client.clientStream(endless(), { signal })
]

/** Timers of this process, those of Connect included. */
function timers(): number {
  return process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
}

async function cancelled(client: TestClient, call: Call, running: () => number): Promise<void> {
  const controllers = Array.from({ length: AT_ONCE }, () => new AbortController())
  const ends = controllers.map(async ({ signal }) => call(client, signal).catch(() => 'cancelled'))
  await until(() => running() === AT_ONCE)
  for (const controller of controllers) controller.abort()
  expect(new Set(await Promise.all(ends))).toEqual(new Set(['cancelled']))
  await until(() => running() === 0)
  for (const { signal } of controllers) expect(getEventListeners(signal, 'abort')).toHaveLength(0)
}

function callStreams({ connection }: Pair): number {
  return connection.streams.filter(({ protocol }) => protocol === RPC_PROTOCOL).length
}

describe('10,000 calls that are cancelled half-way', () => {
  it('leave no stream, no timer and no listener behind', async () => {
    const clock = new ManualClock()
    let running = 0
    const nodes = await pair(
      {
        clock,
        interceptors: [
          next => async request => {
            running++
            request.signal.addEventListener('abort', () => running--, { once: true })
            return await next(request)
          }
        ]
      },
      { clock }
    )
    await nodes.server.services.rpc.serve(ConformanceService, conformance)
    const client = nodes.caller.services.rpc.client(ConformanceService, nodes.server.peerId)
    await cancelled(client, CALLS_OF_KINDS[0]!, () => running)
    const before = timers()
    for (let round = 0; round < CALLS / AT_ONCE; round++) {
      await cancelled(client, CALLS_OF_KINDS[round % CALLS_OF_KINDS.length]!, () => running)
    }
    await until(() => callStreams(nodes) === 0 && servedStreams(nodes) === 0)
    expect(clock.pending).toBe(0)
    await until(() => timers() <= before)
  }, 300_000)

  it('are not needed to end a call: leaving the loop does', async () => {
    const nodes = await pair()
    let ended = 0
    await nodes.server.services.rpc.serve(ConformanceService, {
      async *serverStream() {
        try {
          for (;;) yield {}
        } finally {
          ended++
        }
      }
    })
    const client = nodes.caller.services.rpc.client(ConformanceService, nodes.server.peerId)
    const { signal } = new AbortController()
    for await (const _ of client.serverStream({}, { signal })) break
    await until(() => ended === 1 && callStreams(nodes) === 0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe('an answer without end', () => {
  it('leaves the process its turns, also while nothing holds it up', async () => {
    const nodes = await pair()
    let made = 0
    await nodes.server.services.rpc.serve(ConformanceService, {
      async *serverStream() {
        for (;;) yield { index: made++ }
      }
    })
    const client = nodes.caller.services.rpc.client(ConformanceService, nodes.server.peerId)
    const answers = client.serverStream({})[Symbol.asyncIterator]()
    await answers.next()
    const inOneTurn: number[] = []
    for (let turn = 0; turn < 50; turn++) {
      const before = made
      await new Promise(resolve => setImmediate(resolve))
      inOneTurn.push(made - before)
    }
    await answers.return?.()
    expect(Math.max(...inOneTurn)).toBeGreaterThan(0)
    expect(Math.max(...inOneTurn)).toBeLessThan(300)
  })
})

describe('backpressure', () => {
  it('holds a server stream up while its reader does nothing', async () => {
    const nodes = await pair()
    let made = 0
    await nodes.server.services.rpc.serve(ConformanceService, {
      async *serverStream() {
        for (; made < 2_000; made++) yield { index: made, payload: new Uint8Array(65_536) }
      }
    })
    const client = nodes.caller.services.rpc.client(ConformanceService, nodes.server.peerId)
    const answers = client.serverStream({})[Symbol.asyncIterator]()
    await answers.next()
    await settled(() => made)
    // the windows of yamux and of the sockets, whatever they have grown to
    expect(made).toBeLessThan(600)
    let last = 0
    for (let next = await answers.next(); next.done !== true; next = await answers.next()) last = next.value.index
    expect(last).toBe(1_999)
  })

  it('holds a client stream up while its handler does nothing', async () => {
    const nodes = await pair()
    const gate = Promise.withResolvers<void>()
    await nodes.server.services.rpc.serve(ConformanceService, {
      async clientStream(requests) {
        await gate.promise
        let count = 0
        for await (const _ of requests) count++
        return { texts: [String(count)] }
      }
    })
    let sent = 0
    const text = 'x'.repeat(65_536)
    const client = nodes.caller.services.rpc.client(ConformanceService, nodes.server.peerId)
    const requests = (async function* () {
      for (; sent < 2_000; sent++) yield { text }
    })()
    const answer = client.clientStream(requests)
    await settled(() => sent)
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThan(600)
    gate.resolve()
    expect((await answer).texts).toEqual(['2000'])
  })
})

/** Waits until a count stands still for many turns of the event loop. */
async function settled(count: () => number): Promise<void> {
  let before = -1
  let same = 0
  await until(() => {
    same = count() === before && before > 0 ? same + 1 : 0
    before = count()
    return same > 20
  })
}
