import { peerIdFromString } from '@libp2p/peer-id'
import { signInstance } from './instance.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { SeedStateSchema } from '@waystone/wire/seed'
import type { MeshParts } from './mesh-parts.ts'

/**
 * What this node says of itself, signed at this moment.
 *
 * @param seen - the id of another run with its key that it was told of
 */
export async function ownState(
  parts: MeshParts,
  seen: Uint8Array | undefined
): Promise<MessageInitShape<typeof SeedStateSchema>> {
  const { init, components, members, clock } = parts
  const { records, digest } = init.registry?.() ?? {}
  const now = clock.now()
  return {
    instance: await signInstance(init.instance, components.privateKey, { now, seen }),
    version: components.nodeInfo.version,
    cluster: clusterBytes(init.membership.key),
    fileSequence: members.sequence,
    connectedMembers: members.connected().size,
    members: members.all.length,
    records: BigInt(records ?? 0),
    now: BigInt(Math.trunc(now)),
    ...(digest !== undefined && { registryDigest: digest })
  }
}

/** The multihash of a cluster's key. @param key - the IPNS name */
export function clusterBytes(key: string): Uint8Array {
  return peerIdFromString(key).toMultihash().bytes
}
