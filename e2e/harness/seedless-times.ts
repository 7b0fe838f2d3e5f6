import { AdminService } from '@waystone/wire/admin'
import type { LabNode } from './lab-node.ts'

/** For how long a node had no connection to any of some peers, by its own events. */
export interface SeedlessTimes {
  /** The longest time without any of them, in milliseconds, from when it was first connected until now. */
  longest(): number
  /** How many of them came and went. */
  events(): number
}

/** Follows the connections of a node that is connected, until the signal ends. */
export async function followSeeds(node: LabNode, ids: readonly string[], signal: AbortSignal): Promise<SeedlessTimes> {
  const client = await node.client(AdminService)
  const open = new Set<string>()
  const state = { since: 0, longest: 0, events: 0 }
  const note = (kind: string, peer: string, at: number): void => {
    if (!ids.includes(peer)) return
    state.events++
    const before = open.size
    if (kind === 'peer:connect') open.add(peer)
    if (kind === 'peer:disconnect') open.delete(peer)
    if (before > 0 && open.size === 0) state.since = at
    if (before === 0 && open.size > 0 && state.since > 0) state.longest = Math.max(state.longest, at - state.since)
  }
  const begun = Promise.withResolvers<void>()
  void (async () => {
    for await (const { atMs, kind, detail } of client.watchEvents({ kinds: ['peer:', 'watch:'] }, { signal })) {
      begun.resolve()
      const { peer = '' } = JSON.parse(detail || '{}') as { peer?: string }
      note(kind, peer, Number(atMs))
    }
  })().catch(begun.reject)
  await begun.promise
  const { peers } = await client.listPeers({ page: { size: 1_000, cursor: '' }, connectedOnly: true })
  for (const { id } of peers) if (ids.includes(id)) open.add(id)
  if (open.size === 0) throw new Error('the node is connected to none of them')
  return {
    longest: () => (open.size > 0 ? state.longest : Infinity),
    events: () => state.events
  }
}
