import fc from 'fast-check'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { retransmissionWaits } from '../src/stun/retransmission.ts'
import { parseStunUrl, resolveStunServer } from '../src/stun/server.ts'
import { StunClient } from '../src/stun/stun-client.ts'
import { bindDatagramPort } from '../src/stun/datagram-port.ts'
import type { Endpoint } from '../src/stun/endpoint.ts'
import type { DatagramPort } from '../src/stun/datagram-port.ts'

const server = { ip: '203.0.113.10', port: 3_478 }
const elsewhere = { ip: '203.0.113.11', port: 3_479 }
const signal = AbortSignal.any([])

/** A network in which a test answers by hand. */
class FakePort implements DatagramPort {
  readonly localPort = 40_000
  readonly sent: { bytes: Uint8Array; to: Endpoint }[] = []
  closed = false
  #listener: ((bytes: Uint8Array, from: Endpoint) => void) | undefined

  send(bytes: Uint8Array, to: Endpoint): void {
    this.sent.push({ bytes, to })
  }
  onMessage(listener: (bytes: Uint8Array, from: Endpoint) => void): void {
    this.#listener = listener
  }
  close(): void {
    this.closed = true
  }
  deliver(bytes: Uint8Array, from: Endpoint): void {
    this.#listener?.(bytes, from)
  }
  /** What a server answers to a request: "you are 198.51.100.7:4660", or a refusal. */
  answerTo(index: number, from: Endpoint = server, kind: 'success' | 'refusal' = 'success'): void {
    const id = this.sent[index]?.bytes.subarray(8, 20) ?? new Uint8Array(12)
    const body = kind === 'success' ? '00010008 00011234 c6336407' : '00090004 00000414'
    const head = kind === 'success' ? '0101000c 2112a442' : '01110008 2112a442'
    this.deliver(Uint8Array.from([...hex(head), ...id, ...hex(body)]), from)
  }
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}

function setUp() {
  const [port, clock] = [new FakePort(), new ManualClock()]
  return { port, clock, client: new StunClient({ port, clock, random: seededRandom(1) }) }
}

it('repeats a request with growing waits (RFC 8489, section 6.2.1), always the same one', async () => {
  const { port, clock, client } = setUp()
  const failed = client.ask(server, { signal }).catch((error: Error) => error.name)
  const times: number[] = []
  const start = clock.now()
  for (let step = 0; step < 50; step++) {
    await clock.advance(100)
    while (times.length < port.sent.length) times.push(clock.now() - start)
  }
  expect(await failed).toBe('StunTimeoutError')
  expect(times).toEqual([100, 500, 1_500, 3_500])
  expect(new Set(port.sent.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(1)
  expect(clock.pending).toBe(0)
})

it('has the waits of the RFC when asked for all seven requests', () => {
  expect(retransmissionWaits(7, 16)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 8_000])
})

it('takes the answer of the server and no other', async () => {
  const { port, clock, client } = setUp()
  const answer = client.ask(server, { signal })
  await clock.advance(0)
  port.answerTo(0, elsewhere)
  port.deliver(hex('0101000c 2112a442 000000000000000000000000 00010008 0001ffff ffffffff'), server)
  await clock.advance(0)
  port.answerTo(0)
  expect(await answer).toEqual({ mapped: { ip: '198.51.100.7', port: 4_660 }, from: server })
  expect(clock.pending).toBe(0)
})

it('takes the answer from elsewhere when it asked for that', async () => {
  const { port, clock, client } = setUp()
  const answer = client.ask(server, { signal, change: { ip: true, port: true } })
  await clock.advance(0)
  port.answerTo(0, elsewhere)
  expect((await answer).from).toEqual(elsewhere)
})

it('ends with a refusal and with its signal, and leaves nothing behind', async () => {
  const { port, clock, client } = setUp()
  const refused = client.ask(server, { signal }).catch((error: unknown) => error)
  await clock.advance(0)
  port.answerTo(0, server, 'refusal')
  expect(await refused).toMatchObject({ name: 'StunRefusedError', code: 420 })
  const controller = new AbortController()
  const aborted = client.ask(server, { signal: controller.signal }).catch((error: Error) => error.message)
  await clock.advance(0)
  controller.abort(new Error('enough'))
  expect(await aborted).toBe('enough')
  expect(clock.pending).toBe(0)
  client.close()
  expect(port.closed).toBe(true)
})

it('asks only so many questions at one time', async () => {
  const { clock, client } = setUp()
  const asked = Array.from(
    { length: 33 },
    async () => await client.ask(server, { signal }).catch((error: Error) => error.message)
  )
  expect(await asked.at(-1)).toBe('too many questions at one time')
  await clock.advance(10_000)
  await Promise.all(asked)
})

it('drops whatever else arrives', async () => {
  const { port, clock, client } = setUp()
  const answer = client.ask(server, { signal })
  await clock.advance(0)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), bytes => {
      port.deliver(bytes, server)
      expect(port.sent).toHaveLength(1)
    })
  )
  port.answerTo(0)
  expect((await answer).mapped.port).toBe(4_660)
})

it('speaks over a real UDP port', async () => {
  const stun = createSocket('udp4').bind(0, '127.0.0.1')
  onTestFinished(async () => void stun.close())
  await once(stun, 'listening')
  stun.on('message', (request, { port, address }) => {
    const answer = hex('0101000c 2112a442 000000000000000000000000 00010008 00010000 7f000001')
    answer.set(request.subarray(8, 20), 8)
    new DataView(answer.buffer).setUint16(26, port)
    stun.send(answer, port, address)
  })
  const client = new StunClient({ port: await bindDatagramPort(), clock: new ManualClock(), random: seededRandom(2) })
  const { mapped } = await client.ask({ ip: '127.0.0.1', port: stun.address().port }, { signal })
  expect(mapped).toEqual({ ip: '127.0.0.1', port: client.localPort })
  client.close()
})

it.each([
  ['stun:stun.example.org', { host: 'stun.example.org', port: 3_478 }],
  ['stun:192.0.2.1:1234', { host: '192.0.2.1', port: 1_234 }],
  ['stun:[2001:db8::1]:1234', { host: '2001:db8::1', port: 1_234 }]
])('reads %s', (url, expected) => {
  expect(parseStunUrl(url)).toEqual(expected)
})

it.each(['stuns:example.org', 'stun:', 'stun:a:0', 'stun:a:99999', 'stun:a/b', 'http://a', 'stun:a:1?transport=tcp'])(
  'refuses %s',
  async url => {
    await expect(resolveStunServer(url, signal)).rejects.toMatchObject({ name: 'StunServerInvalidError' })
  }
)
