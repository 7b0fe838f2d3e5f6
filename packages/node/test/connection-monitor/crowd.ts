import { ManualClock, RecordedMetrics, seededRandom } from '@waystone/kit/testing'
import { pino } from 'pino'
import { ConnectionMonitor } from '../../src/libp2p/connection-monitor/connection-monitor.ts'
import { NodeLog } from '../../src/logging/node-log.ts'
import type { Connection, Libp2pEvents, TypedEventTarget } from '@libp2p/interface'
import type { Traffic } from '../../src/libp2p/byte-counts.ts'

/** What stands for a peer: called with the signal of each stream that is opened to it. */
export type Remote = (signal: AbortSignal, connection: FakeConnection) => Promise<never>

interface Options {
  signal: AbortSignal
  runOnLimitedConnection?: boolean
}

export class FakeConnection {
  readonly timeline: Connection['timeline'] = { open: 1 }
  readonly traffic: Traffic = { received: 1, sent: 1 }
  /** When pings came. */
  readonly pings: number[] = []
  rtt: number | undefined
  aborted: Error | undefined

  asConnection(): Connection {
    return this as unknown as Connection
  }
}

/** A peer that is there and speaks no ping: the shortest answer. */
export const answering: Remote = async (_signal, { traffic }) => {
  traffic.received += 50
  throw Object.assign(new Error('no ping'), { name: 'UnsupportedProtocolError' })
}

/** Does not even look at the signal. */
export const silent: Remote = async () => await new Promise<never>(() => {})

/** A connection monitor, its clock, and any number of connections. */
export class Crowd implements AsyncDisposable {
  readonly clock: ManualClock
  readonly metrics = new RecordedMetrics()
  readonly connections: FakeConnection[] = []
  readonly monitor: ConnectionMonitor
  readonly #events = new EventTarget()

  constructor({ seed = 1, clock = new ManualClock() } = {}) {
    this.clock = clock
    const components = {
      events: this.#events as TypedEventTarget<Libp2pEvents>,
      connectionManager: { getConnections: () => this.connections.map(one => one.asConnection()) },
      logger: new NodeLog(pino({ level: 'silent' })),
      metrics: this.metrics.toMetrics()
    }
    const bytes = { of: ({ timeline }: Pick<Connection, 'timeline'>) => this.#trafficOf(timeline) }
    this.monitor = new ConnectionMonitor(components, { bytes, clock: this.clock, random: seededRandom(seed) })
    this.monitor.start()
  }

  open(remote: Remote): FakeConnection {
    const one = new FakeConnection()
    const newStream = async (_protocol: string, { signal, runOnLimitedConnection }: Options): Promise<never> => {
      // as a relayed connection does
      if (!runOnLimitedConnection) throw new Error('the connection is limited')
      one.pings.push(this.clock.monotonic())
      return await remote(signal, one)
    }
    const abort = (error: Error): void => {
      one.aborted = error
      this.close(one)
    }
    this.connections.push(Object.assign(one, { newStream, abort }))
    this.#tell('open', one)
    return one
  }

  close(one: FakeConnection): void {
    one.timeline.close = this.clock.now()
    this.#tell('close', one)
  }

  count(result: string): number {
    return this.metrics.count('waystone_node_pings_total', result)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.monitor.stop()
  }

  #tell(kind: 'open' | 'close', detail: FakeConnection): void {
    this.#events.dispatchEvent(new CustomEvent(`connection:${kind}`, { detail }))
  }

  #trafficOf(timeline: object): Traffic {
    const of = this.connections.find(one => one.timeline === timeline) ?? this.connections.at(-1)
    return of?.traffic ?? { received: 0, sent: 0 }
  }
}
