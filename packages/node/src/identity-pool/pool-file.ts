import { constants, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { z } from 'zod'
import { readAtMost, writePrivateFile } from '../identity/private-file.ts'
import { MAX_POOL_FILE_BYTES, MAX_POOL_SIZE, POOL_FILE_NAME } from './constants.ts'
import { PoolFileError } from './errors.ts'
import type { Random } from '@waystone/interface'

const VERSION = 1

const schema = z
  .strictObject({
    format: z.literal('waystone-identity-pool'),
    version: z.literal(VERSION),
    size: z.int().min(1).max(MAX_POOL_SIZE),
    ids: z.array(z.string().regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/, 'is no peer id of an Ed25519 key'))
  })
  .refine(({ size, ids }) => ids.length === size, 'size and ids do not go together')
  .refine(({ ids }) => new Set(ids).size === ids.length, 'an id stands there twice')

/** A pool, as far as everybody may know it. */
export interface Pool {
  readonly folder: string
  /** Peer ids in base58, by slot. */
  readonly ids: readonly string[]
}

/** The path of a slot's key file. */
export function slotPath(folder: string, slot: number): string {
  return join(folder, `slot-${String(slot).padStart(3, '0')}.key`)
}

/**
 * The pool in a folder.
 *
 * @throws PoolFileError
 */
export async function readPool(folder: string): Promise<Pool> {
  const path = join(folder, POOL_FILE_NAME)
  const result = schema.safeParse(parseJson(path, await readText(path)))
  if (result.success) return { folder, ids: result.data.ids }
  const [issue] = result.error.issues
  throw damaged(path, [issue?.path.join('.'), issue?.message].filter(Boolean).join(' '))
}

/** The pool in a folder, or nothing if there is none. @throws PoolFileError - it cannot be read */
export async function findPool(folder: string): Promise<Pool | undefined> {
  try {
    return await readPool(folder)
  } catch (error) {
    if (error instanceof PoolFileError && codeOf(error.cause) === 'ENOENT') return undefined
    throw error
  }
}

/** Puts `pool.json` in the place of an older one, whole or not at all. @throws PoolFileError */
export async function writePool({ folder, ids }: Pool, random: Random): Promise<void> {
  const path = join(folder, POOL_FILE_NAME)
  const next = `${path}.${process.pid}.next`
  const document = { format: 'waystone-identity-pool', version: VERSION, size: ids.length, ids }
  try {
    await rm(next, { force: true })
    await writePrivateFile(next, `${JSON.stringify(document, null, 2)}\n`, random)
    await rename(next, path)
  } catch (cause) {
    await rm(next, { force: true }).catch(() => {})
    throw new PoolFileError(`${path} cannot be written (${codeOf(cause) ?? messageOf(cause)})`, {
      hint: 'name a folder that this user may write to, on a disk with space left',
      cause
    })
  }
}

async function readText(path: string): Promise<string> {
  try {
    // not waiting, so that a named pipe in its place does not hang the start
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = await file.stat()
    if (!stats.isFile()) throw damaged(path, 'it is not a file')
    if (stats.size > MAX_POOL_FILE_BYTES) throw damaged(path, `it has more than ${MAX_POOL_FILE_BYTES} bytes`)
    return new TextDecoder().decode(await readAtMost(file, MAX_POOL_FILE_BYTES))
  } catch (cause) {
    if (cause instanceof PoolFileError) throw cause
    throw new PoolFileError(`The pool cannot be read: ${path} (${codeOf(cause) ?? messageOf(cause)})`, {
      hint: 'name the folder that `waystone identity pool --size N --out FOLDER` made: --out, or identity.pool.folder',
      cause
    })
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw damaged(path, 'it is not JSON, or cut short', cause)
  }
}

function damaged(path: string, what: string, cause?: unknown): PoolFileError {
  return new PoolFileError(`${path} is damaged or not a pool: ${what}`, {
    hint: 'put a backup in its place, or make the pool again of its recovery phrase in another folder',
    cause
  })
}
