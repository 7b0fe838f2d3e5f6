import { content } from '@waystone/wire/admin'
import { addFile } from './add-file.ts'
import { fetchFile } from './fetch-file.ts'
import type { Startable } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { ContentAdminParts } from './contract.ts'

export interface ContentAdminComponents {
  rpc: Pick<Rpc, 'serve'>
}

/** Serves `waystone.admin.v1.ContentService` to the operator, and to peers with the function `admin`. */
export class ContentAdminService implements Startable {
  readonly [Symbol.toStringTag] = '@waystone/content-admin'
  readonly #components: ContentAdminComponents
  readonly #parts: () => ContentAdminParts
  #unserve: (() => Promise<void>) | undefined

  /** @param parts - the services of the node that it works on; asked for at the start */
  constructor(components: ContentAdminComponents, parts: () => ContentAdminParts) {
    this.#components = components
    this.#parts = parts
  }

  async start(): Promise<void> {
    if (this.#unserve !== undefined) return
    const parts = this.#parts()
    const calls = {
      fetchFile: (request: content.FetchFileRequest, { signal }: { signal: AbortSignal }) =>
        fetchFile(parts, request, { signal }),
      addFile: async (requests: AsyncIterable<content.AddFileRequest>, { signal }: { signal: AbortSignal }) =>
        await addFile(parts, requests, { signal })
    }
    const access = { admin: true, trustFunction: 'admin' } as const
    this.#unserve = await this.#components.rpc.serve(content.ContentService, calls, access)
  }

  async stop(): Promise<void> {
    const unserve = this.#unserve
    this.#unserve = undefined
    await unserve?.()
  }
}
