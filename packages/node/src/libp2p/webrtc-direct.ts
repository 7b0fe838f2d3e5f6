import { webRTCDirect } from '@libp2p/webrtc'
import type { Listener, Transport } from '@libp2p/interface'
import type { WebRTCDirectTransportComponents, WebRTCTransportDirectInit } from '@libp2p/webrtc'

/** The UDP socket on which `@libp2p/webrtc` 6.0.33 takes first packets, as it sees it. */
interface StunServer {
  close(): Promise<void>
  address: () => { address: string; family: string; port: number }
}

type OpenSocket = (this: unknown, host: string, port: number, family: 4 | 6) => { server: Promise<StunServer> }

/** What is used of a listener of `@libp2p/webrtc` 6.0.33. */
interface WebRtcDirectListener extends Listener {
  components: { peerId: unknown }
  startUDPMuxServer: OpenSocket
}

/** A socket that stays, and the listener that has it now. */
interface KeptSocket {
  /** Nothing while no listener has it. */
  listener: WebRtcDirectListener | undefined
  server: Promise<StunServer>
}

/** By what a listener asked for. Of the process, as the native sockets are. */
const kept = new Map<string, KeptSocket[]>()

/** Takes the place of a listener that is closed: what comes in is dropped. */
const nobody = {
  components: { upgrader: { createInboundAbortSignal: () => ({ clear: () => {} }) } },
  shutdownController: { signal: undefined },
  incomingConnection: async () => {},
  // of a connection that was just being made
  log: { error: () => {} }
}

/**
 * The WebRTC transport for peers that dial directly, whose listeners can be closed. In libdatachannel 0.24.5, which
 * node-datachannel 0.33.4 brings, `IceUdpMuxListener` has a mark `mStopped` that starts with whatever was in the memory.
 * So its `stop()` mostly leaves the socket open and registered, while the listener is freed: the next packet of a peer
 * that dials makes the process abort. Hence no native listener is ever stopped. Its socket stays with the process, open
 * as it would be anyway; while no listener has it all packets are dropped, and the next one for the same address has it.
 *
 * Such a socket keeps its process alive: who has listened for WebRTC ends with `process.exit()`.
 */
export function guardedWebRtcDirect(
  init: WebRTCTransportDirectInit
): (components: WebRTCDirectTransportComponents) => Transport {
  const create = webRTCDirect(init)
  return components => {
    const transport = create(components)
    const createListener = transport.createListener.bind(transport)
    transport.createListener = options => {
      const listener: Listener = createListener(options)
      if (!isWebRtcDirectListener(listener)) throw new TypeError('this version of the WebRTC transport is not known')
      keepSocketOf(listener)
      return listener
    }
    return transport
  }
}

function isWebRtcDirectListener(listener: Listener): listener is WebRtcDirectListener {
  return 'startUDPMuxServer' in listener && 'incomingConnection' in listener && 'components' in listener
}

interface Asked {
  host: string
  port: number
  family: 4 | 6
}

function keepSocketOf(listener: WebRtcDirectListener): void {
  const open = listener.startUDPMuxServer
  listener.startUDPMuxServer = (host, port, family) => {
    const { peerId } = listener.components
    const socket = freeSocket({ host, port }) ?? newSocket({ host, port, family }, listener, open)
    socket.listener = listener
    const server = socket.server.then(({ address }) => ({
      address,
      close: async () => void (socket.listener = undefined)
    }))
    return { peerId, owner: listener, port, isIPv4: family === 4, isIPv6: family === 6, server }
  }
}

function freeSocket({ host, port }: Pick<Asked, 'host' | 'port'>): KeptSocket | undefined {
  return kept.get(`${host} ${port}`)?.find(({ listener }) => listener === undefined)
}

/** The library calls the one that opened the socket for each first packet: it is led to the one that has it then. */
function newSocket({ host, port, family }: Asked, listener: WebRtcDirectListener, open: OpenSocket): KeptSocket {
  const holder: { listener: WebRtcDirectListener | undefined } = { listener }
  const opener = new Proxy(nobody, {
    get: (idle, name): unknown => partOf(holder.listener ?? idle, name)
  })
  const socket = Object.assign(holder, open.call(opener, host, port, family))
  void keepOnceOpen(`${host} ${port}`, socket)
  return socket
}

/** A connection stays with the listener that it was made for, which outlasts its hold of the socket. */
function partOf(owner: object, name: PropertyKey): unknown {
  const part: unknown = Reflect.get(owner, name)
  if (name !== 'incomingConnection' || typeof part !== 'function') return part
  return (...args: unknown[]): unknown => Reflect.apply(part, owner, args)
}

/** The listener tells why one could not be opened; that one is no socket. */
async function keepOnceOpen(key: string, socket: KeptSocket): Promise<void> {
  const isOpen = await socket.server.then(
    () => true,
    () => false
  )
  if (isOpen) kept.set(key, [...(kept.get(key) ?? []), socket])
}
