import { networkInterfaces } from 'node:os'
import { isPrivate } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { pathOf } from '@waystone/kit'
import { MAX_PEERS, MAX_STUN_SERVERS } from '../constants.ts'
import { tcpTargets } from './dial-target.ts'
import { stunServers, withStunClient } from './nat.ts'
import { tryTcpConnect } from './tcp-connect.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Check, CheckContext } from '../check.ts'
import type { Answers, IpObservation, UdpObservation } from '../observation.ts'
import type { DialTarget } from './dial-target.ts'
import type { TcpOutcome } from './tcp-connect.ts'

interface TcpAttempt {
  target: Required<DialTarget>
  outcome: TcpOutcome
}

/** IPv4 and IPv6, and whether UDP gets through where TCP does. */
export const reachCheck: Check = async (context, { signal }) => {
  const [tcp, stun, quic] = await Promise.all([
    tryTcp(context, signal),
    tryStun(context, signal),
    tryQuic(context, signal)
  ])
  return [ipObservation(4, tcp), ipObservation(6, tcp), udpObservation({ context, tcp, stun, quic })]
}

async function tryTcp({ init }: CheckContext, signal: AbortSignal): Promise<TcpAttempt[]> {
  const targets = tcpTargets([...init.seeds, ...init.relays]).slice(0, MAX_PEERS)
  return await Promise.all(targets.map(async target => ({ target, outcome: await tryTcpConnect(target, signal) })))
}

async function tryStun(context: CheckContext, signal: AbortSignal): Promise<Answers> {
  const tried = Math.min(context.init.stun.length, MAX_STUN_SERVERS)
  const servers = await stunServers(context, signal)
  const results = await withStunClient(context, async client =>
    Promise.allSettled(servers.map(async server => await client.ask(server, { signal })))
  )
  return { tried, answered: results.filter(({ status }) => status === 'fulfilled').length }
}

/** Peers with a QUIC address: an open connection counts, the others are dialled. */
async function tryQuic(context: CheckContext, signal: AbortSignal): Promise<Answers> {
  const { components, init } = context
  const addresses = [...new Set([...init.seeds, ...init.relays])].filter(isQuic).slice(0, MAX_PEERS)
  const dialable = addresses.map(text => multiaddr(text)).filter(isDialable(components))
  const results = await Promise.allSettled(dialable.map(async address => await dialQuic(context, address, signal)))
  return { tried: dialable.length, answered: results.filter(({ status }) => status === 'fulfilled').length }
}

async function dialQuic(context: CheckContext, address: Multiaddr, signal: AbortSignal): Promise<void> {
  const { connectionManager } = context.components
  const peer = address.getComponents().findLast(({ name }) => name === 'p2p')?.value
  const open = connectionManager.getConnections().filter(({ remotePeer }) => remotePeer.toString() === peer)
  if (open.some(({ direct, remoteAddr }) => direct && isQuic(remoteAddr.toString()))) return
  const connection = await connectionManager.openConnection(address, { force: true, signal })
  // a second one to a peer is for this question alone
  if (open.length > 0 && !open.includes(connection)) context.afterwards(async () => await connection.close())
}

function isQuic(address: string): boolean {
  return address.split('/').includes('quic-v1')
}

function isDialable({ transportManager }: CheckContext['components']) {
  return (address: Multiaddr): boolean => transportManager.dialTransportForMultiaddr(address) !== undefined
}

function ipObservation(version: 4 | 6, attempts: TcpAttempt[]): IpObservation {
  const own = interfaceAddresses(version)
  const tried = attempts.filter(({ target }) => target.version === version)
  return {
    kind: 'ip',
    version,
    global: own.filter(address => !isPrivate(multiaddr(`/ip${version}/${address}`))),
    present: own.length > 0,
    tried: tried.length,
    // who refuses has been reached
    reached: tried.filter(({ outcome }) => outcome !== 'silent').length
  }
}

function interfaceAddresses(version: 4 | 6): string[] {
  const all = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
  return all
    .filter(({ family, internal, address }) => family === `IPv${version}` && !internal && !/^fe[89ab]/i.test(address))
    .map(({ address }) => address)
}

interface UdpEvidence {
  context: CheckContext
  tcp: TcpAttempt[]
  stun: Answers
  quic: Answers
}

function udpObservation({ context, tcp, stun, quic }: UdpEvidence): UdpObservation {
  const { addressManager, connectionManager } = context.components
  const own = addressManager.getAddressesWithMetadata().map(({ multiaddr: address }) => address.toString())
  const open = connectionManager.getConnections().map(connection => pathOf(connection).transport)
  return {
    kind: 'udp',
    stun,
    quic,
    tcp: { tried: tcp.length, answered: tcp.filter(({ outcome }) => outcome === 'connected').length },
    used: own.some(address => /\/udp\/|\/webrtc$/.test(address)) || open.includes('quic')
  }
}
