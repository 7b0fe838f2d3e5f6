import type { Ping } from '@libp2p/ping'
import type { FileTransfer } from '@waystone/file-transfer'
import type { Rpc } from '@waystone/rpc'
import type { WaystoneNode } from '@waystone/node'

/** The services of an edge that commands call. */
export interface EdgeServices {
  ping: Ping
  fileTransfer: FileTransfer
  rpc: Rpc
}

/** The services of a node with the edge's plugins, which always include these. */
export function servicesOf(node: WaystoneNode): EdgeServices {
  const { ping, fileTransfer, rpc } = node.libp2p.services
  if (!isPing(ping) || !isFileTransfer(fileTransfer) || !isRpc(rpc))
    throw new TypeError('the node does not run the edge plugins')
  return { ping, fileTransfer, rpc }
}

function isPing(service: unknown): service is Ping {
  return typeof service === 'object' && service !== null && 'ping' in service
}

function isFileTransfer(service: unknown): service is FileTransfer {
  return typeof service === 'object' && service !== null && 'send' in service
}

function isRpc(service: unknown): service is Rpc {
  return typeof service === 'object' && service !== null && 'callJson' in service
}
