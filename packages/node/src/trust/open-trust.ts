import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { trustAclConfig } from './acl-config.ts'
import type { ComponentLogger, PrivateKey } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { TrustAcl } from '@waystone/trust-acl'
import type { Datastore } from 'interface-datastore'
import type { Config } from '../config/schema.ts'
import type { RunningPart } from '../lifecycle/stop-in-order.ts'

export interface OpenTrustInit {
  config: Config
  privateKey: PrivateKey
  datastore: Datastore
  logger: ComponentLogger
  clock: Clock
}

/**
 * The node's trust database.
 *
 * @param own - gets what is to be closed, in front of the datastore
 */
export async function openTrust(init: OpenTrustInit, own: RunningPart[]): Promise<TrustAcl> {
  const { config, privateKey, ...parts } = init
  const { TrustAcl: Acl } = await import('@waystone/trust-acl')
  const acl = await Acl.open({ ...parts, self: peerIdFromPrivateKey(privateKey), config: trustAclConfig(config) })
  own.unshift({ name: 'the trust database', stop: async () => await acl.close() })
  return acl
}
