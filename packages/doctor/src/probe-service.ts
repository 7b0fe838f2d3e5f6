import { callerKey } from '@waystone/rpc'
import { ProbeService } from '@waystone/wire/probe'
import type { LateService } from '@waystone/rpc'
import type { CheckContext } from './check.ts'

/** Answers every peer: it costs next to nothing and tells what identify tells too, and the time. */
export function probeService({
  init,
  components,
  clock
}: Pick<CheckContext, 'init' | 'components' | 'clock'>): LateService<typeof ProbeService> {
  const implementation: LateService<typeof ProbeService>['implementation'] = {
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
  return { service: ProbeService, implementation }
}
