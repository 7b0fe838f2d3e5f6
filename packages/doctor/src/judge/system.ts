import { MAX_SKEW_MS, WARN_SKEW_MS } from '../constants.ts'
import type { Health } from '../contract.ts'
import type { ClockObservation } from '../observation.ts'
import type { Rule } from './situation.ts'

export const versionsRule: Rule<'versions'> = ({ waystone, libp2p, node, os, network }) => ({
  health: 'healthy',
  summary: `waystone ${waystone}, libp2p ${libp2p}, node ${node}, ${os}, network ${network}`
})

/** Too few files end in refused connections, but only under load. */
export const openFilesRule: Rule<'open-files'> = ({ status, message, hint }) => {
  const health = status === 'ok' ? 'healthy' : status === 'note' ? 'unknown' : 'degraded'
  return { health, summary: `open files: ${message}`, ...(hint !== undefined && { hint }) }
}

const SET_CLOCK = 'set the clock of this machine, for example with an NTP service'

/** Beyond the limit every token and record is refused. One source may itself be wrong, so it takes two to say so. */
export const clockRule: Rule<'clock'> = observation => {
  const { offsetMs, boundMs, asked, sources } = observation
  if (offsetMs === undefined || boundMs === undefined) {
    const summary = asked === 0 ? 'clock: no peer to compare it with' : `clock: none of ${asked} peers tells its time`
    return { health: 'unknown', summary }
  }
  const summary = `clock is ${secondsText(Math.abs(offsetMs))} s ${offsetMs < 0 ? 'ahead' : 'behind'} (± ${secondsText(boundMs)} s, by ${sources} of ${asked} peers)`
  const health = clockHealth(observation, offsetMs, boundMs)
  if (health === 'healthy' || health === 'unknown') return { health, summary }
  const hint = sources === 1 ? `${SET_CLOCK}, or that of the other one: only one peer told its time` : SET_CLOCK
  return { health, summary, hint }
}

function clockHealth({ sources }: ClockObservation, offsetMs: number, boundMs: number): Health {
  const skewMs = Math.abs(offsetMs)
  if (skewMs - boundMs > MAX_SKEW_MS) return sources > 1 ? 'broken' : 'degraded'
  if (skewMs - boundMs > WARN_SKEW_MS) return 'degraded'
  // a round trip so long that it says nothing
  return skewMs + boundMs > MAX_SKEW_MS ? 'unknown' : 'healthy'
}

function secondsText(ms: number): string {
  return (ms / 1_000).toFixed(ms < 10_000 ? 3 : 1)
}
