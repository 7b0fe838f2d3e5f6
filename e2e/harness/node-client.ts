import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import type { DescService } from '@bufbuild/protobuf'
import type { Client } from '@connectrpc/connect'

/** Where the admin API of a node is, and what opens it. */
export interface NodeAccess {
  /** As in `admin.url`. */
  url: string
  token: string
}

/** What a running node has written into its data folder. */
export async function readAccess(dataDir: string): Promise<NodeAccess> {
  const read = async (name: string): Promise<string> => (await readFile(join(dataDir, name), 'utf8')).trim()
  return { url: await read('admin.url'), token: await read('admin.token') }
}

/** A client of one of the node's admin services. */
export function nodeClient<S extends DescService>(service: S, { url, token }: NodeAccess): Client<S> {
  const socketPath = /^unix:(.+)$/.exec(url)?.[1]
  const transport = createConnectTransport({
    httpVersion: '1.1',
    baseUrl: socketPath === undefined ? url : 'http://localhost',
    nodeOptions: socketPath === undefined ? {} : { socketPath },
    interceptors: [
      next => request => {
        request.header.set('authorization', `Bearer ${token}`)
        return next(request)
      }
    ]
  })
  return createClient(service, transport)
}
