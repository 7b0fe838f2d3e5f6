import { getCACertificates } from 'node:tls'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import { explainFailures } from './explain-failures.ts'
import { authorize, limitUnaryTime } from './interceptors.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { Client } from '@connectrpc/connect'
import type { ApiAddress } from './api-url.ts'

/** The longest message of an admin API, in bytes: a page of 1,000 peers with all their addresses fits. */
const MESSAGE_MAX_BYTES = 8 * 1_024 * 1_024

/** The admin API of one running node. */
export interface NodeApi {
  /** `http://…`, `https://…` or `unix:/path`. */
  readonly url: string
  /** The data folder by which the node was found; absent when only its URL is known. */
  readonly dataDir?: string
  /** A client of one of the node's admin services. Unary calls have a deadline; streams last until they are aborted. */
  client<S extends DescService>(service: S): Client<S>
}

export interface NodeApiInit {
  address: ApiAddress
  token?: string | undefined
  /** PEM, besides the certificates of the system. */
  ca?: string | undefined
  dataDir?: string | undefined
}

/** Calls a node; nothing is sent before the first call. */
export function createNodeApi({ address, token, ca, dataDir }: NodeApiInit): NodeApi {
  const { url, baseUrl, socketPath } = address
  const transport = createConnectTransport({
    httpVersion: '1.1',
    baseUrl,
    nodeOptions: {
      ...(socketPath !== undefined && { socketPath }),
      ...(baseUrl.startsWith('https:') && { ca: trusted(ca) })
    },
    interceptors: [explainFailures(url), limitUnaryTime(), ...(token === undefined ? [] : [authorize(token)])],
    readMaxBytes: MESSAGE_MAX_BYTES
  })
  return {
    url,
    ...(dataDir !== undefined && { dataDir }),
    client: service => createClient(service, transport)
  }
}

function trusted(ca: string | undefined): string[] {
  // Node by itself knows only those that came with it
  const known = new Set([...getCACertificates('default'), ...getCACertificates('system')])
  return ca === undefined ? [...known] : [...known, ca]
}
