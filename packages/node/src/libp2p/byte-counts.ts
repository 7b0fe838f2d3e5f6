import type {
  Connection,
  Libp2pEvents,
  MessageStream,
  Metrics,
  MultiaddrConnection,
  Stream,
  TypedEventTarget
} from '@libp2p/interface'

/** Bytes in both directions. */
export interface Traffic {
  received: number
  sent: number
}

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
  /** Those that carry streams of their own: few or none in most nodes, where listing all connections takes long. */
  readonly #native = new Set<Connection>()

  /** Begins to count; called once, before the first connection. */
  attach(
    metrics: Pick<Metrics, 'trackMultiaddrConnection' | 'trackProtocolStream'>,
    events: Pick<TypedEventTarget<Libp2pEvents>, 'addEventListener'>
  ): void {
    events.addEventListener('connection:open', ({ detail: connection }) => {
      if (connection.encryption === 'native') this.#native.add(connection)
    })
    events.addEventListener('connection:close', ({ detail: connection }) => this.#native.delete(connection))
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
    for (const carrier of this.#native) {
      if (carrier.streams.includes(stream)) return count(stream, [this.of(carrier), this.total])
    }
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
