import { SERVICE_KEYS } from '@waystone/node'
import type { FileTransfer } from '@waystone/file-transfer'
import type { WaystoneNode } from '@waystone/node'
import type { RelaySelection } from '@waystone/relay-selection'

export function filesOf(node: WaystoneNode): FileTransfer {
  return node.libp2p.services[SERVICE_KEYS.fileTransfer] as FileTransfer
}

export function relaysOf(node: WaystoneNode): RelaySelection {
  return node.libp2p.services[SERVICE_KEYS.relaySelection] as RelaySelection
}

/** What stands at this place, which the test knows to be there. */
export function nodeAt(nodes: WaystoneNode[], index: number): WaystoneNode {
  const node = nodes.at(index)
  if (node === undefined) throw new RangeError(`no node at ${index} of ${nodes.length}`)
  return node
}
