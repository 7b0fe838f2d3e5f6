import { parsePeer } from '@waystone/kit'
import { toError } from '@waystone/kit/error-fields'
import { assertTunnelName, formatAddress, parseLocal } from './address.ts'
import { MAX_CONNECTIONS_PER_FORWARD } from './constants.ts'
import { TunnelBusyError, TunnelEndedError } from './errors.ts'
import { listen } from './listener.ts'
import { resetSocket } from './socket.ts'
import { TunnelGroup } from './tunnel-group.ts'
import type { Socket } from 'node:net'
import type { Clock } from '@waystone/interface'
import type { NamedPeer } from '@waystone/kit'
import type { Forward, ForwardOptions } from './contract.ts'
import type { Listener } from './listener.ts'
import type { Opener } from './opener.ts'
import type { Reporter } from './reporter.ts'

export interface ForwardingInit {
  opener: Opener
  reporter: Reporter
  clock: Clock
}

/** A local address whose connections are carried to a peer. */
export class Forwarding implements Forward {
  readonly listening: string
  readonly group: TunnelGroup
  readonly #to: NamedPeer
  readonly #init: ForwardingInit
  readonly #listener: Listener
  #connections = 0

  private constructor(listener: Listener, options: ForwardOptions, init: ForwardingInit) {
    const { reporter, clock } = init
    const { name, onEvent } = options
    this.#init = init
    this.#listener = listener
    this.#to = parsePeer(options.peer)
    this.listening = formatAddress(listener.address)
    const { peer } = this.#to
    this.group = new TunnelGroup({ side: 'forward', name, local: this.listening, peer, onEvent, reporter, clock })
  }

  /** @throws as `Tunnels.forward` */
  static async start(options: ForwardOptions, init: ForwardingInit): Promise<Forwarding> {
    assertTunnelName(options.name)
    parsePeer(options.peer)
    const early: Socket[] = []
    let take = (socket: Socket): void => void early.push(socket)
    const listener = await listen(parseLocal(options.local), socket => take(socket))
    const forwarding = new Forwarding(listener, options, init)
    take = forwarding.#take
    early.forEach(take)
    return forwarding
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // before the wait: the listener is closed only when its connections are gone
    const ended = this.group.end(new TunnelEndedError(`the forward of ${this.listening}`))
    await Promise.all([this.#listener.close(), ended])
  }

  readonly #take = (socket: Socket): void => {
    // a client may be gone before its tunnel is there
    socket.on('error', () => {})
    if (this.group.signal.aborted) return resetSocket(socket)
    this.group.track(this.#carry(socket))
  }

  async #carry(socket: Socket): Promise<void> {
    const { group } = this
    this.#connections++
    try {
      if (this.#connections > MAX_CONNECTIONS_PER_FORWARD) throw new TunnelBusyError(`${MAX_CONNECTIONS_PER_FORWARD}`)
      const opened = await this.#init.opener.open({ to: this.#to, name: group.origin.name, signal: group.signal })
      await group.carry({ ...opened, socket })
    } catch (error) {
      resetSocket(socket)
      if (!group.signal.aborted) this.#init.reporter.refused(group.origin, this.#to.peer, toError(error))
    } finally {
      this.#connections--
    }
  }
}
