import { Code, ConnectError } from '@connectrpc/connect'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { callerKey, rpcError } from '@waystone/rpc'
import { FileService } from '@waystone/wire/admin'
import { receiveFiles } from './admin-receive.ts'
import { sendFile } from './admin-send.ts'
import { OperatorOnlyError } from './errors.ts'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'
import type { LateService } from '@waystone/rpc'
import type { FileAdmin } from './admin-context.ts'

const CODES: Record<string, Code> = {
  OperatorOnlyError: Code.PermissionDenied,
  PathNotAbsoluteError: Code.InvalidArgument,
  PeerNameInvalidError: Code.InvalidArgument,
  FileUnreadableError: Code.NotFound,
  FeedOverflowError: Code.ResourceExhausted,
  PeerUnreachableError: Code.Unavailable,
  TransferBrokenError: Code.Unavailable,
  TransferStalledError: Code.Unavailable,
  FileTransferStoppedError: Code.Unavailable
}

/** `waystone.admin.v1.FileService`. */
export function fileService(admin: FileAdmin): LateService<typeof FileService> {
  return { service: FileService, implementation: fileAdmin(admin) }
}

/** The calls of `waystone.admin.v1.FileService`. */
export function fileAdmin(admin: FileAdmin): ServiceImpl<typeof FileService> {
  return {
    sendFile: (request, context) => forOperator(context, () => sendFile(admin, request, context)),
    receiveFiles: (request, context) => forOperator(context, () => receiveFiles(admin, request, context))
  }
}

/**
 * A peer with the function `admin` may run the node, and still not read or
 * write the files of the user it runs as: that would be a login to the machine.
 */
async function* forOperator<T>(context: HandlerContext, work: () => AsyncIterable<T>): AsyncGenerator<T> {
  try {
    if (context.values.get(callerKey)?.kind !== 'operator') throw new OperatorOnlyError()
    yield* work()
  } catch (error) {
    if (error instanceof ConnectError) throw error
    throw rpcError(CODES[nameOf(error)] ?? Code.FailedPrecondition, toError(error))
  }
}
