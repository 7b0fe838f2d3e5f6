import { expect, test } from 'vitest'
import { ByteCounts } from '../src/libp2p/byte-counts.ts'
import { silentMetrics } from '../src/libp2p/silent-metrics.ts'
import type { Connection, Libp2pEvents, Stream, TypedEventTarget } from '@libp2p/interface'

function stream(): Stream {
  return Object.assign(new EventTarget(), { send: () => true }) as unknown as Stream
}

function connection(encryption: string, streams: Stream[], onLook = () => {}): Connection {
  const one = { encryption, timeline: { open: 1 }, remoteAddr: '/ip4/192.0.2.1/udp/1/quic-v1', send: () => true }
  const look = { get: () => (onLook(), streams) }
  return Object.defineProperty(Object.assign(new EventTarget(), one), 'streams', look) as unknown as Connection
}

function watched() {
  const bytes = new ByteCounts()
  const metrics = silentMetrics()
  const events = new EventTarget()
  bytes.attach(metrics, events as TypedEventTarget<Libp2pEvents>)
  const tell = (kind: 'open' | 'close', detail: Connection): void =>
    void events.dispatchEvent(new CustomEvent(`connection:${kind}`, { detail }))
  return { bytes, metrics, tell }
}

test('bytes of a stream are those of its connection, where that carries streams by itself', () => {
  const { bytes, metrics, tell } = watched()
  const [own, late] = [stream(), stream()]
  const carrier = connection('native', [own, late])
  metrics.trackMultiaddrConnection(carrier as never)
  tell('open', carrier)
  metrics.trackProtocolStream(own)
  own.send(new Uint8Array(10))
  own.dispatchEvent(Object.assign(new Event('message'), { data: new Uint8Array(7) }))
  expect(bytes.of(carrier)).toEqual({ sent: 10, received: 7 })
  expect(bytes.total).toEqual({ sent: 10, received: 7 })
  tell('close', carrier)
  metrics.trackProtocolStream(late)
  late.send(new Uint8Array(10))
  expect(bytes.total.sent).toBe(10)
})

test('a new stream costs the same, however many encrypted connections there are', () => {
  const { metrics, tell } = watched()
  let looks = 0
  for (let count = 0; count < 10_000; count++)
    tell(
      'open',
      connection('/tls/1.0.0', [], () => looks++)
    )
  metrics.trackProtocolStream(stream())
  expect(looks).toBe(0)
})
