import { rename, rm, writeFile } from 'node:fs/promises'
import { WaystoneError } from '@waystone/interface'
import { messageOf } from '@waystone/kit/error-fields'
import { EXIT_FAILED } from '@waystone/node/exit-codes'

/** A file could not be written; what was there before is there still. */
export class FileWriteError extends WaystoneError {
  static override readonly name = 'FileWriteError'
  readonly exitCode = EXIT_FAILED
}

/** Writes a file whole or not at all: a node may be reading it. @throws FileWriteError */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const next = `${path}.${process.pid}.new`
  try {
    await writeFile(next, content, { flush: true })
    await rename(next, path)
  } catch (cause) {
    await rm(next, { force: true }).catch(() => {})
    throw new FileWriteError(`cannot write ${path}: ${messageOf(cause)}`, {
      hint: 'check that the folder is there, that it may be written, and that the disk has room',
      cause
    })
  }
}
