import { LOOK_MS, MAX_BEGUN_PER_TICK, MAX_WAITING, TICK_JITTER, TICKS_PER_ROUND } from './constants.ts'
import { Pings } from './pings.ts'
import { Pulse } from './pulse.ts'
import type {
  ComponentLogger,
  Connection,
  CounterGroup,
  Libp2pEvents,
  Metrics,
  Startable,
  TypedEventTarget
} from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Clock, Random, Timer } from '@waystone/interface'
import type { ByteCounts } from '../byte-counts.ts'

export interface ConnectionMonitorInit {
  bytes: Pick<ByteCounts, 'of'>
  clock: Clock
  random: Random
}

export interface ConnectionMonitorComponents {
  events: Pick<TypedEventTarget<Libp2pEvents>, 'addEventListener' | 'removeEventListener'>
  connectionManager: Pick<ConnectionManager, 'getConnections'>
  logger: ComponentLogger
  metrics?: Metrics
}

/**
 * Hears from every connection within `KEEP_ALIVE_MS`: those that are silent are
 * pinged, and cut when that brings nothing. It stands in for libp2p's (3.3.11),
 * which opens a stream on every connection in the same instant, at both ends,
 * whether the peer has just spoken or not.
 */
export class ConnectionMonitor implements Startable {
  readonly #init: ConnectionMonitorInit
  readonly #components: ConnectionMonitorComponents
  readonly #counts: CounterGroup | undefined
  readonly #pulses = new Map<Connection, Pulse>()
  /** Goes round all connections: such an iterator finds those that come while it is under way. */
  #round = this.#pulses.entries()
  #timer: Timer | undefined
  /** While this runs. */
  #pings: Pings | undefined

  constructor(components: ConnectionMonitorComponents, init: ConnectionMonitorInit) {
    this.#init = init
    this.#components = components
    this.#counts = components.metrics?.registerCounterGroup('waystone_node_pings_total', {
      label: 'result',
      help: 'Pings of open connections: answered, unsupported, alive (no right answer, but other bytes), unknown or dead'
    })
  }

  /** How many connections are watched. */
  get size(): number {
    return this.#pulses.size
  }

  start(): void {
    if (this.#pings !== undefined) return
    const { events, connectionManager, logger } = this.#components
    const log = logger.forComponent('waystone:connection-monitor')
    this.#pings = new Pings({ ...this.#init, log, counts: this.#counts })
    events.addEventListener('connection:open', this.#onOpen)
    events.addEventListener('connection:close', this.#onClose)
    for (const connection of connectionManager.getConnections()) this.#watch(connection)
  }

  async stop(): Promise<void> {
    const { events } = this.#components
    events.removeEventListener('connection:open', this.#onOpen)
    events.removeEventListener('connection:close', this.#onClose)
    this.#timer?.clear()
    this.#timer = undefined
    this.#pulses.clear()
    const pings = this.#pings
    this.#pings = undefined
    await pings?.stop()
  }

  readonly #onOpen = ({ detail }: CustomEvent<Connection>): void => this.#watch(detail)

  readonly #onClose = ({ detail }: CustomEvent<Connection>): void => void this.#pulses.delete(detail)

  #watch(connection: Connection): void {
    const { bytes, clock, random } = this.#init
    this.#pulses.set(connection, new Pulse({ traffic: bytes.of(connection), random, now: clock.monotonic() }))
    this.#tickLater()
  }

  /** Without connections nothing ticks. */
  #tickLater(): void {
    if (this.#timer !== undefined || this.size === 0) return
    const { clock, random } = this.#init
    const delayMs = LOOK_MS / Math.min(this.size, TICKS_PER_ROUND)
    // two nodes begin to look at their connection in the same moment
    this.#timer = clock.setTimeout(() => this.#tick(), delayMs * (1 - random.number() * TICK_JITTER))
  }

  #tick(): void {
    this.#timer = undefined
    const room = MAX_WAITING - (this.#pings?.waiting ?? MAX_WAITING)
    let mayBegin = Math.min(room, Math.ceil(this.size * MAX_BEGUN_PER_TICK))
    for (let looks = Math.ceil(this.size / TICKS_PER_ROUND); looks > 0; looks--) {
      const next = this.#next()
      if (next !== undefined && this.#look(next, mayBegin > 0)) mayBegin--
    }
    this.#tickLater()
  }

  #next(): [Connection, Pulse] | undefined {
    const next = this.#round.next()
    if (next.done !== true) return next.value
    this.#round = this.#pulses.entries()
    return this.#round.next().value
  }

  /** Says whether a ping was begun; whoever may not is asked at a later look. */
  #look([connection, pulse]: [Connection, Pulse], mayBegin: boolean): boolean {
    // its end may have been told before its beginning
    const isClosed = connection.timeline.close !== undefined
    if (isClosed) this.#pulses.delete(connection)
    const begins = !isClosed && pulse.look(this.#init.clock.monotonic()) && mayBegin
    if (begins) this.#pings?.begin(connection, pulse)
    return begins
  }
}
