import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { codeOf } from '@waystone/kit/error-fields'
import { rpc } from '@waystone/rpc'
import { createLibp2p } from 'libp2p'
import { tunnel } from '../src/index.ts'
import type { AddressInfo, Socket } from 'node:net'
import type { Connection, Libp2p } from '@libp2p/interface'
import type { GrantingTrustPolicy, TrustGrantees } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { TunnelEvent, TunnelInit, Tunnels } from '../src/index.ts'

/** What a test started and has to end, in reverse order. */
const cleanups: Array<() => unknown> = []

export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
}

export function endLater(cleanup: () => unknown): void {
  cleanups.push(cleanup)
}

/** A policy that only remembers grants. */
export function grants(): GrantingTrustPolicy & { size(): number } {
  const all = new Set<{ trustFunction: string; grantees: TrustGrantees }>()
  return {
    size: () => all.size,
    decide({ peer }, trustFunction) {
      const granted = [...all].filter(grant => grant.trustFunction === trustFunction)
      const allow = granted.some(({ grantees }) => grantees === 'anyone' || grantees.some(one => one.equals(peer)))
      return { allow, reason: allow ? 'granted' : 'not granted' }
    },
    grant(trustFunction, grantees) {
      const grant = { trustFunction, grantees }
      all.add(grant)
      return () => void all.delete(grant)
    }
  }
}

export type TunnelNode = Libp2p<{ rpc: Rpc; tunnel: Tunnels; identify: object }>

/** A libp2p node on loopback TCP with the service. */
export async function tunnelNode(init: Partial<TunnelInit> = {}): Promise<TunnelNode> {
  const trust = init.trust ?? grants()
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    // as in packages/node: more than ten streams may come with the end of the handshake
    streamMuxers: [yamux({ maxEarlyStreams: 1000 })],
    connectionManager: { inboundConnectionThreshold: 10_000 },
    services: { identify: identify(), rpc: rpc({ trust }), tunnel: tunnel({ ...init, trust }) }
  })
  endLater(() => node.stop())
  return node as TunnelNode
}

/** A TCP server of a test: its connections are handed to the test. */
export async function target(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  endLater(async () => {
    for (const socket of sockets) socket.destroy()
    await server[Symbol.asyncDispose]()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A target that sends back what it gets, also after the client has ended. */
export async function echo(): Promise<string> {
  return await target(socket => void socket.pipe(socket))
}

/** A client of a local address. */
export async function client(address: string): Promise<Socket> {
  const [host = '', port = ''] = address.split(':')
  const socket = connect({ host, port: Number(port), allowHalfOpen: true })
  socket.on('error', () => {})
  endLater(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Everything until the other side ends. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** The failure that ends a socket; undefined if it was closed in order. */
export async function failureOf(socket: Socket): Promise<string | undefined> {
  if (!socket.closed) {
    socket.resume()
    const { promise, resolve } = Promise.withResolvers<void>()
    socket.once('close', () => resolve())
    await promise
  }
  return codeOf(socket.errored)
}

export interface Pair {
  exposer: TunnelNode
  forwarder: TunnelNode
  /** The forwarder's end. */
  connection: Connection
  /** What happened at the exposure. */
  exposed: TunnelEvent[]
  /** What happened at the forward. */
  forwarded: TunnelEvent[]
  /** Where the forward listens. */
  local: string
}

export interface PairInit {
  exposer?: Partial<TunnelInit>
  forwarder?: Partial<TunnelInit>
  allow?: TrustGrantees | undefined
  /** What is asked for. Default: what is exposed. */
  name?: string
}

/** Two connected nodes, one of which exposes a target as `web` and the other forwards to it. */
export async function pair(to: string, init: PairInit = {}): Promise<Pair> {
  const exposer = await tunnelNode(init.exposer)
  const forwarder = await tunnelNode(init.forwarder)
  const connection = await forwarder.dial(exposer.getMultiaddrs())
  const [exposed, forwarded]: [TunnelEvent[], TunnelEvent[]] = [[], []]
  const allow = 'allow' in init ? init.allow : [forwarder.peerId]
  exposer.services.tunnel.expose({ name: 'web', target: to, allow, onEvent: event => exposed.push(event) })
  const { listening } = await forwarder.services.tunnel.forward({
    local: '0',
    peer: exposer.peerId.toString(),
    name: init.name ?? 'web',
    onEvent: event => forwarded.push(event)
  })
  return { exposer, forwarder, connection, exposed, forwarded, local: listening }
}
