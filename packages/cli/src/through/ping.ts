import { AdminService, Path } from '@waystone/wire/admin'
import type { ConnectionRoute } from '@waystone/kit'
import type { PingResponse } from '@waystone/wire/admin'
import type { NodeApi } from '../api/index.ts'
import type { PingReport } from '../edge/ping-report.ts'

export interface PingThroughInit {
  peer: string
  count: number
  /** Between two pings, in milliseconds. */
  intervalMs: number
  report: PingReport
  signal: AbortSignal
}

/**
 * Has a running node ping a peer.
 *
 * @throws ConnectError
 */
export async function pingThrough(api: NodeApi, init: PingThroughInit): Promise<void> {
  const { peer, count, intervalMs, report, signal } = init
  let connected = false
  for await (const pong of api.client(AdminService).ping({ peer, count, intervalMs }, { signal })) {
    const { sequence, roundTripUs, remoteAddress, failure } = pong
    if (roundTripUs === undefined) {
      report.lost(sequence, new Error(failure))
      continue
    }
    const route = routeOf(pong)
    if (!connected) report.connected(remoteAddress, route)
    connected = true
    report.pong({ sequence, ms: Number(roundTripUs) / 1_000, route })
  }
}

function routeOf({ path, transport, reason }: PingResponse): ConnectionRoute {
  return { path: path === Path.RELAYED ? 'relayed' : 'direct', transport, reason }
}
