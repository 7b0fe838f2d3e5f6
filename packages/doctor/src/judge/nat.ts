import { isDialable, isReserved, mustBeDialable } from './situation.ts'
import type { Rule, Situation } from './situation.ts'

const OFTEN_RELAYED = 'direct connections to peers behind other NATs will often fail and stay relayed'

/** A NAT is no fault; a mapping that defeats hole punching is one only where nothing else helps. */
export const natMappingRule: Rule<'nat-mapping'> = ({ behaviour, reason, mapped }, situation) => {
  if (behaviour === 'unknown') return unknownNat('mapping', reason)
  const seen = mapped === undefined ? '' : `, seen as ${mapped.join(' and ')}`
  if (behaviour === 'no NAT') return { health: 'healthy', summary: `no NAT${seen}` }
  const summary = `NAT mapping is ${behaviour}: ${reason}${seen}`
  if (behaviour === 'endpoint-independent') return { health: 'healthy', summary }
  if (isServed(situation)) return { health: 'healthy', summary: `${summary}; ${OFTEN_RELAYED}` }
  const hint = mustBeDialable(situation)
    ? 'forward the ports of this node on the router'
    : 'name relays in relays: through this NAT no peer can punch a hole'
  return { health: 'degraded', summary, hint }
}

export const natFilteringRule: Rule<'nat-filtering'> = ({ behaviour, reason }) => {
  if (behaviour === 'unknown') return unknownNat('filtering', reason)
  return { health: 'healthy', summary: `NAT filtering is ${behaviour}: ${reason}` }
}

/** Whether peers reach this node in spite of a difficult NAT. */
function isServed(situation: Situation): boolean {
  return isDialable(situation) === true || (!mustBeDialable(situation) && isReserved(situation))
}

function unknownNat(what: string, reason: string) {
  const summary = `NAT ${what} is unknown: ${reason}`
  const isUnset = reason.includes('configured')
  return { health: 'unknown', summary, ...(isUnset && { hint: 'name STUN servers in nat.stun' }) } as const
}
