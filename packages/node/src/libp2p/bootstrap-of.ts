import { lateService } from './late-service.ts'
import { SERVICE_KEYS } from './service-keys.ts'
import type { Bootstrap } from '@waystone/bootstrap'

/** The bootstrap service of a node: ask when it is needed. */
export function bootstrapOf(components: object): Bootstrap | undefined {
  return lateService(components, SERVICE_KEYS.bootstrap, isBootstrap)
}

function isBootstrap(service: object): service is Bootstrap {
  return 'isEnough' in service && 'settled' in service
}
