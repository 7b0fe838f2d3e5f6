import { multiaddr } from '@multiformats/multiaddr'
import { findImpossibleAdmin } from './combinations-admin.ts'
import { findImpossibleCluster } from './combinations-cluster.ts'
import { findTwice } from './combinations-lists.ts'
import { findImpossiblePool } from './combinations-pool.ts'
import { findImpossibleTrust } from './combinations-trust.ts'
import { isUnspecified, overlaps, readListenAddress } from './listen-address.ts'
import type { Found, ImpossibleCombination } from './impossible.ts'
import type { ListenAddress } from './listen-address.ts'
import type { Config } from './schema.ts'

const rules: ((config: Config, listen: ListenAddress[]) => Found)[] = [
  listenWithoutTransport,
  listenTwice,
  secureWithoutCertificate,
  announceNowhere,
  circuitNeeded,
  serverUnreachable,
  relayOversold,
  relayOnEdge,
  encrypterTwice,
  delegateOfDelegate
]

/**
 * Everything that cannot hold together, in a fixed order. Pure.
 *
 * @param isOwn - whether the operator set a key, and not only a preset
 */
export function findImpossible(config: Config, isOwn: (path: string) => boolean): ImpossibleCombination[] {
  const listen = config.addresses.listen.map(readListenAddress)
  return [
    ...rules.flatMap(rule => [...rule(config, listen)]),
    ...findImpossibleAdmin(config, { listen, isOwn }),
    ...findImpossibleTrust(config),
    ...findImpossibleCluster(config),
    ...findImpossiblePool(config),
    ...findTwice(config)
  ]
}

function* listenWithoutTransport({ transports }: Config, listen: ListenAddress[]): Found {
  for (const [index, { transport, text }] of listen.entries()) {
    const path = `addresses.listen.${index}`
    if (transport === undefined) yield { path, message: `no transport listens on ${text}` }
    else if (!transports[transport]) yield { path, message: `needs transports.${transport}, which is off` }
  }
}

function* listenTwice(_config: Config, listen: ListenAddress[]): Found {
  for (const [index, later] of listen.entries()) {
    const earlier = listen.slice(0, index).find(other => sameText(other, later) || sameSocket(other, later))
    if (earlier === undefined) continue
    const message = sameText(earlier, later) ? 'is listed twice' : `needs the same port as ${earlier.text}`
    yield { path: `addresses.listen.${index}`, message }
  }
}

function sameText(a: ListenAddress, b: ListenAddress): boolean {
  return multiaddr(a.text).equals(multiaddr(b.text))
}

function sameSocket(a: ListenAddress, b: ListenAddress): boolean {
  return a.socket !== undefined && b.socket !== undefined && overlaps(a.socket, b.socket)
}

function* secureWithoutCertificate({ tls }: Config, listen: ListenAddress[]): Found {
  if (tls.certFile !== undefined && tls.keyFile === undefined)
    yield { path: 'tls.certFile', message: 'needs tls.keyFile too' }
  if (tls.keyFile !== undefined && tls.certFile === undefined)
    yield { path: 'tls.keyFile', message: 'needs tls.certFile too' }
  const index = listen.findIndex(({ secure }) => secure)
  if (index >= 0 && tls.certFile === undefined && tls.keyFile === undefined) {
    yield { path: `addresses.listen.${index}`, message: 'needs tls.certFile and tls.keyFile' }
  }
}

function* announceNowhere({ addresses }: Config): Found {
  for (const [index, text] of addresses.announce.entries()) {
    const parts = multiaddr(text).getComponents()
    const path = `addresses.announce.${index}`
    if (parts.some(({ value }) => isUnspecified(value ?? '')))
      yield { path, message: 'nobody can dial an unspecified IP' }
    if (parts.some(({ name, value }) => (name === 'tcp' || name === 'udp') && value === '0')) {
      yield { path, message: 'nobody can dial port 0' }
    }
  }
}

function* circuitNeeded({ transports, relays }: Config): Found {
  if (transports.circuit) return
  if (transports.webrtc)
    yield { path: 'transports.webrtc', message: 'needs transports.circuit: it is signalled over a relay' }
  if (relays.length > 0) yield { path: 'relays', message: 'needs transports.circuit to hold a reservation' }
}

function* serverUnreachable({ dht, relayService }: Config, listen: ListenAddress[]): Found {
  if (listen.length > 0) return
  if (dht.mode === 'server') yield { path: 'dht.mode', message: 'a server needs an address in addresses.listen' }
  if (relayService.enabled)
    yield { path: 'relayService.enabled', message: 'a relay needs an address in addresses.listen' }
}

function* relayOversold({ relayService, connections }: Config): Found {
  if (relayService.enabled && relayService.maxReservations > connections.max) {
    const message = `cannot be more than connections.max (${connections.max}): each holds a connection`
    yield { path: 'relayService.maxReservations', message }
  }
}

function* relayOnEdge({ role, relayService }: Config): Found {
  if (role === 'edge' && relayService.enabled) {
    yield { path: 'relayService.enabled', message: 'an edge relays for nobody; use role relay or seed' }
  }
}

function* encrypterTwice({ encrypters }: Config): Found {
  if (new Set(encrypters).size < encrypters.length) yield { path: 'encrypters', message: 'names an encrypter twice' }
}

/** Two that asked each other would ask for ever. */
function* delegateOfDelegate({ delegate }: Config): Found {
  if (delegate.use.length === 0 || (!delegate.serve && delegate.http === undefined)) return
  yield { path: 'delegate.use', message: 'needs delegate.serve off and no delegate.http: who is a delegate asks none' }
}
