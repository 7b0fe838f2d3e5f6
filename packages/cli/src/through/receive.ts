import { describeRpcFailure } from '@waystone/rpc'
import { FileService } from '@waystone/wire/admin'
import { EndedByNodeError } from '../api/index.ts'
import { pathOnNode } from './path-on-node.ts'
import { readerSignal } from './reader-signal.ts'
import { failureFrom, routeFrom } from './route.ts'
import type { ReceiveFilesResponse } from '@waystone/wire/admin'
import type { ReceiveReport } from '../edge/receive-report.ts'
import type { FittingNode } from './fitting-node.ts'

export interface ReceiveThroughInit {
  /** Default: the inbox of the node, or the current folder if it has none. */
  out: string | undefined
  /** Peer ids; empty for everybody. */
  accept: string[]
  /** Ends after the first file. */
  once: boolean
  report: ReceiveReport
  signal: AbortSignal
}

/**
 * Has a running node take files as long as the command runs.
 *
 * @throws PathRelativeError, EndedByNodeError, ConnectError
 */
export async function receiveThrough(fitting: FittingNode, init: ReceiveThroughInit): Promise<void> {
  if (init.out !== undefined) return await receiveInto(fitting, pathOnNode(fitting.api, init.out), init)
  try {
    await receiveInto(fitting, '', init)
  } catch (error) {
    if (describeRpcFailure(error).name !== 'NoInboxError') throw error
    await receiveInto(fitting, pathOnNode(fitting.api, '.'), init)
  }
}

async function receiveInto({ api, node }: FittingNode, folder: string, init: ReceiveThroughInit): Promise<void> {
  const { accept, once, report } = init
  const seeds = node.seeds.map(({ address }) => address)
  using reader = readerSignal(init.signal)
  const { signal } = reader
  for await (const { event } of api.client(FileService).receiveFiles({ folder, accept }, { signal })) {
    tell(report, event, seeds)
    if (once && event.case === 'received') return
  }
  throw new EndedByNodeError('the receiving')
}

function tell(report: ReceiveReport, { case: kind, value }: ReceiveFilesResponse['event'], seeds: string[]): void {
  if (kind === 'receiving') {
    const { peer: peerId, addresses } = value
    return report.listening({ peerId, addresses, seeds })
  }
  if (kind === 'progress') {
    const { bytes, size, ...rest } = value
    return report.progress({ ...rest, bytes: Number(bytes), size: Number(size), route: wayOf(value.route) })
  }
  if (kind === 'received') return report.received({ ...value, size: Number(value.size), route: wayOf(value.route) })
  if (kind === 'failed' && value.failure !== undefined)
    return report.failed({ ...value, error: failureFrom(value.failure) })
  if (kind === 'refused') {
    const { name: reason = '', message: detail = '' } = value.failure ?? {}
    report.refused({ peer: value.peer, reason, detail })
  }
}

function wayOf(route: Parameters<typeof routeFrom>[0]): { path: string } {
  return routeFrom(route) ?? { path: 'unknown' }
}
