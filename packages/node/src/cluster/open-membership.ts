import { SERVICE_KEYS } from '../libp2p/service-keys.ts'
import { clusterName } from './cluster-entry.ts'
import { TrustMembership } from './membership.ts'
import type { ComponentLogger } from '@libp2p/interface'
import type { Config } from '../config/schema.ts'
import type { RunningPart } from '../lifecycle/stop-in-order.ts'
import type { TrustFileFetcher } from './membership.ts'
import type { MembershipTrust } from './read-members.ts'

export interface OpenMembershipInit {
  config: Pick<Config, 'cluster'>
  trust: MembershipTrust
  logger: ComponentLogger
}

/**
 * The members of the cluster that the config names.
 *
 * @param own - gets what is to be closed, in front of the trust database
 */
export async function openMembership(
  { config, trust, logger }: OpenMembershipInit,
  own: RunningPart[]
): Promise<TrustMembership | undefined> {
  const { key } = config.cluster
  if (key === undefined) return undefined
  const log = logger.forComponent('waystone:cluster')
  const membership = await TrustMembership.open({ name: clusterName(config), key, trust, log })
  own.unshift({ name: 'the members of the cluster', stop: () => membership.close() })
  return membership
}

/** Who looks for trust files among a node's services. */
export function fetcherIn(services: object): TrustFileFetcher | undefined {
  const service: unknown = Reflect.get(services, SERVICE_KEYS.trustAcl)
  return isFetcher(service) ? service : undefined
}

function isFetcher(service: unknown): service is TrustFileFetcher {
  return typeof service === 'object' && service !== null && 'fetchEntry' in service
}
