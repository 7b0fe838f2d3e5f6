import type { AbortOptions, ComponentLogger } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Plugins, WaystoneNode } from '@waystone/node'
import type { Role } from '@waystone/node/config'
import type { DefinedPlugin } from '@waystone/plugin'

/** How nodes reach each other. All but `memory` use loopback sockets. */
export type TestnetTransport = 'memory' | 'tcp' | 'ws' | 'quic'

export interface TestnetInit extends AbortOptions {
  /** Default 1. */
  seeds?: number
  /** Default 0. */
  relays?: number
  /** Default 2, hidden ones included. */
  edges?: number
  /** So many edges, the last ones, listen only through relays. Default 0. */
  hiddenEdges?: number
  /** Default `memory`. */
  transports?: TestnetTransport
  /**
   * Plugins made with `definePlugin`, which run in every edge, or in the roles
   * that are named with them. An object instead of a list says by role what its
   * nodes can run besides what belongs to the role.
   */
  plugins?: readonly (DefinedPlugin | TestPlugin)[] | Partial<Record<Role, Plugins>>
  /** Config keys by role, as `--set` takes them: `{ edge: { 'files.maxFileSize': '1MiB' } }`. */
  config?: Partial<Record<Role, Record<string, string>>>
  /** The log of the node with this name, such as `edge-2`. Default: libp2p's, switched on by `DEBUG=edge-2:*`. */
  logger?: (name: string) => ComponentLogger
  /** The clock of the Waystone services; libp2p's own timers always run in real time. */
  clock?: Clock
  /** Identities, and what else is random in Waystone services, follow from it. Default 1. */
  randomSeed?: number
  /** How long {@link Testnet.ready} waits, in milliseconds. Default 30,000. */
  readyTimeoutMs?: number
}

/** A plugin with what a config would say of it. */
export interface TestPlugin {
  plugin: DefinedPlugin
  /** What the operator would write under `config`. */
  config?: Record<string, unknown>
  /** Whether a node runs without it when it fails. Default false. */
  optional?: boolean
  /** Default: edges only. */
  roles?: readonly Role[]
}

/** A network in this process. Lists are in the order of creation, seeds before relays before edges. */
export interface Testnet extends AsyncDisposable {
  readonly nodes: WaystoneNode[]
  readonly seeds: WaystoneNode[]
  readonly relays: WaystoneNode[]
  /** The hidden ones are last. An edge receives files into `config.files.inbox`. */
  readonly edges: WaystoneNode[]
  /**
   * Resolves when no running node misses anything and every seed knows the
   * addresses of all nodes that are to be found through it. A stopped node is
   * not waited for.
   *
   * @throws TestnetNotReadyError, TestnetDisposedError
   */
  ready(options?: AbortOptions): Promise<void>
  /**
   * Stops a node, unless it is stopped already, and starts another in its
   * place: same key, addresses, datastore and config. It has started when this
   * resolves; wait for its peers with {@link ready}.
   *
   * @throws NodeStartFailedError - the node stays stopped and may be replaced again
   * @throws NotInTestnetError, TestnetDisposedError
   */
  replace(node: WaystoneNode, options?: AbortOptions): Promise<WaystoneNode>
}
