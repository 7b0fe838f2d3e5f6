import { connectToPeer, createDeadline, framed, lookUpAddresses } from '@waystone/kit'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { TUNNEL_PROTOCOL } from '@waystone/wire'
import { TUNNEL_FRAME_MAX_BYTES, TUNNEL_WINDOW_MIN_BYTES, TunnelResult } from '@waystone/wire/tunnel'
import {
  ANSWER_MS,
  HEAD_MS,
  MAX_STREAM_BUFFER_BYTES,
  MAX_STREAMS_PER_CONNECTION,
  PEER_CONNECT_MS,
  WINDOW_BYTES
} from './constants.ts'
import {
  NoTunnelsError,
  TargetUnreachableError,
  TunnelBusyError,
  TunnelPeerUnreachableError,
  TunnelProtocolError,
  TunnelRefusedError
} from './errors.ts'
import { readAnswer, writeRequest } from './head.ts'
import type { Connection, Stream } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { FramedStream, NamedPeer } from '@waystone/kit'
import type { TunnelOpened } from '@waystone/wire/tunnel'
import type { TunnelComponents } from './contract.ts'
import type { TunnelEnds } from './tunnel-group.ts'

/** A connection that looks open may be dead: the second attempt takes another. */
const ATTEMPTS = 2
/** What the peer said, which another connection would not change. */
const ANSWERS = new Set(['TunnelRefusedError', 'TargetUnreachableError', 'TunnelBusyError', 'NoTunnelsError'])

export interface OpenInit {
  to: NamedPeer
  name: string
  signal: AbortSignal
}

/** Opens tunnels to what peers expose. */
export class Opener {
  readonly #components: Pick<TunnelComponents, 'connectionManager' | 'events' | 'peerRouting'>
  readonly #clock: Clock

  constructor(components: Pick<TunnelComponents, 'connectionManager' | 'events' | 'peerRouting'>, clock: Clock) {
    this.#components = components
    this.#clock = clock
  }

  /**
   * Over the best connection that there is now: after an upgrade, a direct one.
   *
   * @throws TunnelPeerUnreachableError, NoTunnelsError, TunnelRefusedError, TargetUnreachableError, TunnelBusyError
   * @throws TunnelProtocolError, TunnelBrokenError, DeadlineExceededError, or the signal's reason
   */
  async open(init: OpenInit): Promise<Omit<TunnelEnds, 'socket'>> {
    const failed = new Set<Connection>()
    for (let attempt = 1; ; attempt++) {
      const connection = await this.#connect(init, failed)
      try {
        return await this.#openOver(connection, init)
      } catch (error) {
        init.signal.throwIfAborted()
        if (attempt === ATTEMPTS || ANSWERS.has(nameOf(error))) throw error
        failed.add(connection)
      }
    }
  }

  async #connect({ to: { peer, addresses }, signal }: OpenInit, failed: Set<Connection>): Promise<Connection> {
    const { connectionManager, events, peerRouting } = this.#components
    const clock = this.#clock
    using deadline = createDeadline({ ms: PEER_CONNECT_MS, what: 'reaching the peer', signal, clock })
    try {
      return await connectToPeer(connectionManager, peer, {
        addresses,
        events,
        failed,
        signal: deadline.signal,
        lookUp: options => lookUpAddresses(peerRouting, peer, { ...options, clock })
      })
    } catch (error) {
      signal.throwIfAborted()
      throw new TunnelPeerUnreachableError(peer.toString(), error)
    }
  }

  async #openOver(connection: Connection, { name, signal }: OpenInit): Promise<Omit<TunnelEnds, 'socket'>> {
    const stream = await this.#newStream(connection, signal)
    try {
      // data may come right behind the answer
      stream.maxReadBufferLength = MAX_STREAM_BUFFER_BYTES
      const frames = framed(stream, { maxLength: TUNNEL_FRAME_MAX_BYTES })
      const { window } = await this.#ask(frames, name, signal)
      return { stream, frames, connection, window }
    } catch (error) {
      await leave(stream, error)
      throw error
    }
  }

  async #newStream(connection: Connection, signal: AbortSignal): Promise<Stream> {
    using deadline = createDeadline({ ms: HEAD_MS, what: 'opening a stream', signal, clock: this.#clock })
    const options = { signal: deadline.signal, runOnLimitedConnection: true }
    const limit = { maxOutboundStreams: MAX_STREAMS_PER_CONNECTION }
    try {
      return await connection.newStream(TUNNEL_PROTOCOL, { ...options, ...limit })
    } catch (error) {
      if (nameOf(error) === 'UnsupportedProtocolError')
        throw new NoTunnelsError(connection.remotePeer.toString(), error)
      throw error
    }
  }

  async #ask(frames: FramedStream<Stream>, name: string, signal: AbortSignal): Promise<TunnelOpened> {
    const clock = this.#clock
    await writeRequest(frames, { name, window: WINDOW_BYTES }, { ms: HEAD_MS, clock, signal })
    const answer = await readAnswer(frames, { ms: ANSWER_MS, clock, signal })
    assertOpen(answer, name)
    return answer
  }
}

/** A peer that answered in order is left in order. */
async function leave(stream: Stream, error: unknown): Promise<void> {
  if (!ANSWERS.has(nameOf(error)) || stream.status !== 'open') return stream.abort(toError(error))
  await stream.close().catch((failure: unknown) => stream.abort(toError(failure)))
}

function assertOpen({ result, window }: TunnelOpened, name: string): void {
  switch (result) {
    case TunnelResult.OPEN:
      if (window < TUNNEL_WINDOW_MIN_BYTES) throw new TunnelProtocolError('a window below the smallest one')
      return
    case TunnelResult.REFUSED:
      throw new TunnelRefusedError(name)
    case TunnelResult.TARGET_UNREACHABLE:
      throw new TargetUnreachableError(name)
    case TunnelResult.BUSY:
      throw new TunnelBusyError('at the peer')
    default:
      throw new TunnelProtocolError('an answer that is none')
  }
}
