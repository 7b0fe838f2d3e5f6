import { AdminService } from '@waystone/wire/admin'
import { findNodeApi } from '../api/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { GetNodeResponse } from '@waystone/wire/admin'
import type { ApiOptions, NodeApi } from '../api/index.ts'

/** The flags of a configuration, as commander hands them to an action. */
export interface NodeFlags extends ApiOptions {
  network?: string
  /** Separated by commas. */
  seeds?: string
  listen?: string
  relays?: string
}

/** A running node that a command works through. */
export interface FittingNode {
  api: NodeApi
  node: GetNodeResponse
}

export interface FittingInit extends AbortOptions {
  /** For people. */
  note: (text: string) => void
}

/**
 * The running node that a command can work through: that of `--api`, or that
 * of its data folder. Nothing if none runs, or if the command line asks for
 * something else than what runs; then the command starts an edge of its own.
 *
 * @throws what finding the node throws, and ConnectError when it does not answer
 */
export async function findFittingNode(options: NodeFlags, init: FittingInit): Promise<FittingNode | undefined> {
  const api = await findNodeApi(options, { role: 'edge' })
  if (api === undefined) return undefined
  const { signal } = init
  const node = await api.client(AdminService).getNode({}, signal === undefined ? {} : { signal })
  const difference = options.api === undefined ? differenceOf(options, node) : undefined
  const name = api.dataDir ?? api.url
  if (difference === undefined) init.note(`through the running node of ${name}`)
  else init.note(`the running node of ${name} ${difference}, so this command runs an edge of its own`)
  return difference === undefined ? { api, node } : undefined
}

/** What a command line asks for that a running node does not do; nothing if it fits. */
export function differenceOf(
  options: NodeFlags,
  node: Pick<GetNodeResponse, 'network'> & { seeds: Pick<GetNodeResponse['seeds'][number], 'address'>[] }
): string | undefined {
  const { network, seeds } = options
  if (network !== undefined && network !== node.network) return `is of the network ${node.network}`
  const known = new Set(node.seeds.map(({ address }) => address))
  const unknown = (seeds ?? '').split(',').find(seed => seed.trim() !== '' && !known.has(seed.trim()))
  if (unknown !== undefined) return 'has other seeds'
  const own = (['listen', 'relays', 'set'] as const).find(name => options[name] !== undefined)
  return own === undefined ? undefined : `has its own --${own}`
}
