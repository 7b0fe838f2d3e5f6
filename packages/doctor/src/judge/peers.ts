import { countOf } from './situation.ts'
import type { PeerObservation } from '../observation.ts'
import type { Opinion, Rule } from './situation.ts'

const NO_SEEDS = 'name the seeds of your network in seeds'

/** Whether this node is part of its network. */
export const networkRule: Rule<'network'> = ({ seeds, peers }, { role }) => {
  const connected = `connected to ${countOf(peers, 'peer')}`
  if (seeds.tried === 0) {
    if (role === 'seed') return { health: 'healthy', summary: `${connected}; no other seeds are configured` }
    const summary = `${connected}; no seeds are configured`
    return peers > 0 ? { health: 'healthy', summary } : { health: 'degraded', summary, hint: NO_SEEDS }
  }
  const summary = `${connected}; ${seeds.answered} of ${countOf(seeds.tried, 'seed')} answer`
  if (seeds.answered > 0) return { health: 'healthy', summary }
  const hint = 'see what the report says about each seed'
  // a seed goes on serving those who know it
  return { health: role === 'seed' || peers > 0 ? 'degraded' : 'broken', summary, hint }
}

/** One seed or relay that is down degrades; whether the node still works is said elsewhere. */
export const peerRule: Rule<'peer'> = observation => {
  const { as, peer, connected, latencyMs, transport, reserved } = observation
  if (!connected) return failedOpinion(observation)
  const speed = latencyMs === undefined ? '' : ` in ${latencyMs} ms`
  const how = `${as} …${peer.slice(-8)} answers${speed} over ${transport ?? 'unknown'}`
  if (as === 'seed') return { health: 'healthy', summary: how }
  if (reserved === true) return { health: 'healthy', summary: `${how} and holds a reservation` }
  const hint = 'is it a relay, with relayService.enabled, and are its reservations all given away?'
  return { health: 'degraded', summary: `${how} but holds no reservation`, hint }
}

function failedOpinion({ as, peer, addresses, failure }: PeerObservation): Opinion {
  const { result = 'unreachable', reason = 'unknown failure' } = failure ?? {}
  const summary = `${as} …${peer.slice(-8)} cannot be reached at ${addresses[0] ?? 'any address'}: ${reason}`
  return { health: 'degraded', summary, hint: HINTS[result] ?? hintFor(reason) }
}

const HINTS: Record<string, string | undefined> = {
  wrong_peer: 'its key was changed, or another node has its address: ask its operator for the address it has now',
  timeout: 'packets to it are dropped: check the firewalls on the way, and whether it is up'
}

function hintFor(reason: string): string {
  if (/ECONNREFUSED/.test(reason)) return 'nothing listens at this port: is it up, and is this its port?'
  if (/ENOTFOUND|EAI_AGAIN/.test(reason)) return 'its name has no address: check the name and the DNS of this machine'
  if (/ENETUNREACH|EHOSTUNREACH/.test(reason)) return 'this machine has no route to it: check its network'
  return 'is it up, in the same network, and is this its address?'
}
