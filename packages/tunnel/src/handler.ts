import { createDeadline, framed, readChunks } from '@waystone/kit'
import { messageOf, toError } from '@waystone/kit/error-fields'
import { TUNNEL_FRAME_MAX_BYTES, TUNNEL_WINDOW_MIN_BYTES, TunnelResult } from '@waystone/wire/tunnel'
import { isTunnelName } from './address.ts'
import { Admission } from './admission.ts'
import {
  HEAD_MS,
  LINGER_MS,
  MAX_HEAD_BUFFER_BYTES,
  MAX_PENDING_HEADS,
  MAX_STREAM_BUFFER_BYTES,
  WINDOW_BYTES
} from './constants.ts'
import { TargetUnreachableError, TunnelBusyError, TunnelProtocolError, TunnelRefusedError } from './errors.ts'
import { readRequest, writeAnswer } from './head.ts'
import { PendingHeads } from './pending-heads.ts'
import { connectToTarget, resetSocket } from './socket.ts'
import type { Socket } from 'node:net'
import type { Connection, Logger, PeerId, Stream } from '@libp2p/interface'
import type { Clock, EndedWork, TrustPolicy } from '@waystone/interface'
import type { FramedStream } from '@waystone/kit'
import type { OpenTunnel } from '@waystone/wire/tunnel'
import type { TunnelInit } from './contract.ts'
import type { ExposedTarget, Exposures } from './exposures.ts'
import type { Reporter } from './reporter.ts'

export interface HandlerInit extends Pick<TunnelInit, 'maxTunnels' | 'maxTunnelsPerPeer' | 'maxTunnelsPerName'> {
  exposures: Exposures
  trust: TrustPolicy
  reporter: Reporter
  clock: Clock
  log: Logger
  /** Ends everything when the node stops. */
  signal: AbortSignal
}

interface Asked {
  stream: Stream
  frames: FramedStream<Stream>
  connection: Connection
  request: OpenTunnel
}

/** Inbound streams. Nothing is thrown past {@link Handler.handle}. */
export class Handler {
  readonly #init: HandlerInit
  readonly #admission: Admission
  readonly #pending = new PendingHeads(MAX_PENDING_HEADS)
  readonly #running = new Set<EndedWork & { stream: Stream }>()

  constructor(init: HandlerInit) {
    this.#init = init
    this.#admission = new Admission(init)
  }

  readonly handle = async (stream: Stream, connection: Connection): Promise<void> => {
    stream.maxReadBufferLength = MAX_HEAD_BUFFER_BYTES
    try {
      const frames = framed(stream, { maxLength: TUNNEL_FRAME_MAX_BYTES })
      const request = await this.#readRequest(stream, frames, connection)
      await this.#answer({ stream, frames, connection, request })
    } catch (error) {
      // a stranger's, and there may be many
      this.#init.log.trace('a stream of %p opened no tunnel: %s', connection.remotePeer, messageOf(error))
      stream.abort(toError(error))
    }
  }

  /** Resets the tunnels that may not go on. */
  endDenied(isAllowed: (peer: PeerId, trustFunction: string) => boolean): EndedWork[] {
    const denied = [...this.#running].filter(({ peer, trustFunction }) => !isAllowed(peer, trustFunction))
    for (const running of denied) {
      this.#running.delete(running)
      running.stream.abort(new TunnelRefusedError(`${running.trustFunction} is not allowed any longer`))
    }
    return denied
  }

  async #readRequest(stream: Stream, frames: FramedStream<Stream>, { remotePeer }: Connection): Promise<OpenTunnel> {
    const { clock, signal } = this.#init
    const drop = (): void => stream.abort(new TunnelBusyError('too many streams without a head'))
    const pending = { peer: remotePeer.toString(), drop }
    this.#pending.add(pending)
    try {
      const request = await readRequest(frames, { ms: HEAD_MS, clock, signal })
      if (request.window < TUNNEL_WINDOW_MIN_BYTES) throw new TunnelProtocolError('a window below the smallest one')
      return request
    } finally {
      this.#pending.remove(pending)
    }
  }

  async #answer(asked: Asked): Promise<void> {
    const { request, connection } = asked
    const { remotePeer } = connection
    const exposed = this.#find(asked)
    if (exposed === undefined) return await this.#refuse(asked, TunnelResult.REFUSED)
    const entered = this.#admission.enter(remotePeer.toString(), request.name)
    if ('full' in entered) {
      this.#init.reporter.refused(exposed.group.origin, remotePeer, new TunnelBusyError(entered.full))
      return await this.#refuse(asked, TunnelResult.BUSY)
    }
    const running = { peer: remotePeer, trustFunction: functionOf(request.name), stream: asked.stream }
    this.#running.add(running)
    const work = this.#open(exposed, asked).finally(() => {
      this.#running.delete(running)
      entered.leave()
    })
    exposed.group.track(work.catch(() => {}))
    await work
  }

  /** What was asked for, if it is there and for this peer. A stranger cannot tell which of the two it is not. */
  #find({ request: { name }, connection: { remotePeer } }: Asked): ExposedTarget | undefined {
    const { exposures, trust, reporter } = this.#init
    // both are looked up in any case: the answer takes as long
    const decision = trust.decide({ peer: remotePeer }, functionOf(name))
    const exposed = exposures.find(name)
    if (exposed !== undefined && decision.allow) return exposed
    // the name is a stranger's text until it is known to be one
    const origin = exposed?.group.origin ?? {
      side: 'expose' as const,
      name: isTunnelName(name) ? name : '?',
      onEvent: undefined
    }
    reporter.refused(
      origin,
      remotePeer,
      new TunnelRefusedError(exposed === undefined ? 'a name that is not exposed' : decision.reason)
    )
    return undefined
  }

  async #open(exposed: ExposedTarget, asked: Asked): Promise<void> {
    const { clock } = this.#init
    const { stream, frames, connection, request } = asked
    const { group } = exposed
    const socket = await this.#connect(exposed, asked)
    if (socket === undefined) return await this.#refuse(asked, TunnelResult.TARGET_UNREACHABLE)
    try {
      const answer = { result: TunnelResult.OPEN, window: WINDOW_BYTES }
      stream.maxReadBufferLength = MAX_STREAM_BUFFER_BYTES
      await writeAnswer(frames, answer, { ms: HEAD_MS, clock, signal: group.signal })
    } catch (error) {
      resetSocket(socket)
      throw error
    }
    await group.carry({ socket, stream, frames, connection, window: request.window })
  }

  async #connect({ address, group }: ExposedTarget, { request, connection }: Asked): Promise<Socket | undefined> {
    const { clock, reporter } = this.#init
    try {
      return await connectToTarget(address, { clock, signal: group.signal })
    } catch (error) {
      group.signal.throwIfAborted()
      const failure = new TargetUnreachableError(`${request.name}: ${messageOf(error)}`, error)
      reporter.refused(group.origin, connection.remotePeer, failure)
      return undefined
    }
  }

  /** Answers, and gives the peer time to read it and to close its side. */
  async #refuse({ stream, frames }: Asked, result: TunnelResult): Promise<void> {
    const { clock, signal } = this.#init
    using deadline = createDeadline({ ms: LINGER_MS, what: 'closing a refused stream', signal, clock })
    await writeAnswer(frames, { result }, { ms: LINGER_MS, clock, signal })
    await stream.close(deadline)
    const rest = readChunks(frames.unwrap(), deadline)
    while ((await rest.next()).done !== true);
  }
}

function functionOf(name: string): string {
  return `tunnel:${name}`
}
