import { createTransport } from '@connectrpc/connect/protocol-connect'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import { asOpenError } from './client-error.ts'
import { UNARY_CALL_MS } from './constants.ts'
import { OutboundCall } from './outbound-call.ts'
import type { Transport } from '@connectrpc/connect'
import type { UniversalClientFn, UniversalClientRequest } from '@connectrpc/connect/protocol'
import type { CallerStreams, OpenStream } from './caller-streams.ts'
import type { ClientOptions, RpcTarget } from './contract.ts'

/** Connect wants one; the peer is the target's. */
const BASE_URL = 'http://peer'

/** A Connect transport to one peer, or to any that serves what is called. */
export function createPeerTransport(streams: CallerStreams, target: RpcTarget, options: ClientOptions): Transport {
  const { interceptors = [], json = false, timeoutMs = UNARY_CALL_MS } = options
  const transport = createTransport({
    baseUrl: BASE_URL,
    httpClient: httpClient(streams, target),
    useBinaryFormat: !json,
    interceptors,
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: RPC_MESSAGE_MAX_BYTES,
    readMaxBytes: RPC_MESSAGE_MAX_BYTES,
    writeMaxBytes: RPC_MESSAGE_MAX_BYTES
  })
  return {
    unary: (method, signal, timeout = timeoutMs, ...rest) => transport.unary(method, signal, timeout, ...rest),
    stream: (...call) => transport.stream(...call)
  }
}

/** Carries what would be an HTTP request to the peer. */
export function httpClient(streams: CallerStreams, target: RpcTarget): UniversalClientFn {
  return async request => {
    // not with URL, which takes longer than all the rest here
    const path = request.url.slice(BASE_URL.length)
    const { connection, stream } = await open(streams, target, { path, request })
    const onReusable = (): void => streams.pool.give(connection, stream)
    return await new OutboundCall({ stream, path, request, onReusable }).run()
  }
}

interface PathRequest {
  path: string
  request: UniversalClientRequest
}

async function open(streams: CallerStreams, target: RpcTarget, { path, request }: PathRequest): Promise<OpenStream> {
  const { signal } = request
  try {
    return await streams.open(target, serviceIn(path), signal === undefined ? {} : { signal })
  } catch (error) {
    throw asOpenError(error, signal)
  }
}

function serviceIn(path: string): string {
  return path.split('/')[1] ?? ''
}
