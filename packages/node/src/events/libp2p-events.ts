import { describeConnection } from '../libp2p/describe-connection.ts'
import type { Connection, Libp2pEvents, Peer, TypedEventTarget } from '@libp2p/interface'
import type { EventLog } from './event-log.ts'

type Told = [kind: string, detail: Record<string, unknown>]

/** Hands libp2p's events to the log for as long as the node lives; costs next to nothing while nobody watches. */
export function forwardLibp2pEvents(events: TypedEventTarget<Libp2pEvents>, log: EventLog): void {
  const tell = (describe: () => Told[]): void => {
    if (log.watchers > 0) for (const [kind, detail] of describe()) log.emit(kind, detail)
  }
  events.addEventListener('peer:connect', ({ detail: peer }) =>
    tell(() => [['peer:connect', { peer: peer.toString() }]])
  )
  events.addEventListener('peer:disconnect', ({ detail: peer }) =>
    tell(() => [['peer:disconnect', { peer: peer.toString() }]])
  )
  events.addEventListener('peer:identify', ({ detail }) =>
    tell(() => [['peer:identify', { peer: detail.peerId.toString(), agent: detail.agentVersion?.slice(0, MAX_AGENT) }]])
  )
  for (const kind of ['connection:open', 'connection:close'] as const) {
    events.addEventListener(kind, ({ detail }) => tell(() => [[kind, detailOf(detail)]]))
  }
  for (const kind of ['transport:listening', 'transport:close'] as const) {
    events.addEventListener(kind, ({ detail }) => tell(() => [[kind, { addresses: detail.getAddrs().map(String) }]]))
  }
  events.addEventListener('self:peer:update', ({ detail: { peer, previous } }) =>
    tell(() => addressChanges(addressesOf(previous), addressesOf(peer)))
  )
}

/** Characters of what a peer calls itself that are told. */
const MAX_AGENT = 256

function detailOf(connection: Connection): Record<string, unknown> {
  const { reason: _reason, ...detail } = describeConnection(connection)
  return { id: connection.id, ...detail }
}

function addressesOf(peer: Pick<Peer, 'addresses'> | undefined): string[] {
  return (peer?.addresses ?? []).map(({ multiaddr }) => multiaddr.toString())
}

/** What changed in the node's own addresses; those through a relay come and go with its reservation. Pure. */
export function addressChanges(before: readonly string[], now: readonly string[]): Told[] {
  const added = now.filter(address => !before.includes(address))
  const removed = before.filter(address => !now.includes(address))
  const told: Told[] = added.length + removed.length === 0 ? [] : [['address:change', { added, removed }]]
  const [had, has] = [relaysIn(before), relaysIn(now)]
  for (const relay of has) if (!had.has(relay)) told.push(['relay:reserved', { relay }])
  for (const relay of had) if (!has.has(relay)) told.push(['relay:lost', { relay }])
  return told
}

function relaysIn(addresses: readonly string[]): Set<string> {
  return new Set(addresses.flatMap(address => /\/p2p\/([^/]+)\/p2p-circuit/.exec(address)?.[1] ?? []))
}
