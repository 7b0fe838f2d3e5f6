import { allPages } from '../api/pages.ts'
import type { Connection } from '@waystone/wire/admin'
import type { AskedNode } from './ask-node.ts'

/** Every connection of the node, or of one peer. */
export async function listConnections(
  { admin, signal }: Pick<AskedNode, 'admin' | 'signal'>,
  peer = ''
): Promise<Connection[]> {
  const found: Connection[] = []
  for await (const { connections } of allPages(page => admin.listConnections({ page, peer }, { signal }))) {
    found.push(...connections)
  }
  return found
}
