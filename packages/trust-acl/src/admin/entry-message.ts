import { writeOverrides } from './overrides.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { trust } from '@waystone/wire/admin'
import type { EntryStatus, TrustEntry, TrustFile } from '../contract.ts'

/** An entry as it crosses the admin API. @param file - its trust file, if it has one */
export function entryMessage(
  entry: TrustEntry,
  file: TrustFile | undefined
): MessageInitShape<typeof trust.TrustEntrySchema> {
  const { label, pubkey, kind, trustlevel, addresses, source, validatedAt, fetched } = entry
  return {
    label,
    pubkey,
    kind,
    trustlevel,
    source,
    addresses: [...addresses],
    trustedFunctions: writeOverrides(entry.trustedFunctions),
    validatedAt: BigInt(validatedAt),
    ...optional('trustLifetimeMs', entry.trustLifetime),
    ...optional('fetchedAt', fetched),
    ...optional('ttlMs', entry.ttl),
    ...optional('cacheLifetimeMs', entry.cacheLifetime),
    status: statusMessage(entry.status),
    nodeCount: kind === 'peer' ? 1 : countNodes(file)
  }
}

function statusMessage(status: EntryStatus): MessageInitShape<typeof trust.TrustEntryStatusSchema> {
  const { state, error, nextTryAt, sequence, cid = '', via = '' } = status
  return {
    state,
    cid,
    via,
    error: error?.name ?? '',
    errorMessage: error?.message ?? '',
    ...optional('nextTryAt', nextTryAt),
    ...(sequence !== undefined && { sequence })
  }
}

function countNodes(file: TrustFile | undefined): number {
  return file?.entities.reduce((sum, { nodes }) => sum + nodes.length, 0) ?? 0
}

function optional<Name extends string>(name: Name, ms: number | undefined): { [name in Name]?: bigint } {
  const field: { [name in Name]?: bigint } = {}
  if (ms !== undefined) field[name] = BigInt(Math.trunc(ms))
  return field
}
