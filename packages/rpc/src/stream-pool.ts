import { setIdle } from '@waystone/kit'
import { CALLER_IDLE_MS, MAX_IDLE_STREAMS } from './constants.ts'
import type { Connection } from '@libp2p/interface'
import type { Clock, Timer } from '@waystone/interface'
import type { CallStream } from './call-stream.ts'

interface IdleStream {
  stream: CallStream
  timer: Timer
  /** Told when the stream ends by itself. */
  onClose: () => void
}

/**
 * Streams that wait for the next call of their connection: to negotiate a new
 * one costs a round trip and most of the work of a small call.
 */
export class StreamPool {
  readonly #clock: Clock
  readonly #idle = new Map<Connection, IdleStream[]>()
  #closed = true

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Streams that wait. */
  get size(): number {
    return [...this.#idle.values()].reduce((sum, streams) => sum + streams.length, 0)
  }

  /** From now on streams are kept. */
  open(): void {
    this.#closed = false
  }

  /** A stream on which the last call has ended, if there is one. */
  take(connection: Connection): CallStream | undefined {
    for (let idle = this.#idle.get(connection)?.at(-1); idle !== undefined; idle = this.#idle.get(connection)?.at(-1)) {
      this.#remove(connection, idle)
      if (isUsable(idle.stream)) return idle.stream
      void close(idle.stream)
    }
    return undefined
  }

  give(connection: Connection, stream: CallStream): void {
    const streams = this.#idle.get(connection) ?? []
    if (this.#closed || !isUsable(stream) || streams.length >= MAX_IDLE_STREAMS) return void close(stream)
    const idle: IdleStream = { stream, timer: this.#clock.setTimeout(drop, CALLER_IDLE_MS), onClose: drop }
    const remove = (): void => this.#remove(connection, idle)
    function drop(): void {
      remove()
      void close(stream)
    }
    stream.stream.addEventListener('close', drop)
    setIdle(stream.stream, true)
    streams.push(idle)
    this.#idle.set(connection, streams)
  }

  /** Closes them all, and those that come back later; safe to call again. */
  async close(): Promise<void> {
    this.#closed = true
    const all = [...this.#idle].flatMap(([connection, streams]) => streams.map(idle => ({ connection, idle })))
    for (const { connection, idle } of all) this.#remove(connection, idle)
    await Promise.all(all.map(({ idle }) => close(idle.stream)))
  }

  #remove(connection: Connection, idle: IdleStream): void {
    idle.timer.clear()
    setIdle(idle.stream.stream, false)
    idle.stream.stream.removeEventListener('close', idle.onClose)
    const streams = this.#idle.get(connection) ?? []
    const index = streams.lastIndexOf(idle)
    if (index !== -1) streams.splice(index, 1)
    if (streams.length === 0) this.#idle.delete(connection)
  }
}

// what came after the end of the last answer would be taken for the next one
function isUsable({ stream }: CallStream): boolean {
  const { status, writeStatus, remoteWriteStatus, readBufferLength } = stream
  return status === 'open' && writeStatus === 'writable' && remoteWriteStatus === 'writable' && readBufferLength === 0
}

async function close({ stream }: CallStream): Promise<void> {
  try {
    await stream.close()
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
  }
}
