import { open } from 'node:fs/promises'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { MAX_TRUST_FILE_BYTES } from '@waystone/trust-acl'
import { readAtMost } from '../identity/private-file.ts'
import { ShippedCopyError } from './errors.ts'
import type { ShippedCopy } from '@waystone/trust-acl'
import type { Config } from '../config/schema.ts'

/** The largest IPNS record, in bytes (https://specs.ipfs.tech/ipns/ipns-record/#record-size-limit). */
const MAX_RECORD_BYTES = 10 * 1024

/** The trust files that came with the config, read when they are needed. */
export function shippedCopies(entries: Config['trust']['entries']): ShippedCopy[] {
  return entries.flatMap(({ pubkey, file, record }) => {
    if (file === undefined || record === undefined) return []
    const load = async (): ReturnType<ShippedCopy['load']> => ({
      record: await readCapped(record, MAX_RECORD_BYTES),
      file: await readCapped(file, MAX_TRUST_FILE_BYTES)
    })
    return [{ pubkey, where: `${file}, ${record}`, load }]
  })
}

async function readCapped(path: string, max: number): Promise<Uint8Array> {
  try {
    await using file = await open(path)
    const bytes = await readAtMost(file, max)
    if (bytes.length <= max) return bytes
  } catch (cause) {
    throw new ShippedCopyError(`${path} cannot be read (${codeOf(cause) ?? messageOf(cause)})`, {
      hint: 'check the path under trust.entries or cluster, and that this user may read it',
      cause
    })
  }
  throw new ShippedCopyError(`${path} has more than ${max} bytes`)
}
