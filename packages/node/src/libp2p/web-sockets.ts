import { Server } from 'node:net'
import { webSockets } from '@libp2p/websockets'
import { ipPortToMultiaddr } from '@libp2p/utils'
import { HANDSHAKE_TIMEOUT_MS } from '@waystone/wire'
import { ipKey, isFromLoopback } from './ip-key.ts'
import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Listener, Transport } from '@libp2p/interface'
import type { WebSocketsComponents, WebSocketsInit } from '@libp2p/websockets'
import type { Clock, Timer } from '@waystone/interface'
import type { Config } from '../config/schema.ts'

export interface GuardedWebSocketsInit extends Pick<WebSocketsInit, 'https'> {
  limits: Config['connections']
  clock: Clock
}

/** What is used of a listener of `@libp2p/websockets` 10.1. */
interface WebSocketsListener extends Listener {
  server: Server
  http?: EventEmitter
  https?: EventEmitter
}

/**
 * The WebSocket transport with limits from the first byte on. libp2p and its
 * gater hear of a socket when it has become a WebSocket; until then the library
 * lets it stay for ever, and after a refusal for the 30 s of a closing handshake.
 */
export function guardedWebSockets(init: GuardedWebSocketsInit): (components: WebSocketsComponents) => Transport {
  const create = webSockets(init.https === undefined ? {} : { https: init.https })
  return components => {
    const transport = create(components)
    const createListener = transport.createListener.bind(transport)
    const guard = new SocketGuard(init)
    transport.createListener = options => {
      const listener = createListener(options)
      if (!isWebSocketsListener(listener)) throw new TypeError('this version of the WebSocket transport is not known')
      guard.watch(listener)
      return listener
    }
    return transport
  }
}

function isWebSocketsListener(listener: Listener): listener is WebSocketsListener {
  return 'server' in listener && listener.server instanceof Server
}

interface Pending {
  socket: Socket
  deadline: Timer
}

/** Ends sockets that are one too many of their IP, and those that do not become a WebSocket in time. */
class SocketGuard {
  readonly #limits: Config['connections']
  readonly #clock: Clock
  readonly #open = new Map<string, number>()
  /** Of sockets that are not yet WebSockets, by IP and port. */
  readonly #pending = new Map<string, Pending>()

  constructor({ limits, clock }: GuardedWebSocketsInit) {
    this.#limits = limits
    this.#clock = clock
  }

  watch(listener: WebSocketsListener): void {
    listener.server.on('connection', this.#opened)
    listener.server.once('listening', () => {
      for (const server of [listener.http, listener.https]) {
        server?.on('upgrade', (_request, socket: Socket) => this.#settle(nameOf(socket)))
      }
    })
    const close = listener.close.bind(listener)
    listener.close = async () => {
      const closed = close()
      // it waits for all sockets, and knows only those that have sent something
      for (const { socket } of this.#pending.values()) socket.destroy()
      await closed
    }
  }

  readonly #opened = (socket: Socket): void => {
    // gone already when it has no address any more
    if (socket.remoteAddress === undefined || !this.#admit(socket)) {
      socket.destroy()
      return
    }
    const name = nameOf(socket)
    const deadline = this.#clock.setTimeout(() => socket.destroy(), HANDSHAKE_TIMEOUT_MS)
    this.#pending.set(name, { socket, deadline })
    socket.once('close', () => this.#settle(name))
  }

  #admit(socket: Socket): boolean {
    const address = ipPortToMultiaddr(socket.remoteAddress ?? '', socket.remotePort ?? 0)
    const key = ipKey(address)
    if (key === undefined || (this.#limits.exemptLoopback && isFromLoopback(address))) return true
    const open = this.#open.get(key) ?? 0
    if (open >= this.#limits.inboundPerIp) return false
    this.#open.set(key, open + 1)
    socket.once('close', () => this.#release(key))
    return true
  }

  #release(key: string): void {
    const left = (this.#open.get(key) ?? 1) - 1
    if (left > 0) this.#open.set(key, left)
    else this.#open.delete(key)
  }

  #settle(name: string): void {
    this.#pending.get(name)?.deadline.clear()
    this.#pending.delete(name)
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
