import { WARN_CERTIFICATE_DAYS } from '../constants.ts'
import { countOf } from './situation.ts'
import type { BrowserAddress, BrowserObservation } from '../observation.ts'
import type { Opinion, Rule, Situation } from './situation.ts'

const HOW_TO =
  'listen on WebRTC-direct (…/udp/4003/webrtc-direct) and let UDP in, ' +
  'or give tls.certFile and tls.keyFile a certificate for a name that browsers accept and announce /dns4/NAME/tcp/4002/tls/ws'

/**
 * Browsers come in through seeds and relays. One that has nothing for them is
 * degraded only if it means to serve them: if it listens on a transport of theirs.
 */
export const browserRule: Rule<'browser'> = (observation, situation) => {
  if (situation.role === 'edge') return edgeOpinion(observation)
  if (observation.addresses.length === 0) {
    return {
      health: 'unknown',
      summary: 'browsers are not served: no WebSocket or WebRTC-direct address',
      hint: HOW_TO
    }
  }
  const expiring = observation.addresses.find(isExpiring)
  const usable = observation.addresses.filter(address => isUsable(address, situation))
  if (usable.length > 0 && expiring === undefined) {
    return { health: 'healthy', summary: `browsers can dial ${describe(usable)}` }
  }
  if (expiring !== undefined) return expiringOpinion(expiring)
  return unusableOpinion(observation)
}

/** Whether a page on the web can dial it, as far as is known. */
function isUsable({ way, tls, reachability }: BrowserAddress, { isLocal }: Situation): boolean {
  const isThere =
    reachability === 'reachable' || reachability === 'announced' || (isLocal && reachability === 'private')
  // browsers let pages dial plain WebSockets of their own machine only
  if (way === 'ws') return isLocal && isThere
  if (way === 'wss') return tls?.status === 'valid' && (isThere || reachability === 'untried')
  return way === 'webrtc-direct' && isThere
}

function isExpiring({ tls }: BrowserAddress): boolean {
  return tls?.status === 'valid' && tls.daysLeft !== undefined && tls.daysLeft < WARN_CERTIFICATE_DAYS
}

function edgeOpinion({ addresses }: BrowserObservation): Opinion {
  const count = addresses.filter(({ way }) => way === 'webrtc' || way === 'webrtc-direct').length
  if (count > 0) return { health: 'healthy', summary: `browsers can dial ${countOf(count, 'WebRTC address', 'es')}` }
  return { health: 'unknown', summary: 'browsers cannot dial this edge directly; through relays they need WebRTC' }
}

function expiringOpinion({ address, tls }: BrowserAddress): Opinion {
  const summary = `the certificate of ${address} ends in ${countOf(tls?.daysLeft ?? 0, 'day')}`
  return { health: 'degraded', summary, hint: 'renew it, and see why it was not renewed by itself' }
}

function unusableOpinion({ addresses }: BrowserObservation): Opinion {
  const bad = addresses.find(({ tls }) => tls?.status === 'invalid')
  if (bad !== undefined) {
    return { health: 'degraded', summary: `browsers refuse ${bad.address}: ${bad.tls?.reason ?? ''}`, hint: HOW_TO }
  }
  const untried = addresses.filter(({ way, reachability }) => way !== 'ws' && reachability === 'untried')
  if (untried.length > 0) {
    const summary = `${countOf(untried.length, 'address', 'es')} for browsers, which nobody has tried yet`
    return { health: 'unknown', summary, hint: 'ask again in some minutes' }
  }
  const unreached = addresses.find(({ tls }) => tls?.status === 'unreachable')
  if (unreached !== undefined) {
    const summary = `no TLS handshake with ${unreached.address}: ${unreached.tls?.reason ?? ''}`
    return { health: 'degraded', summary, hint: 'check the name, and whether its port is forwarded to this node' }
  }
  const onlyPlain = addresses.every(({ way }) => way === 'ws')
  const why = onlyPlain ? 'pages on the web may not dial plain WebSockets' : 'none of its addresses can be dialled'
  return { health: 'degraded', summary: `no browser can dial this node: ${why}`, hint: HOW_TO }
}

function describe(usable: BrowserAddress[]): string {
  const [first] = usable
  const days = first?.tls?.daysLeft === undefined ? '' : `, certificate for ${countOf(first.tls.daysLeft, 'more day')}`
  const more = usable.length > 1 ? ` and ${usable.length - 1} more` : ''
  return `${first?.address ?? ''}${days}${more}`
}
