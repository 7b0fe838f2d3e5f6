import { link, lstat, open, readdir, rename, statfs, unlink } from 'node:fs/promises'
import { makeFolder } from '@waystone/kit/make-folder'
import { join } from 'node:path'
import { codeOf } from '@waystone/kit/error-fields'
import { numberedName } from './file-name.ts'
import { PartFile } from './part-file.ts'
import { stalePartNames } from './stale-parts.ts'
import { peerOfKey } from './transfer-id.ts'
import type { OpenFile } from './part-file.ts'
import type { PartEntry, StaleRules } from './stale-parts.ts'

// received names never begin with a dot, so no file can be taken for a part
const PART_NAME = /^\.waystone-(?<key>[0-9a-f]{32})\.part$/

/** How many names are tried before a file counts as not storable. */
const MAX_NUMBER = 10_000

/** File systems without hard links answer with these. */
const NO_LINKS = new Set<string | undefined>(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** Systems that do not let a folder be opened and synced answer with these. */
const CANNOT_SYNC = new Set<string | undefined>(['EISDIR', 'EPERM', 'EACCES', 'EINVAL'])

export interface InboxInit {
  folder: string
  openFile?: OpenFile | undefined
}

/** The folder for received files, with the parts of those that are not complete. */
export class Inbox {
  readonly folder: string
  readonly #openFile: OpenFile | undefined

  constructor(init: InboxInit) {
    this.folder = init.folder
    this.#openFile = init.openFile
  }

  async create(): Promise<void> {
    await makeFolder(this.folder, { mode: 0o700 })
  }

  async openPart(key: string): Promise<PartFile> {
    return PartFile.open(join(this.folder, partName(key)), this.#openFile)
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.folder)
    return bavail * bsize
  }

  async removePart(key: string): Promise<void> {
    await unlinkIfThere(join(this.folder, partName(key)))
  }

  /** Removes partial files that nobody came back for. */
  async removeStale(rules: Omit<StaleRules, 'inUse'> & { keysInUse: Iterable<string> }): Promise<string[]> {
    const parts = await this.#parts()
    const inUse = new Set([...rules.keysInUse].map(partName))
    const stale = stalePartNames(parts, { ...rules, inUse })
    for (const name of stale) await unlinkIfThere(join(this.folder, name))
    return stale
  }

  /**
   * Gives a complete part its name, or `name (1)` and so on: nothing is ever
   * overwritten, and after a crash the file is there whole or not at all.
   *
   * @returns the name it got
   */
  async deliver(key: string, name: string): Promise<string> {
    const part = join(this.folder, partName(key))
    for (let number = 0; number < MAX_NUMBER; number++) {
      const candidate = number === 0 ? name : numberedName(name, number)
      if (await moveNew(part, join(this.folder, candidate))) {
        await syncFolder(this.folder)
        return candidate
      }
    }
    throw new Error(`more than ${MAX_NUMBER} files are called ${name}`)
  }

  async #parts(): Promise<PartEntry[]> {
    const parts: PartEntry[] = []
    for (const name of await readdir(this.folder)) {
      const key = PART_NAME.exec(name)?.groups?.['key']
      if (key === undefined) continue
      const stat = await lstat(join(this.folder, name)).catch(() => undefined)
      if (stat !== undefined) parts.push({ name, peer: peerOfKey(key), modifiedAt: stat.mtimeMs })
    }
    return parts
  }
}

function partName(key: string): string {
  return `.waystone-${key}.part`
}

/** False when the target exists. */
async function moveNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (NO_LINKS.has(codeOf(error))) return claimAndRename(from, to)
    throw error
  }
  await unlinkIfThere(from)
  return true
}

/** Makes sure of the name with an empty file, then replaces that. */
async function claimAndRename(from: string, to: string): Promise<boolean> {
  try {
    await (await open(to, 'wx', 0o600)).close()
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
  await rename(from, to)
  return true
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** The new name itself survives a power cut, where the system allows it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, 'r')
    await handle.sync()
  } catch (error) {
    if (!CANNOT_SYNC.has(codeOf(error))) throw error
  }
}
