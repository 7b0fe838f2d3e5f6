import { peerIdFromString } from '@libp2p/peer-id'
import { createDeadline } from '@waystone/kit'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { CHECK_DEADLINE_MS, MAX_PARALLEL_CHECKS } from './constants.ts'
import { sayHello } from './conversation.ts'
import { isInStore } from './running.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { ClusterMember } from '@waystone/interface'
import type { ClusterView } from './cluster-view.ts'
import type { MemberView } from './contract.ts'
import type { Mesh } from './mesh.ts'

/**
 * Asks all members, several at a time: who is not connected is dialled. Whoever is no member itself only connects.
 *
 * @returns this node, if it is a member, then the others in the order in which they answer or fail
 */
export async function* checkMembers(
  mesh: Mesh,
  view: Pick<ClusterView, 'member'>,
  options: AbortOptions
): AsyncGenerator<MemberView> {
  const { components, members } = mesh.parts
  const byId = new Map(members.all.map(member => [member.id, member]))
  const self = components.peerId.toString()
  const own = byId.get(self)
  if (own !== undefined) yield view.member(own)
  byId.delete(self)
  for await (const id of askAll(mesh, [...byId.values()], options)) {
    const member = byId.get(id)
    if (member !== undefined) yield view.member(member)
  }
}

/** @returns their ids, in the order in which they answer or fail */
async function* askAll(
  mesh: Mesh,
  members: readonly ClusterMember[],
  { signal }: AbortOptions
): AsyncGenerator<string> {
  const leaving = new AbortController()
  const ends = [mesh.parts.signal, leaving.signal, signal].filter(one => one !== undefined)
  const waiting = members.values()
  const running = new Map<string, Promise<string>>()
  const fill = (): void => {
    while (running.size < MAX_PARALLEL_CHECKS) {
      const { value: member, done } = waiting.next()
      if (done === true) return
      running.set(member.id, checkOne(mesh, member, AbortSignal.any(ends)))
    }
  }
  try {
    for (fill(); running.size > 0; fill()) {
      const id = await Promise.race(running.values())
      running.delete(id)
      signal?.throwIfAborted()
      yield id
    }
  } finally {
    leaving.abort()
  }
}

/** Never rejects. */
async function checkOne(mesh: Mesh, member: ClusterMember, outer: AbortSignal): Promise<string> {
  const { id } = member
  const { components, clock, members } = mesh.parts
  const peer = peerIdFromString(id)
  using deadline = createDeadline({ ms: CHECK_DEADLINE_MS, what: 'asking a member', signal: outer, clock })
  const { signal } = deadline
  try {
    if (members.isBlocked(peer)) return id
    if (!members.isConnected(peer)) await components.connectionManager.openConnection(peer, { signal })
    if (members.isMember && !(await sayHello(mesh, peer, signal))) noteSilence(mesh, id, { signal, outer })
  } catch (error) {
    if (!outer.aborted) await noteFailure(mesh, member, signal.aborted ? signal.reason : error)
  }
  return id
}

/** Why a Hello failed is noted where it was said, unless the time for all of this was over first. */
function noteSilence({ hearing }: Mesh, id: string, { signal, outer }: Record<'signal' | 'outer', AbortSignal>): void {
  if (signal.aborted && !outer.aborted) hearing.members.silent(id, describe(signal.reason))
}

/** That it knows no address, libp2p says in words of its own, or only by the time that it takes. */
async function noteFailure({ parts, hearing }: Mesh, { id, addresses }: ClusterMember, error: unknown): Promise<void> {
  const isUnknown = nameOf(error) === 'NoValidAddressesError'
  if (addresses.length > 0)
    hearing.members.failed(id, isUnknown ? 'none of its addresses can be used' : describe(error))
  else if (isUnknown || !(await isInStore(parts.components.peerStore, id))) hearing.members.nowhere(id)
  else hearing.members.failed(id, describe(error))
}

function describe(error: unknown): string {
  return `${nameOf(error)}: ${messageOf(error)}`
}
