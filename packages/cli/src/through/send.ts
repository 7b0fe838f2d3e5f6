import { FileService } from '@waystone/wire/admin'
import { EndedByNodeError } from '../api/index.ts'
import { pathOnNode } from './path-on-node.ts'
import { readerSignal } from './reader-signal.ts'
import { failureFrom, routeFrom } from './route.ts'
import type { FileDelivered, SendProgress as ProgressMessage } from '@waystone/wire/admin'
import type { NodeApi } from '../api/index.ts'
import type { Delivered, Progress, SendReport } from '../edge/send-report.ts'

export interface SendThroughInit {
  file: string
  peer: string
  name: string | undefined
  report: SendReport
  signal: AbortSignal
}

/**
 * Has a running node send a file. It ends with the command.
 *
 * @throws PathRelativeError, EndedByNodeError, ConnectError
 */
export async function sendThrough(api: NodeApi, init: SendThroughInit): Promise<void> {
  const { file, peer, name = '', report } = init
  using reader = readerSignal(init.signal)
  const { signal } = reader
  const request = { path: pathOnNode(api, file), peer, name }
  for await (const { event } of api.client(FileService).sendFile(request, { signal })) {
    if (event.case === 'progress') report.progress(progressFrom(event.value))
    if (event.case === 'delivered') return report.delivered(deliveredFrom(event.value))
  }
  throw new EndedByNodeError('the transfer')
}

function progressFrom({ phase, bytes, total, attempt, route, failure }: ProgressMessage): Progress {
  return {
    phase,
    bytes: Number(bytes),
    total: Number(total),
    attempt,
    route: routeFrom(route),
    ...(failure !== undefined && { error: failureFrom(failure) })
  }
}

function deliveredFrom({ storedAs, sha256, attempts, ...message }: FileDelivered): Delivered {
  return {
    storedAs,
    sha256,
    attempts,
    size: Number(message.size),
    sentBytes: Number(message.sentBytes),
    durationMs: Number(message.durationMs),
    route: routeFrom(message.route)
  }
}
