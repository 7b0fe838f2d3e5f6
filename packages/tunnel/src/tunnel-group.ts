import { setMaxListeners } from '@libp2p/interface'
import { pathOf } from '@waystone/kit'
import { toError } from '@waystone/kit/error-fields'
import { LocalResetError } from './errors.ts'
import { Link } from './link.ts'
import { tuned } from './socket.ts'
import type { Socket } from 'node:net'
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { FramedStream } from '@waystone/kit'
import type { TunnelStatus } from './contract.ts'
import type { Reporter, TunnelOrigin } from './reporter.ts'

export interface TunnelGroupInit extends TunnelOrigin {
  /** The target, or the local address. */
  local: string
  peer?: PeerId
  reporter: Reporter
  clock: Clock
}

/** What a tunnel is made of. */
export interface TunnelEnds {
  socket: Socket
  stream: Stream
  frames: FramedStream<Stream>
  connection: Connection
  /** Bytes that the other side takes at first. */
  window: number
}

/** The tunnels of one exposure or one forward, which end with it. */
export class TunnelGroup {
  readonly #init: TunnelGroupInit
  readonly #running = new AbortController()
  readonly #work = new Set<Promise<unknown>>()
  #open = 0
  #bytesReceived = 0
  #bytesSent = 0

  constructor(init: TunnelGroupInit) {
    this.#init = init
    // every tunnel listens to it
    setMaxListeners(Infinity, this.signal)
  }

  /** Ends with the exposure or the forward. */
  get signal(): AbortSignal {
    return this.#running.signal
  }

  get origin(): TunnelOrigin {
    return this.#init
  }

  get status(): TunnelStatus {
    const { name, side, local, peer } = this.#init
    const { bytesReceived, bytesSent } = { bytesReceived: this.#bytesReceived, bytesSent: this.#bytesSent }
    return { name, side, local, peer, open: this.#open, bytesReceived, bytesSent }
  }

  /** Waits for this work when the group ends. The work must not fail, and end with {@link signal}. */
  track(work: Promise<unknown>): void {
    this.#work.add(work)
    void work.finally(() => this.#work.delete(work))
  }

  /** Carries one connection until it ends, however it does. */
  async carry(ends: TunnelEnds): Promise<void> {
    const { reporter, clock } = this.#init
    const { connection, socket, stream } = ends
    // gone while the tunnel was opened
    if (socket.destroyed) return stream.abort(new LocalResetError())
    const counted = { bytesReceived: 0, bytesSent: 0 }
    tuned(socket)
    const id = reporter.opened(this.#init, { peer: connection.remotePeer, route: pathOf(connection) })
    this.#open++
    const link = new Link({ ...ends, clock, signal: this.signal, onBytes: this.#count(counted) })
    const failure = await link.carry().then(() => undefined, toError)
    this.#open--
    reporter.closed(this.#init, { id, ...counted, failure })
  }

  /** Resets all tunnels and waits until they are gone; safe to call again. */
  async end(reason: Error): Promise<void> {
    this.#running.abort(reason)
    await Promise.all(this.#work)
  }

  #count(counted: { bytesReceived: number; bytesSent: number }) {
    return (direction: 'sent' | 'received', count: number): void => {
      this.#init.reporter.bytes(direction, count)
      if (direction === 'sent') this.#bytesSent += count
      else this.#bytesReceived += count
      counted[direction === 'sent' ? 'bytesSent' : 'bytesReceived'] += count
    }
  }
}
