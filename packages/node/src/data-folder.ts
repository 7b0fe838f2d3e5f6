import { makeFolder } from '@waystone/kit/make-folder'
import { join } from 'node:path'
import { WaystoneError } from '@waystone/interface'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { EXIT_START_FAILED } from './exit-codes.ts'

const DATASTORE = 'datastore.sqlite'

/** The data folder cannot be made or is not a folder. */
export class DataFolderError extends WaystoneError {
  static override readonly name = 'DataFolderError'
  readonly exitCode = EXIT_START_FAILED
}

/** Makes the folder, for its owner only: it holds the node's key. */
export async function createDataFolder(path: string): Promise<void> {
  try {
    await makeFolder(path, { mode: 0o700 })
  } catch (cause) {
    throw new DataFolderError(`the data folder ${path} cannot be made (${codeOf(cause) ?? messageOf(cause)})`, {
      hint: 'set dataDir to a folder that this user may write to',
      cause
    })
  }
}

/** Where peer store, DHT and services keep what they know. */
export function datastorePath(dataDir: string): string {
  return join(dataDir, DATASTORE)
}
