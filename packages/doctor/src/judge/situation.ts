import type { DoctorRole, Finding } from '../contract.ts'
import type { AddressesObservation, Observation } from '../observation.ts'

/** All that a verdict depends on. */
export interface Situation {
  role: DoctorRole
  /** Whether the network runs on one machine or one local network, where private addresses count. */
  isLocal: boolean
  observations: readonly Observation[]
}

/** What one observation means in its situation. */
export type Opinion = Pick<Finding, 'health' | 'summary' | 'hint'>

/** A rule for one kind of observation. */
export type Rule<K extends Observation['kind']> = (
  observation: Extract<Observation, { kind: K }>,
  situation: Situation
) => Opinion

/** Whether others can dial this node directly; undefined while nobody has tried. */
export function isDialable(situation: Situation): boolean | undefined {
  const addresses = addressesIn(situation)
  if (addresses === undefined) return undefined
  const known = new Set(addresses.addresses.map(({ reachability }) => reachability))
  if (known.has('reachable') || addresses.inbound > 0) return true
  if (situation.isLocal && known.has('private')) return true
  if (known.has('untried') || known.has('announced')) return undefined
  return false
}

/** Whether others can dial this node through a relay. */
export function isReserved(situation: Situation): boolean {
  return (addressesIn(situation)?.reservations ?? 0) > 0
}

/** Seeds and relays are there to be dialled; edges are not. */
export function mustBeDialable({ role }: Situation): boolean {
  return role !== 'edge'
}

/** `1 relay`, `2 relays`. */
export function countOf(count: number, noun: string, plural = 's'): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}${plural}`
}

function addressesIn({ observations }: Situation): AddressesObservation | undefined {
  return observations.find(observation => observation.kind === 'addresses')
}
