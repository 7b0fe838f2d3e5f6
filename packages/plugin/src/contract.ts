import type { DescService } from '@bufbuild/protobuf'
import type { ServiceImpl } from '@connectrpc/connect'
import type { Connection, Logger, Metrics, Stream, Topology } from '@libp2p/interface'
import type { AdminEvents, Clock, Random } from '@waystone/interface'
import type { Rpc, ServeOptions } from '@waystone/rpc'
import type { Datastore } from 'interface-datastore'
import type { PluginComponentName, PluginComponents } from './components.ts'

/** What is wrong with a config, and where in it. */
export type PluginConfigIssues = ReadonlyArray<{ path: readonly PropertyKey[]; message: string }>

/**
 * Checks what the operator writes under `config`; every schema of zod is one.
 * Keys that an object schema does not name are refused, also where it is not
 * a `z.strictObject`; a `z.looseObject` takes them.
 */
export interface PluginConfigSchema<C> {
  safeParse(value: unknown): { success: true; data: C } | { success: false; error: { issues: PluginConfigIssues } }
}

/** RPC in the name of the plugin. What it serves is withdrawn when it stops. */
export interface PluginRpc extends Pick<Rpc, 'client' | 'transport' | 'cursors'> {
  /**
   * Serves a service to peers until the returned function is called.
   *
   * @throws PluginServiceTakenError
   */
  serve<S extends DescService>(
    service: S,
    implementation: Partial<ServiceImpl<S>>,
    options?: ServeOptions
  ): Promise<() => Promise<void>>
}

/** Gets each stream that a peer opens. When it throws, the stream is aborted and the error logged. */
export type PluginStreamHandler = (stream: Stream, connection: Connection) => void | Promise<void>

export interface PluginStreamOptions {
  /** Streams of this protocol that one connection may have open at one time, opened by the peer. Default 32. */
  maxInboundStreams?: number
  /** The same for those opened by this node. Default 64. */
  maxOutboundStreams?: number
  /** Also over relayed connections that are limited in bytes and time. Default false. */
  runOnLimitedConnection?: boolean
}

/** Raw-stream protocols. All of it is withdrawn, and open streams are aborted, when the plugin stops. */
export interface PluginProtocols {
  /**
   * Handles a protocol until the returned function is called.
   *
   * @param protocol - such as `/hello/echo/1.0.0`
   * @throws PluginProtocolTakenError
   */
  handle(protocol: string, handler: PluginStreamHandler, options?: PluginStreamOptions): Promise<() => Promise<void>>
  /** Tells of connected peers that speak a protocol, until the returned function is called. */
  watch(protocol: string, topology: Topology): Promise<() => Promise<void>>
}

/** Registers metrics; `greetings` of the plugin `hello` becomes `waystone_plugin_hello_greetings`. */
export type PluginMetrics = Pick<
  Metrics,
  | 'registerMetric'
  | 'registerMetricGroup'
  | 'registerCounter'
  | 'registerCounterGroup'
  | 'registerHistogram'
  | 'registerHistogramGroup'
  | 'registerSummary'
  | 'registerSummaryGroup'
>

/** All that a plugin gets. */
export interface PluginScope<C = unknown, K extends PluginComponentName = never> {
  readonly name: string
  /** As the plugin's schema made it of what the operator wrote. */
  readonly config: C
  /** The libp2p components that the plugin names in its definition, and no others. */
  readonly components: { readonly [N in K]: PluginComponents[N] }
  readonly rpc: PluginRpc
  readonly protocols: PluginProtocols
  /** Keys of the plugin's own: others neither see nor change them. */
  readonly datastore: Datastore
  readonly log: Logger
  /** Undefined in nodes that measure nothing, such as those of the testkit. */
  readonly metrics: PluginMetrics | undefined
  /** Timers that are set on it are cleared when the plugin stops, and its `sleep` rejects with the reason of `signal`. */
  readonly clock: Clock
  readonly random: Random
  /**
   * Tells the operator what happens; the kind `greeted` becomes `plugin:hello:greeted`. More than 100 a second, or
   * 1,000 at once, are left out, which `plugin:flood` tells.
   */
  readonly events: AdminEvents
  /** Aborts when the plugin stops. */
  readonly signal: AbortSignal
}

/** What `create` may answer with. Both have a deadline. */
export interface PluginInstance {
  start?(): unknown
  /** Called once, also when `start()` failed or was never reached. */
  stop?(): unknown
}

export interface PluginDefinition<C, K extends PluginComponentName = never> {
  /** 1-32 of a-z, 0-9 and `-`, a letter first. It names the log, the metrics, the events and the keys in the datastore. */
  name: string
  /** The version of this API that the plugin is written for. Default: that of the `@waystone/plugin` it imports. */
  apiVersion?: number
  /** Checks the operator's `config`, which is `{}` when there is none. */
  config: PluginConfigSchema<C>
  /** Names of the libp2p components that `create` needs. */
  components?: readonly K[]
  /** Called when the node's own services have started. */
  create(scope: PluginScope<C, K>): PluginInstance | void | Promise<PluginInstance | void>
}

/** All of a {@link PluginScope} that does not depend on the definition's types. */
export type PluginParts = Omit<PluginScope<unknown, PluginComponentName>, 'config'>

/** A plugin with its config, or what its schema says is wrong with it. */
export type ConfiguredPlugin =
  | { success: true; create(parts: PluginParts): PluginInstance | void | Promise<PluginInstance | void> }
  | { success: false; issues: PluginConfigIssues }

/** What {@link definePlugin} makes; the default export of a plugin's package. */
export interface DefinedPlugin {
  readonly name: string
  readonly apiVersion: number
  readonly config: PluginConfigSchema<unknown>
  readonly components: readonly string[]
  configure(value: unknown): ConfiguredPlugin
}
