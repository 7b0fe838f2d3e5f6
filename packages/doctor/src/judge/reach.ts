import type { UdpObservation } from '../observation.ts'
import type { Opinion, Rule } from './situation.ts'

/** One version of IP that does not work is a fault only where it should. */
export const ipRule: Rule<'ip'> = ({ version, global, present, tried, reached }, { observations }) => {
  const name = `IPv${version}`
  if (!present) return { health: 'unknown', summary: `this machine has no ${name} address` }
  const own = `${name}: ${global.length > 0 ? 'a public address' : 'only private addresses'}`
  if (tried === 0) return { health: 'unknown', summary: `${own}; no seed or relay is known by it and TCP` }
  const summary = `${own}; ${reached} of ${tried} hosts of seeds and relays answer`
  if (reached > 0) return { health: 'healthy', summary }
  const otherWorks = observations.some(other => other.kind === 'ip' && other.version !== version && other.reached > 0)
  // names are tried over both, and many have addresses of one alone
  if (otherWorks && global.length === 0) return { health: 'unknown', summary }
  const hint = otherWorks
    ? `repair ${name} on this machine or its router, or turn it off: each dial over it waits in vain`
    : 'check the network of this machine, and whether its firewall lets TCP out'
  return { health: 'degraded', summary, hint }
}

export const udpRule: Rule<'udp'> = observation => {
  const { stun, quic, tcp, used } = observation
  const summary = list(observation)
  if (stun.tried + quic.tried === 0) {
    return { health: 'unknown', summary: 'UDP was not tried: there is no STUN server and no seed or relay with QUIC' }
  }
  if (stun.answered + quic.answered > 0) return { health: 'healthy', summary: `UDP works: ${summary}` }
  if (tcp.answered === 0) return { health: 'unknown', summary: `nothing answers, over TCP neither: ${summary}` }
  const blocked = `UDP is blocked: ${summary}`
  if (!used) return { health: 'unknown', summary: `${blocked}; this node does not use it` }
  return blockedOpinion(blocked)
}

function blockedOpinion(summary: string): Opinion {
  const hint = 'let UDP out, and answers in: without it there is no QUIC, no WebRTC and no hole punching'
  return { health: 'degraded', summary, hint }
}

function list({ stun, quic, tcp }: UdpObservation): string {
  const parts = [
    ['STUN', stun],
    ['QUIC', quic],
    ['TCP', tcp]
  ] as const
  const asked = parts.filter(([, { tried }]) => tried > 0)
  return asked.map(([name, { tried, answered }]) => `${name} ${answered} of ${tried}`).join(', ')
}
