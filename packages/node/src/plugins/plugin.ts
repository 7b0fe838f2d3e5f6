import type { AdminEvents, ClusterMembership, Clock, NodeInstance, Random } from '@waystone/interface'
import type { AuditLog, FetchCounts, NamedKeys, TrustAcl } from '@waystone/trust-acl'
import type { Config } from '../config/schema.ts'
import type { Ping } from '@libp2p/ping'
import type { Rpc } from '@waystone/rpc'
import type { ServiceFactoryMap } from 'libp2p'

/** The parts that every node has, which a service can name in its `XComponents`. */
export type NodeComponents = Parameters<ServiceFactoryMap<{ ping: Ping; rpc: Rpc }>['ping']>[0]

/** What libp2p calls to make a service: gets the node's parts, returns the service. */
export type ServiceFactory = (components: NodeComponents) => unknown

export interface PluginContext {
  config: Config
  clock: Clock
  random: Random
  /** Who may do what, and whom the node knows; services take it as a `NodeTrust`. */
  trust: TrustAcl
  /** What was denied and what changed. */
  audit: AuditLog
  /** Counts what looking for trust files brings. */
  fetches?: FetchCounts | undefined
  /** Keys to publish trust files with. */
  publishKeys?: NamedKeys | undefined
  /** Who belongs to the cluster of the config; absent without one. */
  membership?: ClusterMembership | undefined
  /** This run of the node; absent means one without an identity pool that nobody has to tell from others. */
  instance?: NodeInstance | undefined
  /** Ends the node as a failure, with the exit code of the error; absent where nobody asks for it. */
  onFailure?: ((error: unknown) => void) | undefined
  /** Where the operator is told what happens. */
  events: AdminEvents
  /** Where the packages under `plugins` are looked for; default: the working folder. */
  pluginFolder?: string | undefined
  /** Aborts when the node is to stop, also while it starts: for what may take long in a start. */
  stopping?: AbortSignal | undefined
}

/**
 * Something that a role can run. The config says whether it does. It belongs to
 * the node; what others add to a node is a `DefinedPlugin` of `@waystone/plugin`.
 */
export interface Plugin {
  /** The service for this config, or nothing if the config leaves it out. */
  create(context: PluginContext): Promise<ServiceFactory | undefined>
}

/**
 * What can run in a role, by service key, in the order of creation. A service
 * may rely on those above it.
 */
export type Plugins = Readonly<Record<string, Plugin>>
