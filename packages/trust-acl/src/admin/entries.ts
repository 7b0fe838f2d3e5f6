import { nameOf } from '@waystone/kit/error-fields'
import { looksLikePeerId, readPublicKey } from '../model/names.ts'
import { EntryUnknownError } from '../database/errors.ts'
import { entryMessage } from './entry-message.ts'
import { readOverrides } from './overrides.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { trust } from '@waystone/wire/admin'
import type { TrustEntry, TrustFileNode } from '../contract.ts'
import type { TrustEntryChange } from '../database/contract.ts'
import type { TrustAcl } from '../trust-acl.ts'
import type { TrustAdminParts } from './contract.ts'

type EntryMessage = MessageInitShape<typeof trust.TrustEntrySchema>

/** Entries of a page: with all that each can hold, they fit into one message. */
const MAX_ENTRIES_PER_PAGE = 200
/** Nodes of a page, likewise. */
const MAX_NODES_PER_PAGE = 100
/** Characters of a peer id that tell it from others. */
const LABEL_TAIL = 12

/** @throws as `TrustAcl.add` */
export async function addEntry({ acl }: TrustAdminParts, request: trust.AddEntryRequest): Promise<EntryMessage> {
  const { label, pubkey, trustlevel, kind, addresses } = request
  const entry = await acl.add({
    label,
    pubkey,
    trustlevel,
    addresses,
    kind: kind === 'file' || kind === 'peer' ? kind : undefined,
    trustedFunctions: readOverrides(request.trustedFunctions),
    trustLifetime: numberOf(request.trustLifetimeMs),
    cacheLifetime: numberOf(request.cacheLifetimeMs)
  })
  return shown(acl, entry)
}

/** @throws as `TrustAcl.set`; a peer without an entry gets one, if a level is given */
export async function setEntry({ acl }: TrustAdminParts, request: trust.SetEntryRequest): Promise<EntryMessage> {
  const change = changeOf(request)
  const { entry: name } = request
  if (acl.entry(name) !== undefined || !isPeerId(name)) return shown(acl, await acl.set(name, change))
  const { trustlevel, label = `peer ${name.trim().slice(-LABEL_TAIL)}`, ...rest } = change
  if (trustlevel === undefined) throw new EntryUnknownError(name)
  return shown(acl, await acl.add({ ...rest, label, trustlevel, pubkey: name, kind: 'peer' }))
}

/** @throws EntryUnknownError */
export function findEntry({ acl }: Pick<TrustAdminParts, 'acl'>, name: string): TrustEntry {
  const entry = acl.entry(name)
  if (entry === undefined) throw new EntryUnknownError(name)
  return entry
}

/** @throws EntryUnknownError */
export function getEntry(parts: TrustAdminParts, name: string): MessageInitShape<typeof trust.GetEntryResponseSchema> {
  const entry = findEntry(parts, name)
  const file = parts.acl.fileOf(entry.pubkey)?.file
  const { description = '', contact = [] } = file ?? {}
  return { entry: shown(parts.acl, entry), description, contact: [...contact] }
}

/** @throws CursorInvalidError */
export function listEntries(
  { acl, cursors }: TrustAdminParts,
  { page }: trust.ListEntriesRequest
): MessageInitShape<typeof trust.ListEntriesResponseSchema> {
  const query = { list: 'trust entries', page: bounded(page, MAX_ENTRIES_PER_PAGE), keyOf: keyOfEntry }
  const { rows, page: next } = cursors.paginate(acl.entries(), query)
  return { entries: rows.map(entry => shown(acl, entry)), page: next }
}

/** @throws EntryUnknownError, CursorInvalidError - also when there is another file since the last page */
export function listNodes(
  parts: TrustAdminParts,
  request: trust.ListNodesRequest
): MessageInitShape<typeof trust.ListNodesResponseSchema> {
  const { pubkey, status } = findEntry(parts, request.entry)
  const entities = parts.acl.fileOf(pubkey)?.file.entities ?? []
  const nodes = entities.flatMap(({ entity, nodes: own }) => own.map(node => ({ entity, ...node })))
  const { rows, page } = parts.cursors.paginate(nodes.entries(), {
    list: `trust nodes ${pubkey} ${status.cid ?? ''}`,
    page: bounded(request.page, MAX_NODES_PER_PAGE),
    keyOf: ([index]) => String(index).padStart(8, '0')
  })
  return { nodes: rows.map(([, node]) => nodeMessage(node)), page }
}

/** The entry as a message, with the number of its nodes. */
export function shown(acl: TrustAcl, entry: TrustEntry): EntryMessage {
  return entryMessage(entry, acl.fileOf(entry.pubkey)?.file)
}

function nodeMessage({
  entity,
  label,
  peer,
  remotes,
  remotesStrict
}: TrustFileNode & { entity: string }): MessageInitShape<typeof trust.TrustNodeSchema> {
  return { entity, label, peer, remotes: [...remotes], remotesStrict }
}

function changeOf(request: trust.SetEntryRequest): TrustEntryChange {
  const { label, trustlevel, trustLifetimeMs, cacheLifetimeMs, addresses } = request
  return {
    ...(label !== undefined && { label }),
    ...(trustlevel !== undefined && { trustlevel }),
    ...(request.setFunctions && { trustedFunctions: readOverrides(request.trustedFunctions) }),
    ...(trustLifetimeMs !== undefined && { trustLifetime: Number(trustLifetimeMs) }),
    ...(request.trustLifetimeInfinite && { trustLifetime: 'infinity' as const }),
    ...(cacheLifetimeMs !== undefined && { cacheLifetime: Number(cacheLifetimeMs) }),
    ...(request.setAddresses && { addresses })
  }
}

function isPeerId(text: string): boolean {
  try {
    return looksLikePeerId(text) && readPublicKey(text).toString() !== ''
  } catch (error) {
    if (nameOf(error) === 'PubkeyInvalidError') return false
    throw error
  }
}

// by label, as people look for them; no two share one
function keyOfEntry({ label }: TrustEntry): string {
  return label
}

function bounded(page: { size: number; cursor: string } | undefined, most: number): { size: number; cursor: string } {
  const { size = 0, cursor = '' } = page ?? {}
  return { size: size === 0 ? most : Math.min(size, most), cursor }
}

function numberOf(ms: bigint | undefined): number | undefined {
  return ms === undefined ? undefined : Number(ms)
}
