import { nameOf } from '@waystone/kit/error-fields'
import { SERVICE_NAMES } from '@waystone/wire'
import type { Clock } from '@waystone/interface'
import type { LateService, Rpc } from '@waystone/rpc'
import type { FileTransfer, FileTransferComponents } from './contract.ts'

/**
 * Lets the operator send and receive files over the admin API, where the node
 * has RPC.
 *
 * @returns what ends it
 */
export async function serveFiles(
  files: FileTransfer,
  components: FileTransferComponents,
  clock: Clock
): Promise<(() => Promise<void>) | undefined> {
  const load = async (): Promise<LateService> =>
    (await import('./admin.ts')).fileService({ files, own: components, clock })
  const access = { admin: true, trustFunction: 'admin' }
  return await rpcOf(components)?.serveLate(SERVICE_NAMES.fileAdmin, load, access)
}

/** libp2p throws when a service is read that is not there. */
function rpcOf(components: FileTransferComponents): Pick<Rpc, 'serveLate'> | undefined {
  try {
    return components.rpc
  } catch (error) {
    if (nameOf(error) === 'MissingServiceError') return undefined
    throw error
  }
}
