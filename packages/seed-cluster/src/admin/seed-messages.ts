import { whole } from './cluster-messages.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { cluster } from '@waystone/wire/admin'
import type { ClusterAdminParts, ShownDial, ShownSeed, ShownSource } from './contract.ts'

/** A page of the seeds that a node knows, with all its sources. @throws CursorInvalidError */
export function seedsMessage(
  { seeds, standing, cursors }: ClusterAdminParts,
  { page }: cluster.ListSeedsRequest
): MessageInitShape<typeof cluster.ListSeedsResponseSchema> {
  const { rows, page: next } = cursors.paginate(seeds?.known() ?? [], { list: 'known seeds', page, keyOf: keyOfSeed })
  return {
    seeds: rows.map(seed => seedMessage(seed, seed.peerId === undefined ? undefined : standing(seed.peerId))),
    sources: seeds?.sources().map(sourceMessage) ?? [],
    page: next
  }
}

/** Who has a peer id is one row; an address without one is another. */
function keyOfSeed({ peerId = '', addresses }: ShownSeed): string {
  return peerId === '' ? `address ${addresses.join()}` : `peer ${peerId}`
}

function seedMessage(seed: ShownSeed, standing: number | undefined): MessageInitShape<typeof cluster.KnownSeedSchema> {
  const { peerId: peer = '', addresses, sources, isAdmitted, isConnected, isHeld, error = '', nextTryAt = 0 } = seed
  return {
    peer,
    addresses: [...addresses],
    sources: [...sources],
    isAdmitted,
    isConnected,
    isHeld,
    error,
    nextTryAt: whole(nextTryAt),
    ...(standing !== undefined && { standing })
  }
}

/** One source of addresses. */
export function sourceMessage(shown: ShownSource): MessageInitShape<typeof cluster.SeedSourceSchema> {
  const { source, target, found, admitted, refused, error = '', nextLookAt = 0 } = shown
  return { source, target, found, admitted, refused, error, nextLookAt: whole(nextLookAt) }
}

/** What came of a dial. */
export function dialMessage(shown: ShownDial): MessageInitShape<typeof cluster.DialledSeedSchema> {
  const { address, source, peerId: peer = '', result, error = '', roundTripMs = 0 } = shown
  return { address, source, peer, result, error, roundTripMs: Math.round(roundTripMs) }
}
