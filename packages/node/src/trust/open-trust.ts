import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { NamespacedDatastore } from '@waystone/kit/namespaced-datastore'
import { trustAclConfig } from './acl-config.ts'
import type { ComponentLogger, PrivateKey } from '@libp2p/interface'
import type { AdminEvents, Clock, Random } from '@waystone/interface'
import type { AddressRules, AuditLog, FetchCounts, TrustAcl } from '@waystone/trust-acl'
import type { Datastore } from 'interface-datastore'
import type { Config } from '../config/schema.ts'
import type { RunningPart } from '../lifecycle/stop-in-order.ts'

export interface OpenTrustInit {
  config: Config
  privateKey: PrivateKey
  datastore: Datastore
  logger: ComponentLogger
  events: AdminEvents
  clock: Clock
  random: Random
  /** Aborts when the node is to stop. */
  stopping: AbortSignal
}

/** What decides in a node, and what keeps account of it. */
export interface TrustParts {
  trust: TrustAcl
  /** By IP, in front of everything else. */
  rules: AddressRules
  audit: AuditLog
  /** What looking for trust files brings. */
  fetches: FetchCounts
}

/** Not below `/trust`, whose rows are all of the trust database. */
const RULES_PREFIX = '/trust-rules'

/**
 * The node's trust database behind its address rules, with its audit log.
 *
 * @param own - gets what is to be closed, in front of the datastore
 * @throws AddressRuleInvalidError
 */
export async function openTrust(init: OpenTrustInit, own: RunningPart[]): Promise<TrustParts> {
  const { config, privateKey, datastore, logger, clock } = init
  const { AddressRules: Rules, AuditLog: Log, FetchCounts: Counts, TrustAcl: Acl } = await import('@waystone/trust-acl')
  const audit = new Log({ clock, events: init.events })
  const store = new NamespacedDatastore(datastore, RULES_PREFIX)
  const rules = new Rules({ config: config.trust.rules, clock, random: init.random, audit, store })
  own.unshift({ name: 'the address rules', stop: () => rules.stop() })
  await rules.start({ signal: init.stopping })
  const self = peerIdFromPrivateKey(privateKey)
  const trust = await Acl.open({ datastore, logger, clock, self, rules, audit, config: trustAclConfig(config) })
  own.unshift({ name: 'the trust database', stop: async () => await trust.close() })
  return { trust, rules, audit, fetches: new Counts() }
}
