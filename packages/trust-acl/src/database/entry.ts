import { looksLikePeerId, normalPubkey } from '../model/names.ts'
import { createVoice } from '../decide/voice.ts'
import { MAX_CACHE_LIFETIME_MS } from './constants.ts'
import {
  checkAddresses,
  checkCacheLifetime,
  checkFunctions,
  checkLabel,
  checkLevel,
  checkTrustLifetime
} from './entry-checks.ts'
import type { EntryStatus, TrustEntry, TrustFile, TrustFileNode } from '../contract.ts'
import type { NamedNode, Voice } from '../decide/contract.ts'
import type { HeldEntry, StoredEntry, TrustEntryChange, TrustEntryInit } from './contract.ts'

/**
 * A checked entry.
 *
 * @param now - milliseconds since the Unix epoch
 * @throws LabelInvalidError, PubkeyInvalidError, TrustLevelUnknownError, TrustFunctionInvalidError
 * @throws LifetimeInvalidError, EntryAddressInvalidError
 */
export function createEntry(init: TrustEntryInit, source: StoredEntry['source'], now: number): StoredEntry {
  const { addresses = [] } = init
  const kind = init.kind ?? (addresses.length > 0 || looksLikePeerId(init.pubkey) ? 'peer' : 'file')
  const pubkey = normalPubkey(init.pubkey, kind)
  const base = { label: checkLabel(init.label), pubkey, kind, trustlevel: checkLevel(init.trustlevel), source }
  return {
    ...base,
    ...lifetimes(checkTrustLifetime(init.trustLifetime), checkCacheLifetime(init.cacheLifetime)),
    trustedFunctions: checkFunctions(init.trustedFunctions ?? {}),
    validatedAt: now,
    addresses: checkAddresses(addresses, kind === 'peer' ? pubkey : undefined)
  }
}

/**
 * The entry after an operator's change. A level or a lifetime that is given
 * begins anew.
 *
 * @param now - milliseconds since the Unix epoch
 * @throws as {@link createEntry}
 */
export function changeEntry(entry: StoredEntry, change: TrustEntryChange, now: number): StoredEntry {
  const again = change.trustlevel !== undefined || change.trustLifetime !== undefined
  const { trustLifetime, ended, ...rest } = entry
  const lifetime = change.trustLifetime === undefined ? trustLifetime : checkTrustLifetime(change.trustLifetime)
  return {
    ...rest,
    ...lifetimes(lifetime, checkCacheLifetime(change.cacheLifetime ?? entry.cacheLifetime)),
    label: change.label === undefined ? entry.label : checkLabel(change.label),
    trustlevel: checkLevel(change.trustlevel ?? entry.trustlevel),
    trustedFunctions: checkFunctions(change.trustedFunctions ?? entry.trustedFunctions),
    addresses: checkAddresses(change.addresses ?? entry.addresses, entry.kind === 'peer' ? entry.pubkey : undefined),
    validatedAt: again ? now : entry.validatedAt,
    ...((!again || ended === 'invalid') && ended !== undefined && { ended }),
    source: 'operator'
  }
}

function lifetimes(
  trustLifetime?: number,
  cacheLifetime?: number
): Pick<StoredEntry, 'trustLifetime' | 'cacheLifetime'> {
  return {
    ...(trustLifetime !== undefined && { trustLifetime }),
    ...(cacheLifetime !== undefined && { cacheLifetime })
  }
}

/** When its level ends, in milliseconds since the Unix epoch. Pure. */
export function trustEnd({ entry: { validatedAt, trustLifetime } }: HeldEntry): number {
  return trustLifetime === undefined ? Number.POSITIVE_INFINITY : validatedAt + trustLifetime
}

/** When its trust file is not used any more; without a file it never was. Pure. */
export function fileEnd({ entry: { kind, cacheLifetime = MAX_CACHE_LIFETIME_MS }, file }: HeldEntry): number {
  if (kind === 'peer') return Number.POSITIVE_INFINITY
  return file === undefined ? Number.NEGATIVE_INFINITY : file.fetched + Math.min(cacheLifetime, MAX_CACHE_LIFETIME_MS)
}

/** The entry as decisions need it. Pure. */
export function voiceOf(held: HeldEntry): Voice {
  const { entry } = held
  return createVoice(entry, entry.ended === undefined ? endOf(held) : Number.NEGATIVE_INFINITY)
}

/** When it ceases to count, in milliseconds since the Unix epoch. Pure. */
export function endOf(held: HeldEntry): number {
  return Math.min(trustEnd(held), fileEnd(held))
}

/** Whether it counts at a time, in milliseconds since the Unix epoch. Pure. */
export function isLiveAt(held: HeldEntry, now: number): boolean {
  return held.entry.ended === undefined && now < endOf(held)
}

/** Lists of 10,000 nodes, asked for at each change of their entry. */
const listed = new WeakMap<TrustFile, readonly TrustFileNode[]>()
const NOBODY: readonly NamedNode[] = Object.freeze([])

/** Whom the entry speaks for; the same list for the same file. Pure. */
export function nodesOf({ entry, file }: HeldEntry): readonly NamedNode[] {
  if (entry.kind === 'file') return file === undefined ? NOBODY : nodesIn(file.file)
  return [{ label: '', peer: entry.pubkey, remotes: entry.addresses, remotesStrict: false }]
}

function nodesIn(file: TrustFile): readonly TrustFileNode[] {
  const nodes = listed.get(file) ?? file.entities.flatMap(entity => entity.nodes)
  listed.set(file, nodes)
  return nodes
}

/** The entry as it is shown. Pure. */
export function viewOf(held: HeldEntry, now: number): TrustEntry {
  const { error: _error, nextTryAt: _next, ended: _ended, ...entry } = held.entry
  const { file } = held
  return { ...entry, ...(file !== undefined && { fetched: file.fetched, ttl: file.ttl }), status: statusOf(held, now) }
}

function statusOf(held: HeldEntry, now: number): EntryStatus {
  const { entry, file } = held
  return {
    state: stateOf(held, now),
    ...(entry.error !== undefined && { error: entry.error }),
    ...(entry.nextTryAt !== undefined && { nextTryAt: entry.nextTryAt }),
    ...(file !== undefined && { sequence: file.sequence, cid: file.cid, via: file.via })
  }
}

/** Pure. */
export function stateOf(held: HeldEntry, now: number): EntryStatus['state'] {
  const { entry, file } = held
  if (entry.ended !== undefined) return entry.ended
  if (now >= trustEnd(held)) return 'expired'
  if (entry.kind === 'peer') return 'ok'
  if (file === undefined) return 'never'
  if (now >= fileEnd(held)) return 'invalid'
  return now >= file.fetched + file.ttl ? 'stale' : 'ok'
}
