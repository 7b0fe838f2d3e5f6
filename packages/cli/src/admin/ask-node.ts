import { AdminService } from '@waystone/wire/admin'
import { requireNodeApi } from '../api/index.ts'
import { untilSignalled } from '../until-signalled.ts'
import type { Client } from '@connectrpc/connect'
import type { ApiOptions, NodeApi } from '../api/index.ts'

/** What a command that talks to a running node needs. */
export interface AskedNode {
  api: NodeApi
  admin: Client<typeof AdminService>
  /** Ends with Ctrl-C. */
  signal: AbortSignal
}

/** Options of every command that talks to a running node. */
export interface AskOptions extends ApiOptions {
  json?: boolean
}

/**
 * Finds the running node and lets a command work with it until it is done or interrupted.
 *
 * @throws InterruptedError after Ctrl-C, and what finding the node and the work throw
 */
export async function askNode<T>(options: AskOptions, work: (node: AskedNode) => Promise<T>): Promise<T> {
  using signalled = untilSignalled()
  const { signal } = signalled
  const api = await requireNodeApi(options)
  try {
    return await work({ api, admin: api.client(AdminService), signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

/** Like {@link askNode} for commands that follow something: Ctrl-C is how they end, and no failure. */
export async function followNode(options: AskOptions, work: (node: AskedNode) => Promise<void>): Promise<void> {
  await askNode(options, async node => {
    try {
      await work(node)
    } catch (error) {
      if (!node.signal.aborted) throw error
    }
  })
}
