import { access, constants, stat } from 'node:fs/promises'
import { WaystoneError } from '@waystone/interface'
import { messageOf } from '@waystone/kit/error-fields'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'

/** A file on the command line is missing, not a regular file or not readable. */
export class FileArgumentError extends WaystoneError {
  static override readonly name = 'FileArgumentError'
  readonly exitCode = EXIT_BAD_CONFIG

  constructor(path: string, reason: string, cause?: unknown) {
    super(`cannot send ${path}: ${reason}`, { hint: 'check the path and its permissions', cause })
  }
}

/**
 * Looks whether a file can be sent, before anything is started for it.
 *
 * @throws FileArgumentError
 */
export async function assertSendable(path: string): Promise<void> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new FileArgumentError(path, messageOf(error), error)
  })
  if (stats.isDirectory()) throw new FileArgumentError(path, 'it is a folder')
  if (!stats.isFile()) throw new FileArgumentError(path, 'it is not a regular file')
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw new FileArgumentError(path, messageOf(error), error)
  })
}
