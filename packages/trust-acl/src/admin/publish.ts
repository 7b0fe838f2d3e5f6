import { checkTrustFileSize, parseTrustFile } from '../trust-file/parse-trust-file.ts'
import { findEntry, shown } from './entries.ts'
import { PublishRequestInvalidError } from './errors.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { trust } from '@waystone/wire/admin'
import type { TrustEntry } from '../contract.ts'
import type { PublishInit, TrustAdminParts } from './contract.ts'

/** Entries that are refreshed at one time: each asks several peers and mirrors. */
const FETCHED_AT_ONCE = 8

/** @throws EntryUnknownError */
export async function fetchEntries(
  parts: TrustAdminParts,
  name: string,
  options: { signal: AbortSignal }
): Promise<MessageInitShape<typeof trust.FetchEntryResponseSchema>> {
  const { acl } = parts
  const wanted = name === '' ? acl.entries().filter(({ kind }) => kind === 'file') : [findEntry(parts, name)]
  const waiting = wanted.values()
  const work = async (): Promise<void> => {
    for (const entry of waiting) await fetchOne(parts, entry, options)
  }
  await Promise.all(Array.from({ length: FETCHED_AT_ONCE }, work))
  // as they are now; one may have been removed meanwhile
  const after = wanted.flatMap(({ pubkey }) => acl.entry(pubkey) ?? [])
  return { entries: after.map(entry => shown(acl, entry)) }
}

async function fetchOne(
  { publisher, acl }: TrustAdminParts,
  entry: TrustEntry,
  options: { signal: AbortSignal }
): Promise<void> {
  if (entry.kind === 'peer') return
  try {
    await publisher.fetchEntry(entry.pubkey, options)
  } catch (error) {
    options.signal.throwIfAborted()
    // the status of the entry says what went wrong, and the others are to be fetched all the same
    if (acl.entry(entry.pubkey)?.status.error === undefined) throw error
  }
}

/** @throws PublishRequestInvalidError, the errors of `parseTrustFile`, and those of the publisher */
export async function publish(
  { publisher }: TrustAdminParts,
  requests: AsyncIterable<trust.PublishRequest>,
  options: { signal: AbortSignal }
): Promise<MessageInitShape<typeof trust.PublishResponseSchema>> {
  const init = await gather(requests)
  if ((init.key === undefined) === (init.record === undefined))
    throw new PublishRequestInvalidError('a trust file is published under a key or by a record', {
      hint: 'name one of the two'
    })
  parseTrustFile(init.file)
  const { name, cid, sequence, validUntil, published, failures } = await publisher.publish(init, options)
  return {
    name,
    cid: cid.toString(),
    sequence,
    validUntil: BigInt(validUntil),
    published: [...published],
    failures: [...failures]
  }
}

async function gather(requests: AsyncIterable<trust.PublishRequest>): Promise<PublishInit> {
  const chunks: Uint8Array[] = []
  let head: Omit<PublishInit, 'file'> | undefined
  let length = 0
  for await (const request of requests) {
    head ??= headOf(request)
    length += request.file.length
    checkTrustFileSize(length)
    chunks.push(request.file)
  }
  return { ...head, file: Buffer.concat(chunks) }
}

function headOf({ key, record, ttlMs, lifetimeMs }: trust.PublishRequest): Omit<PublishInit, 'file'> {
  return {
    ...(key !== '' && { key }),
    ...(record.length > 0 && { record }),
    ...(ttlMs !== undefined && { ttl: Number(ttlMs) }),
    ...(lifetimeMs !== undefined && { lifetime: Number(lifetimeMs) })
  }
}
