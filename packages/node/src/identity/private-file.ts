import type { Stats } from 'node:fs'
import { constants, link, open, readdir, rm } from 'node:fs/promises'
import { makeFolder } from '@waystone/kit/make-folder'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Random } from '@waystone/interface'

/** Read and write for the owner, nothing for anybody else. */
const PRIVATE_MODE = 0o600
const PRIVATE_FOLDER_MODE = 0o700
const TEMPORARY_NAME_BYTES = 8
/** Windows has access lists where others have mode bits. */
const HAS_MODES = process.platform !== 'win32'

/**
 * Whether only the owner can read a file. Group read is fine where root owns
 * it and this process is not root: so systemd and Kubernetes hand out secrets.
 */
export function isPrivate(
  { mode, uid }: Pick<Stats, 'mode' | 'uid'>,
  ownUid: number | undefined = process.getuid?.()
): boolean {
  if (!HAS_MODES || (mode & 0o077) === 0) return true
  return uid === 0 && ownUid !== 0 && (mode & 0o037) === 0
}

/** Mode bits as `chmod` takes them: `0600`. */
export function formatMode(mode: number): string {
  return `0${(mode & 0o777).toString(8).padStart(3, '0')}`
}

/** At most `max + 1` bytes from where the file stands: one more than `max` tells that there is too much. */
export async function readAtMost(file: FileHandle, max: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(max + 1)
  let length = 0
  while (length < buffer.byteLength) {
    const { bytesRead } = await file.read(buffer, length, buffer.byteLength - length, null)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.subarray(0, length)
}

/**
 * Writes a new file that only its owner can read: all of it or nothing, also
 * when the machine loses power on the way. The folder is made if need be.
 *
 * @throws an error with the code `EEXIST` if there is a file already: of
 *   several writers at once exactly one wins
 */
export async function writePrivateFile(path: string, text: string, random: Random): Promise<void> {
  await makeFolder(dirname(path), { mode: PRIVATE_FOLDER_MODE })
  const suffix = Buffer.from(random.bytes(TEMPORARY_NAME_BYTES)).toString('hex')
  const temporary = `${temporaryPrefix(path)}${suffix}`
  try {
    await writeTemporary(temporary, text)
    // unlike rename, link fails where there is a file already
    await link(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(dirname(path))
}

/**
 * Removes what writers of this path left behind when they were killed. Only
 * when the path exists: a writer that is still under way has lost by then.
 */
export async function removeLeftovers(path: string): Promise<void> {
  const prefix = basename(temporaryPrefix(path))
  try {
    const names = await readdir(dirname(path))
    const left = names.filter(name => name.startsWith(prefix))
    await Promise.all(left.map(name => rm(join(dirname(path), name), { force: true })))
  } catch {
    // a folder that cannot be changed keeps them; they harm nobody
  }
}

function temporaryPrefix(path: string): string {
  return join(dirname(path), `.${basename(path)}.new-`)
}

async function writeTemporary(path: string, text: string): Promise<void> {
  await using file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, PRIVATE_MODE)
  // the umask may have taken bits away, never added any
  await file.chmod(PRIVATE_MODE)
  await file.writeFile(text)
  await file.sync()
}

async function syncFolder(path: string): Promise<void> {
  if (!HAS_MODES) return
  await using folder = await open(path, constants.O_RDONLY)
  await folder.sync()
}
