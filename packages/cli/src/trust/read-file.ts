import { open } from 'node:fs/promises'
import { WaystoneError } from '@waystone/interface'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'

/** A file on the command line is missing, too large, or no file. */
export class InputFileError extends WaystoneError {
  static override readonly name = 'InputFileError'
  readonly exitCode = EXIT_BAD_CONFIG

  constructor(path: string, reason: string, cause?: unknown) {
    super(`cannot use ${path}: ${reason}`, { hint: 'check the path and what is in it', cause })
  }
}

/**
 * All of a file, also of a pipe, which does not tell its size.
 *
 * @param maxBytes - no more than these and one more are read
 * @throws InputFileError
 */
export async function readInputFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r')
    const stats = await file.stat()
    if (stats.isDirectory()) throw new InputFileError(path, 'it is a folder')
    if (stats.size > maxBytes) throw tooLarge(path, maxBytes)
    return await readStream(file.createReadStream({ end: maxBytes, autoClose: false }), path, maxBytes)
  } catch (error) {
    if (error instanceof InputFileError) throw error
    throw new InputFileError(path, codeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error), error)
  }
}

async function readStream(stream: AsyncIterable<Buffer>, path: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBytes) throw tooLarge(path, maxBytes)
  }
  return Buffer.concat(chunks)
}

function tooLarge(path: string, maxBytes: number): InputFileError {
  return new InputFileError(path, `it is larger than ${maxBytes} bytes`)
}
