/**
 * Delegates look up and fetch for thin clients, which have one connection and
 * no DHT. Clients verify every answer.
 *
 * @example
 * // the delegate: for peers that may, by the functions remote-resolve-ipns, remote-put-dht, …
 * const seed = await createLibp2p({ services: { rpc: rpc({ trust }), delegate: delegate({ trust, serve: true, quotas }) } })
 *
 * // the thin client
 * const phone = await createLibp2p({ services: { rpc: rpc(), delegate: delegate({ trust, use: seed.getMultiaddrs() }) } })
 * for await (const { cid, bytes } of phone.services.delegate.fetch(root, { maxBytes: 1_000_000 })) keep(cid, bytes)
 *
 * @packageDocumentation
 */
import { DelegateNode } from './delegate.ts'
import type { Delegate, DelegateComponents, DelegateInit } from './contract.ts'

export * from './errors.ts'
export type {
  Delegate,
  DelegateComponents,
  DelegateInit,
  FetchedBlock,
  FetchOptions,
  HttpCaller,
  HttpHandler,
  HttpHost,
  Quota,
  Quotas
} from './contract.ts'

/** The service; see the example above. */
export function delegate(init: DelegateInit): (components: DelegateComponents) => Delegate {
  return components => new DelegateNode(components, init)
}
