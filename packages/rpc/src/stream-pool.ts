import { CALLER_IDLE_MS, MAX_IDLE_STREAMS } from './constants.ts'
import type { Connection } from '@libp2p/interface'
import type { Clock, Timer } from '@waystone/interface'
import type { CallStream } from './call-stream.ts'

interface IdleStream {
  stream: CallStream
  timer: Timer
}

/**
 * Streams that wait for the next call of their connection: to negotiate a new
 * one costs a round trip and most of the work of a small call.
 */
export class StreamPool {
  readonly #clock: Clock
  readonly #idle = new Map<Connection, IdleStream[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Streams that wait. */
  get size(): number {
    return [...this.#idle.values()].reduce((sum, streams) => sum + streams.length, 0)
  }

  /** A stream on which the last call has ended, if there is one. */
  take(connection: Connection): CallStream | undefined {
    const streams = this.#idle.get(connection) ?? []
    for (let idle = streams.pop(); idle !== undefined; idle = streams.pop()) {
      idle.timer.clear()
      if (streams.length === 0) this.#idle.delete(connection)
      if (isUsable(idle.stream)) return idle.stream
    }
    return undefined
  }

  give(connection: Connection, stream: CallStream): void {
    const streams = this.#idle.get(connection) ?? []
    if (!isUsable(stream) || streams.length >= MAX_IDLE_STREAMS) return void close(stream)
    const timer = this.#clock.setTimeout(() => this.#drop(connection, stream), CALLER_IDLE_MS)
    this.#idle.set(connection, [...streams, { stream, timer }])
  }

  /** Closes them all; safe to call again. */
  async clear(): Promise<void> {
    const all = [...this.#idle.values()].flat()
    this.#idle.clear()
    for (const { timer } of all) timer.clear()
    await Promise.all(all.map(({ stream }) => close(stream)))
  }

  #drop(connection: Connection, stream: CallStream): void {
    const rest = (this.#idle.get(connection) ?? []).filter(idle => idle.stream !== stream)
    if (rest.length === 0) this.#idle.delete(connection)
    else this.#idle.set(connection, rest)
    void close(stream)
  }
}

function isUsable({ stream }: CallStream): boolean {
  return stream.status === 'open' && stream.writeStatus === 'writable' && stream.remoteWriteStatus === 'writable'
}

async function close({ stream }: CallStream): Promise<void> {
  try {
    await stream.close()
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
  }
}
