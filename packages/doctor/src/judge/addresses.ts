import { countOf, isDialable, isReserved, mustBeDialable } from './situation.ts'
import type { AddressesObservation, Reachability } from '../observation.ts'
import type { Opinion, Rule, Situation } from './situation.ts'

const OPEN_PORTS =
  'open its ports in every firewall and forward them on the router, and name the public address in addresses.announce'

/** The heart of the report: can others reach this node at all? */
export const addressesRule: Rule<'addresses'> = (observation, situation) => {
  const dialable = isDialable(situation)
  if (dialable === true) return dialableOpinion(observation, situation)
  if (!mustBeDialable(situation)) return edgeOpinion(observation, situation, dialable)
  if (observation.addresses.length === 0) {
    return { health: 'broken', summary: 'this node listens on no address', hint: 'set addresses.listen' }
  }
  if (dialable === undefined) return untriedOpinion(observation)
  const hasPublic = count(observation, 'unreachable') > 0
  const summary = hasPublic
    ? `nobody can dial this ${situation.role}: peers tried ${countOf(count(observation, 'unreachable'), 'address', 'es')} and failed`
    : `nobody can dial this ${situation.role}: it has only private addresses`
  const hint = hasPublic ? OPEN_PORTS : `${OPEN_PORTS}; on a local network alone set addresses.private`
  return { health: 'broken', summary, hint }
}

function dialableOpinion(observation: AddressesObservation, { isLocal }: Situation): Opinion {
  const failed = observation.addresses.filter(({ reachability }) => reachability === 'unreachable')
  const reachable = count(observation, 'reachable')
  if (reachable === 0 && isLocal) {
    const summary = `${countOf(count(observation, 'private'), 'private address', 'es')}, which is what addresses.private asks for`
    return { health: 'healthy', summary }
  }
  if (reachable === 0) {
    return { health: 'healthy', summary: `${countOf(observation.inbound, 'peer')} dialled this node from outside` }
  }
  const summary = `${countOf(reachable, 'address', 'es')} can be dialled from outside`
  if (failed.length === 0) return { health: 'healthy', summary }
  return { health: 'healthy', summary: `${summary}, ${failed.length} cannot: ${failed[0]?.address ?? ''}` }
}

function edgeOpinion(
  { reservations, relays }: AddressesObservation,
  situation: Situation,
  dialable: boolean | undefined
): Opinion {
  if (isReserved(situation)) {
    return { health: 'healthy', summary: `peers reach this node through ${countOf(reservations, 'relay')}` }
  }
  if (dialable === undefined) return { health: 'unknown', summary: 'nobody has tried yet to dial this node' }
  const hint = 'name relays of your network in relays, or open a port in the firewall'
  if (relays === 0)
    return { health: 'degraded', summary: 'peers cannot reach this node; it can only dial others', hint }
  return {
    health: 'broken',
    summary: `peers cannot reach this node: it holds no reservation on any of ${countOf(relays, 'relay')}`,
    hint: 'see what the report says about each relay'
  }
}

function untriedOpinion(observation: AddressesObservation): Opinion {
  const announced = count(observation, 'announced')
  const summary =
    announced > 0
      ? `${countOf(announced, 'address', 'es')} from addresses.announce, which nobody was seen to dial yet`
      : 'no peer has tried the public addresses of this node yet'
  const hint = 'AutoNAT (nat.autonat) needs a few peers and some minutes; ask again then'
  return { health: 'unknown', summary, hint }
}

function count({ addresses }: AddressesObservation, wanted: Reachability): number {
  return addresses.filter(({ reachability }) => reachability === wanted).length
}
