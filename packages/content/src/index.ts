/**
 * Bytes by CID: kept here, served and fetched over bitswap, checked against
 * their hash on the way in and out.
 *
 * @example
 * const node = await createLibp2p({ services: { content: content({ maxBytes: 100 * 1024 * 1024 }) } })
 * const cid = await node.services.content.put(new TextEncoder().encode('hello'))
 *
 * const bytes = await other.services.content.getFile(cid, { maxBytes: 1024, from: [node.peerId] })
 *
 * @packageDocumentation
 */
import { ContentService } from './content.ts'
import type { Content, ContentComponents, ContentInit } from './contract.ts'

export { ContentAdminService } from './admin/content-admin-service.ts'
export type { BlockDelegate, ContentAdminParts } from './admin/contract.ts'
export { BITSWAP_PROTOCOL } from './protocol.ts'
export * from './errors.ts'
export type { Content, ContentComponents, ContentInit } from './contract.ts'

/** The service; see the example above. */
export function content(init: ContentInit = {}): (components: ContentComponents) => Content {
  return components => new ContentService(components, init)
}
