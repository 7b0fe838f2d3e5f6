import { cluster as api } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import type { Client } from '@connectrpc/connect'
import type { AskOptions } from '../admin/ask-node.ts'

/** What a command about seeds works with. */
export interface AskedSeeds {
  cluster: Client<typeof api.ClusterService>
  signal: AbortSignal
}

/** Lets a command ask the running node for its seeds. @throws what `askNode` throws */
export async function askSeeds(options: AskOptions, work: (node: AskedSeeds) => Promise<void>): Promise<void> {
  await askNode(options, async node => {
    await work({ cluster: node.api.client(api.ClusterService), signal: node.signal })
  })
}
