import { callerKey } from '@waystone/rpc'
import type { ServiceImpl } from '@connectrpc/connect'
import type { ProbeService } from '@waystone/wire/probe'
import type { CheckContext } from './check.ts'

/** Answers every peer: it costs next to nothing and tells what identify tells too, and the time. */
export function probeHandlers({
  init,
  components,
  clock
}: Pick<CheckContext, 'init' | 'components' | 'clock'>): ServiceImpl<typeof ProbeService> {
  return {
    probe: (_request, { values }) => {
      const receivedAtMs = BigInt(clock.now())
      return {
        receivedAtMs,
        agent: components.nodeInfo.userAgent,
        role: init.role,
        network: init.network,
        observedAddress: values.get(callerKey)?.remoteAddress.toString() ?? '',
        answeredAtMs: BigInt(clock.now())
      }
    }
  }
}
