import { WaystoneError } from '@waystone/interface'
import { hintOf, messageOf, nameOf } from '@waystone/kit/error-fields'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import { readInputFile } from './read-file.ts'
import type { TrustFile } from '@waystone/trust-acl'

/** A file on the command line is no trust file. Its name is that of what is wrong with it. */
class TrustFileArgumentError extends WaystoneError {
  static override readonly name = 'TrustFileArgumentError'
  readonly exitCode = EXIT_BAD_CONFIG

  constructor(path: string, cause: unknown) {
    const hint = hintOf(cause)
    super(`${path}: ${messageOf(cause)}`, { cause, ...(hint !== undefined && { hint }) })
    this.name = nameOf(cause)
  }
}

/**
 * Reads and checks a trust file.
 *
 * @throws InputFileError, and the errors of `parseTrustFile` by their names
 */
export async function readTrustFile(path: string): Promise<{ file: TrustFile; bytes: Uint8Array }> {
  const { MAX_TRUST_FILE_BYTES, parseTrustFile } = await import('@waystone/trust-acl/offline')
  const bytes = await readInputFile(path, MAX_TRUST_FILE_BYTES)
  try {
    return { file: parseTrustFile(bytes), bytes }
  } catch (error) {
    throw new TrustFileArgumentError(path, error)
  }
}
