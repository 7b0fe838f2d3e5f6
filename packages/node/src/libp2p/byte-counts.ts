import type { Connection, MessageStream, Metrics, MultiaddrConnection, Stream } from '@libp2p/interface'

/** Bytes in both directions. */
export interface Traffic {
  received: number
  sent: number
}

/** What is looked at to find the traffic of a connection. */
type Counted = Pick<Connection, 'timeline' | 'encryption' | 'streams'>

/**
 * Counts the bytes of every connection, encryption included where libp2p
 * encrypts. libp2p tells its metrics of every connection and stream; nobody
 * else sees all of them. QUIC and WebRTC carry streams of their own past the
 * connection: there the bytes of the streams count.
 */
export class ByteCounts {
  /** By the one object that a connection shares with what it was made from. */
  readonly #byTimeline = new WeakMap<object, Traffic>()
  /** All connections but relayed ones, whose bytes are those of the connection to the relay. */
  readonly total: Traffic = { received: 0, sent: 0 }
  #connections: () => Counted[] = () => []

  /** @param connections - those that are open */
  attach(
    metrics: Pick<Metrics, 'trackMultiaddrConnection' | 'trackProtocolStream'>,
    connections: () => Counted[]
  ): void {
    this.#connections = connections
    const trackConnection = metrics.trackMultiaddrConnection.bind(metrics)
    const trackStream = metrics.trackProtocolStream.bind(metrics)
    metrics.trackMultiaddrConnection = connection => {
      trackConnection(connection)
      this.#trackConnection(connection)
    }
    metrics.trackProtocolStream = stream => {
      trackStream(stream)
      this.#trackStream(stream)
    }
  }

  of({ timeline }: Pick<Connection, 'timeline'>): Traffic {
    return this.#byTimeline.get(timeline) ?? { received: 0, sent: 0 }
  }

  #trackConnection(connection: MultiaddrConnection): void {
    const traffic = { received: 0, sent: 0 }
    this.#byTimeline.set(connection.timeline, traffic)
    const relayed = connection.remoteAddr.toString().includes('/p2p-circuit')
    count(connection, relayed ? [traffic] : [traffic, this.total])
  }

  #trackStream(stream: Stream): void {
    const carrier = this.#connections().find(each => each.encryption === 'native' && each.streams.includes(stream))
    if (carrier !== undefined) count(stream, [this.of(carrier), this.total])
  }
}

/** Sees what passes without listening: a listener more would make a stream flow before its reader is there. */
function count(stream: MessageStream, traffics: Traffic[]): void {
  const send = stream.send.bind(stream)
  const dispatchEvent = stream.dispatchEvent.bind(stream)
  stream.send = data => {
    for (const traffic of traffics) traffic.sent += data.byteLength
    return send(data)
  }
  stream.dispatchEvent = event => {
    const byteLength = event.type === 'message' ? byteLengthOf(event) : 0
    for (const traffic of traffics) traffic.received += byteLength
    return dispatchEvent(event)
  }
}

function byteLengthOf(event: { data?: { byteLength?: unknown } } & object): number {
  const byteLength = event.data?.byteLength
  return typeof byteLength === 'number' ? byteLength : 0
}
