import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { MAX_LIST_BYTES } from './constants.ts'
import { RuleFileUnreadableError, RuleListTooLargeError } from './errors.ts'
import type { FileHandle } from 'node:fs/promises'

/** What tells one version of a file from another. */
export type FileStamp = string

/** A file as it was at one moment. */
export interface RuleFile {
  readonly stamp: FileStamp
  /** Undefined if the stamp is the known one. */
  readonly text: string | undefined
}

/**
 * Reads a file if it is not the version that is known. Symbolic links are
 * followed: that is how containers put files in place.
 *
 * @throws RuleFileUnreadableError, RuleListTooLargeError
 */
export async function readRuleFile(path: string, known: FileStamp | undefined): Promise<RuleFile> {
  try {
    // without waiting for whoever writes into it, in case it is a pipe
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stamp = await stampOf(file)
    if (stamp === known) return { stamp, text: undefined }
    const text = await readBounded(file)
    if ((await stampOf(file)) !== stamp) throw new RuleFileUnreadableError('the file changed while it was read')
    return { stamp, text }
  } catch (error) {
    // the system's own messages hold the path, which the list has as its name
    throw codeOf(error) === undefined ? error : new RuleFileUnreadableError(messageOf(error), error)
  }
}

async function stampOf(file: FileHandle): Promise<FileStamp> {
  const stat = await file.stat({ bigint: true })
  if (!stat.isFile()) throw new RuleFileUnreadableError('it is not a regular file')
  if (stat.size > MAX_LIST_BYTES) throw tooLarge()
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ')
}

/** Not more than is allowed, whatever the system says about the size. */
async function readBounded(file: FileHandle): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of file.createReadStream({ autoClose: false, end: MAX_LIST_BYTES, start: 0 })) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    chunks.push(bytes)
  }
  if (length > MAX_LIST_BYTES) throw tooLarge()
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function tooLarge(): RuleListTooLargeError {
  return new RuleListTooLargeError(`the list has more than ${MAX_LIST_BYTES} bytes`)
}
